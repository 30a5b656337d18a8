#ifndef EVIDENCE_LEDGER_H
#define EVIDENCE_LEDGER_H

#include "cohort/cohorts.h"

/*
 * An e-Shiryaev–Roberts ledger in logarithms (Shin, Ramdas & Rinaldo, "E-detectors: a
 * nonparametric framework for sequential change detection", 2023). It starts at −INFINITY. When
 * each factor has an expectation ≤ 1 given the past, a ledger after n bets has an expectation
 * ≤ n, so it stands above A with a probability ≤ n/A, and expected false tags are ≤ n/A over
 * any horizon when it is cleared at each tag.
 */

/*
 * A ledger is a mixture of ledgers that stake different shares of what they have: nobody knows
 * beforehand how strong a pool's bets will be, a mixture is at most ln LEDGER_STAKES behind the
 * best of them, and its expectation is the mean of theirs. |shares| says how the mixture
 * stands: what each holds of the whole; of an empty ledger they say nothing.
 *
 * The ledger after a bet at the e-value |e| ≥ 0; |weight| in [0, 1] scales all stakes.
 */
double ledger_bet(double ledger, float shares[LEDGER_STAKES], double weight, double e);

/* The same for a factor already in logarithms, whole stake. */
double ledger_multiply(double ledger, double ln_e);

/* The share v of A's budget that a depth has; they sum to 1. */
extern const double ledger_shares[COHORT_DEPTHS], ledger_ln_shares[COHORT_DEPTHS];

/* True when a depth's ledger is over ln(A / v); |ln_tag| is ln A. */
bool ledger_is_over(double ledger, int depth, double ln_tag);

/* ln M = max over depths of ledger + ln v, with the provenance: for display and for states. */
double ledger_ln_m(const struct cohort *cohort);

/* A loss of evidence with time: both sides shrink by 2^(−elapsed / half-life). Never gains. */
double ledger_decay(double ledger, double elapsed_s, double half_life_s);

#endif
