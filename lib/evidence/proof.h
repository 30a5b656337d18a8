#ifndef EVIDENCE_PROOF_H
#define EVIDENCE_PROOF_H

#include "base/keyed_hash.h"

/*
 * Causal evidence (detection.md §5a): the proxy refuses a few requests by a secret coin W and
 * looks whether the same conversation then arrives from another owner (Y). Whatever unrelated
 * owners do, they cannot know the coin, so given Y it is still W with probability ρ, and each
 * factor below has an expectation of exactly 1.
 */
#define PROOF_ODDS              0.5 /* q: P(W = 1 | Y) when one controller fails over */
#define PROOF_PAIRS             3   /* distinct pairs of owners that a proof needs */
#define PROOF_REST_S            600 /* an account is refused by a coin at most once in this time */
#define PROOF_SHARE             0.05 /* of the refused that must have hopped: see proof_is_enough */

/*
 * How α₂ is divided: both ledgers of hops and displacement (displacement.h) may each prove, and
 * P(ever falsely proven) ≤ (0.45 + 0.45 + 0.1)·α₂ by the union bound, whatever they have to do
 * with each other. A mean of the three would be as strong as the strongest of them, but it is a
 * fair game only before somebody who sees none of the others' coins, and who sees that a
 * refused owner tries again knows its coin. Hops prove in minutes where there are any: they
 * keep most.
 */
#define PROOF_HOP_PART          0.45
#define PROOF_DISPLACEMENT_PART 0.1

/* The coin of the exchange |nonce|: true means "refuse". |rate| is ρ. */
bool proof_coin(struct keyed_hash *hash, uint64_t nonce, double rate);

/* ln of the factor of one Y, whose coin was |was_refused|. */
double proof_factor(bool was_refused, double rate);

enum proof_ledger { PROOF_SAME, PROOF_EXTENSION, PROOF_LEDGERS };

struct proof_tally {
	double ln_e[PROOF_LEDGERS];
	unsigned pairs;        /* distinct pairs of owners that hopped, refused or spared */
	unsigned probes, hops; /* coins that refused; of those, the ones followed by a Y */
};

/*
 * Proven: a ledger stands at |prove_evidence| divided by its part of α₂, over enough pairs.
 * Beyond the guarantee it asks that a share of the probes hopped, so that a small pool that
 * hides in a large honest cohort does not convict all of it; its own narrower cohorts do.
 */
bool proof_is_enough(const struct proof_tally *tally, double prove_evidence);

/* What proved a cohort. */
enum proof_kind {
	PROOF_KIND_NONE,
	PROOF_KIND_SAME,
	PROOF_KIND_EXTENSION,
	PROOF_KIND_DISPLACEMENT,
	PROOF_KIND_COUNT
};
const char *proof_kind_name(enum proof_kind kind);

#endif
