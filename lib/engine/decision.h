#ifndef ENGINE_DECISION_H
#define ENGINE_DECISION_H

#include "record/record.h"

/*
 * The verdict and score of an exchange from what its record says was heard: limits and lists,
 * the board, coins and buckets. Daemon, simulator and replay note what they hear and settle by
 * this sum, so a record's verdict can be computed again from the record.
 */
struct decision {
	uint8_t verdict; /* enum record_verdict */
	uint8_t score;
};

struct decision decision_of(const struct record *record);

/* Gives the record the verdict and score that follow from it so far. */
void decision_settle(struct record *record);

/* What the board's state makes of an exchange that nothing else touches. */
uint8_t decision_word(uint8_t state);

/* Whether verdict and score of the record are those that follow from it. */
bool decision_agrees(const struct record *record);

#endif
