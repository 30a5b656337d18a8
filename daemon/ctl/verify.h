#ifndef VERIFY_H
#define VERIFY_H

#include "ctl.h"
#include "replay.h"
#include "tree.h"

/*
 * Whether what was stored of a verdict follows when it is computed again. Every number that
 * does not is printed with both its values, up to a point, and counted.
 */
struct verify {
	uint64_t id;      /* of a request or of a cohort */
	uint64_t numbers; /* that were compared */
	uint64_t wrong;   /* of them, those that differ */
	uint64_t records; /* that said something of |id| */
	bool is_request;
};

/* Compares one record with the replay that has just taken it: to the bit. */
void verify_record(
    struct verify *verify, const struct replay *replay, const struct record *record);

/* Compares a request's record with itself: what was heard gives the verdict. */
void verify_decision(struct verify *verify, const struct record *record);

/* Checks the arithmetic of an explanation as the daemon prints it, whose rows begin with
 * |prefix|: to the digits that are printed, 1e-6. What nothing else in it gives, it can only
 * bound: ln E by the hops that were counted, at the probe rate of now, nats by the bets. */
void verify_arithmetic(struct verify *verify, const struct tree *tree, const char *prefix);

/* Compares two explanations row by row, as they are printed. */
void verify_rows(struct verify *verify, const struct tree *stored, const char *prefix,
    const struct tree *computed);

/* Says the outcome: CTL_OK, or CTL_FAILED when a number differs or nothing was compared. */
int verify_outcome(const struct verify *verify);

#endif
