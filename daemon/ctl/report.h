#ifndef REPORT_H
#define REPORT_H

#include "engine/engine.h"

#include <stdio.h>

/*
 * The replay report (design.md §4.5): what became of each label, and of each cohort that was
 * not quiet. `replay` and `simulate` both fill it, so their figures compare.
 */
#define REPORT_LABELS  96
#define REPORT_COHORTS 4096

struct report_moment {
	uint64_t exchange; /* exchanges of the label so far; 0: never */
	int64_t at_us;
};

struct report_label {
	char name[32];
	bool is_benign;
	int pool; /* the label of the pool that it went through, or its own number */
	uint64_t exchanges, accounts, tagged, probed, shaped, held, watched;
	struct report_moment first_tag, first_proof; /* of a cohort that is mostly its own */
	struct report_moment first_tagged; /* first exchange that met a tag on its arrival */
};

struct report_cohort {
	uint64_t id;
	const struct engine *engine; /* that it stands in */
	uint8_t state, most;         /* now, and the gravest ever */
	uint32_t tags;
	uint64_t exchanges;
	bool was_bet_on; /* in a trial, whose ln E was |peak| at its highest */
	double peak;
	uint32_t labels[REPORT_LABELS];
};

struct report {
	struct report_label labels[REPORT_LABELS];
	int label_count;
	struct report_cohort *cohorts; /* by a small hash of their id */
	uint64_t exchanges, bad_lines, cohorts_dropped;
	double seconds;
	uint64_t *accounts; /* hashes of label and account, open addressing */
	size_t account_room, account_count;
	size_t world_bytes; /* of a simulation's people and pools */
};

void report_init(struct report *report);
void report_fini(struct report *report);

/* The number of a label, made when it is new. "NAME-customers" are those who go through the
 * pool NAME and know nothing of it: in their cohorts it is the pool's accounts that are found,
 * and the exchanges of its own that are counted. */
int report_label(struct report *report, const char *name, bool is_benign);

/* Asks memory for what report_see of that account will look at. */
void report_prefetch(const struct report *report, int label, uint64_t account);

/* Takes one exchange after the engine saw it; |record| carries what was decided. */
void report_see(
    struct report *report, const struct engine *engine, int label, const struct record *record);

/* The label of whom most of a cohort's exchanges came through. */
int report_majority(const struct report *report, const struct report_cohort *cohort);

void report_print(const struct report *report, const struct engine_counts *counts, FILE *out);

#endif
