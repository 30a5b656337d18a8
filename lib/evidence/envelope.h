#ifndef EVIDENCE_ENVELOPE_H
#define EVIDENCE_ENVELOPE_H

#include "base/fault.h"
#include "base/text.h"
#include "feature/features.h"

/*
 * The null as an envelope (detection.md §4): for each look-alike class of honest tools, how
 * often an account of it falls into each bin of the one calibrated scalar, with an upper
 * confidence limit; the null probability of a bin is the largest over the classes. Tables are
 * kept apart by key group, by depth, by the cohort's size and by whether the engine knows its
 * traffic already, because honest accounts look different in a cohort of ten and of ten
 * thousand, and on a first day on which everybody is new: each is under its own envelope.
 */
#define ENVELOPE_BINS  64
#define ENVELOPE_SIZES 3 /* of cohorts, by members: < 64, < 1024, more */
#define ENVELOPE_PHASES                                                                        \
	6 /* these sizes while the engine is new to its traffic, then settled                  \
	   */
#define ENVELOPE_SETTLED_S (2 * 86400)
#define ENVELOPE_CLASSES   64
#define ENVELOPE_POOLS     8 /* kinds of pools that a score compares with */
#define ENVELOPE_NAME      32
#define ENVELOPE_DELTA     1e-6
#define ENVELOPE_FLOOR     2e-4   /* no null probability is believed to be smaller */
#define ENVELOPE_CAP       200000 /* nor is any table believed to rest on more accounts */

/* A class's accounts come from a few events (a hackathon, a launch), and those of one event
 * share more than their tool. The limits are for accounts that were drawn apart, so the null
 * is raised by what one event may exceed the average of the others: E[e] ≤ 1/ENVELOPE_APART. */
#define ENVELOPE_APART     2.0

struct envelope_place {
	uint8_t group, depth, phase;
};

struct envelope_bin {
	double e; /* q / p*: 0 … 1/ENVELOPE_FLOOR; E[e] ≤ 1/ENVELOPE_APART under every class */
	uint8_t nearest; /* the class whose limit is the largest */
};

struct envelope;

struct envelope *envelope_new(void);
void envelope_free(struct envelope *envelope); /* NULL is allowed */

/* Reads the weights file: the names of the classes that must be there, the log ratios of the
 * features' levels and the odds q of the bins. 0, or −1 with a fault. */
int envelope_weights(struct envelope *envelope, struct bytes text, struct fault *fault);

/* Reads one class, after the weights. A table that does not add up, rests on other weights or
 * is of another version is refused whole. */
int envelope_class(struct envelope *envelope, struct bytes text, struct fault *fault);

/*
 * Computes all bins. −1 with a fault when a class of the weights file is missing; then, and
 * before this call, every e is 1: no envelope, no evidence.
 */
int envelope_seal(struct envelope *envelope, struct fault *fault);
bool envelope_is_sealed(const struct envelope *envelope);

/* The phase of a cohort of so many members, |watched_s| after the first exchange ever. */
uint8_t envelope_phase(uint32_t members, uint32_t watched_s);

/* reference_score under the envelope's weights. */
double envelope_score(const struct envelope *envelope, const struct envelope_place *place,
    const uint8_t levels[FEATURE_COUNT], float nats[FEATURE_COUNT]);
int envelope_bin_of(double score);

struct envelope_bin envelope_at(
    const struct envelope *envelope, const struct envelope_place *place, int bin);

int envelope_class_count(const struct envelope *envelope);
const char *envelope_class_name(const struct envelope *envelope, int number);

/* The accounts that a class's table at |place| rests on, for `calibrate`. */
uint32_t envelope_accounts(
    const struct envelope *envelope, int number, const struct envelope_place *place);

/* The most that a bet can be worth where a class rests on |n| accounts, beside |classes| in
 * all: 1/p at k = 0, which no q can pass. */
double envelope_ceiling(uint32_t n, int classes);

/* What names the weights: stands in every class file that was counted with them. */
uint64_t envelope_weights_mark(struct bytes text);

#endif
