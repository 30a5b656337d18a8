#ifndef CALIBRATE_LOG_H
#define CALIBRATE_LOG_H

#include "calibration.h"

#include <stdbool.h>

/*
 * Calibration from what was written down: labelled captures, labelled records, or an operator's
 * own decision log. What has no label is of one class that is named; of it, accounts that an
 * operator listed and all that was ever tagged or proven are left out, for nobody knows them to
 * be honest.
 */
struct calibrate_log {
	const char *class;  /* of what has no label; NULL: such a line is a fault */
	const char *config; /* whose sizes and secret the log was written under, or NULL */
	const char *folder; /* of the references */
};

/* Takes the files, "-" for standard input, one after the other as one log. False when one
 * cannot be read; it was said. */
bool calibrate_log_read(
    struct calibration *calibration, const struct calibrate_log *log, int count, char **paths);

/* What a check counts: bets by depth, and tags. */
struct calibrate_tally {
	double bets[COHORT_DEPTHS], tags;
};

/* Judges the files at |tag_evidence|, without what is labelled as a campaign or was denied, and
 * adds to |tally|. False as above. */
bool calibrate_log_check(struct calibrate_tally *tally, const struct calibrate_log *log,
    double tag_evidence, int count, char **paths);

/* Adds a bet to |arg|, a struct calibrate_tally; an engine_bet_fn. */
void calibrate_log_on_bet(void *arg, const struct engine_bet *bet);

#endif
