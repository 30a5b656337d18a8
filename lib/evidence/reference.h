#ifndef EVIDENCE_REFERENCE_H
#define EVIDENCE_REFERENCE_H

#include "evidence/envelope.h"

/*
 * The files in conf/reference: one of weights, one for each look-alike class. Lines of words;
 * '#' begins a comment.
 *
 *	retort-weights 2                          retort-reference 2
 *	class coding-agents                       class coding-agents
 *	pool campaign-single                      weights 0123456789abcdef
 *	ratio 0 template 1 claim 0 -12 … (8)      accounts 20000
 *	odds template 1 0 3 … (64)                table template 1 0 4000 12 5 … (64)
 *	end 0123456789abcdef                      end 0123456789abcdef
 *
 * Ratios are hundredths of a nat by level, for a pool of that number; odds are counts to be
 * made into shares. A table is group, depth, phase, n and k by bin; Σ k must be n, n no more
 * than the accounts, and all n together no fewer. The end names all that stands before it.
 */
#define REFERENCE_VERSION 2
#define REFERENCE_ENOUGH  400 /* accounts for a table to speak for its phase alone */

struct reference_table {
	uint32_t n, k[ENVELOPE_BINS];
};

struct reference_class {
	char name[ENVELOPE_NAME];
	uint32_t
	    accounts; /* of the class that were looked at, whether in such a cohort or not */
	struct reference_table tables[KEY_GROUP_COUNT][COHORT_DEPTHS][ENVELOPE_PHASES];
};

struct reference_weights {
	uint64_t mark;
	int class_count;
	char classes[ENVELOPE_CLASSES][ENVELOPE_NAME];
	int pool_count;
	char pools[ENVELOPE_POOLS][ENVELOPE_NAME];
	/* of a level at a place, for each kind of pool: they are read together */
	float ratios[KEY_GROUP_COUNT][COHORT_DEPTHS][FEATURE_COUNT][FEATURE_LEVELS]
		    [ENVELOPE_POOLS];
	double odds[KEY_GROUP_COUNT][COHORT_DEPTHS][ENVELOPE_BINS]; /* Σ = 1 */
};

/* 0, or −1 with a fault that names the line. */
int reference_read_weights(
    struct bytes text, struct reference_weights *weights, struct fault *fault);
int reference_read_class(struct bytes text, uint64_t weights_mark,
    struct reference_class *class, struct fault *fault);

void reference_write_class(
    struct text *text, const struct reference_class *class, uint64_t weights_mark);
void reference_write_weights(struct text *text, const struct reference_weights *weights);

/* The score of the pool that fits best, s = max over pools of Σ clip(ln q/p, −2, +3) over the
 * levels; |nats| takes its terms. */
double reference_score(const struct reference_weights *weights,
    const struct envelope_place *place, const uint8_t levels[FEATURE_COUNT],
    float nats[FEATURE_COUNT]);

/* Names a weights file by its bytes. */
uint64_t reference_mark(struct bytes text);

#endif
