#ifndef SIM_PIECE_H
#define SIM_PIECE_H

#include "record/record.h"
#include "scenario.h"
#include "sim_random.h"

/* What is to be sent: one turn of one conversation. The same piece gives the same prompt facts,
 * through whichever account it is sent. */
struct sim_piece {
	uint64_t author;       /* whose words and machine these are */
	uint64_t conversation; /* a number of its own, or the shared one of a notebook */
	uint64_t tool;
	uint16_t group;
	uint16_t turn; /* from 0 */
	uint8_t model;
	bool is_other; /* nothing to do with the tool */
};

/* Through whom it is sent. */
struct sim_sender {
	uint64_t account, owner;
	bool is_retry;
};

/* Fills the facts of the exchange but for its outcome. |salt| makes one run's hashes. */
void sim_piece_fill(const struct scenario_group *group, const struct sim_piece *piece,
    const struct sim_sender *sender, struct sim_random *random, struct record *record);

/* The number of turns of a new conversation. */
uint16_t sim_piece_turns(const struct scenario_group *group, struct sim_random *random);

/* The number of a new conversation: its own, or one that all users of the tool share. */
uint64_t sim_piece_conversation(const struct scenario_group *group,
    const struct sim_piece *piece, struct sim_random *random);

/* Seconds to the next turn. */
double sim_piece_gap(const struct scenario_group *group, struct sim_random *random);

#endif
