#ifndef EVIDENCE_DISPLACEMENT_H
#define EVIDENCE_DISPLACEMENT_H

#include "base/keyed_hash.h"
#include "record/record.h"

/*
 * Displacement (detection.md §5b), evidence without content. The owners of a tagged cohort fall
 * by a hash into T and U, anew each day. Every epoch has a fair secret coin W; when it is 1, T
 * is held to 70 % of its rate. One controller sends what was refused through other accounts, so
 * U grows busier in just those epochs, even where no prompt comes back as it was.
 *
 * Y is what arrives from U, m and s are the mean and the spread of U's past epochs alone:
 *
 *	g = clip(((2W − 1)(Y − m) − a·m) / 2s, −1, 1)
 *	E_λ ← E_λ·(1 + λg), E = mean of E_λ
 *
 * Why this proves. Let Y1 and Y0 be what U sends in this epoch if W is 1 or 0, given all
 * before. The coin is drawn apart from both, clip is odd and never falls, so the expected
 * factor is
 *
 *	1 + λ/2·E[clip((Y1 − m − am)/2s) − clip((Y0 − m + am)/2s)]
 *
 * which is at most 1 if Y1 ≤ Y0 + 2am, whatever the distribution, rhythm or memory of U.
 * Unrelated owners do not know the coin: Y1 = Y0. Then P(E ever ≥ 1/α) ≤ α (Ville), and E is
 * begun only once in the life of a cohort.
 *
 * What differs from the draft, and why:
 * - a = 1.5 %. The draft has 0, and then a true but innocent difference would prove in the end:
 *   holding T frees what T and U share. T is half of at most 1 % of all, so 0.15 % of the load
 *   goes; in a queue that is 95 % full waits shrink by 3 % = 2a.
 * - Three λ. One half alone is right for some 10 to 100 exchanges of U an epoch, and gains
 *   nothing below; a mean of three such processes is one, and costs ln 3.
 * - Gains are void while limits or buckets refuse more than 1 % of U, who then share a quota
 *   that holding T leaves to them, or while the cohort is over 1 % of all. Losses always count:
 *   leaving out gains only lowers E, by whatever rule.
 * - Owners are split, not accounts: one's own keys may fail over.
 * - Arrivals are counted, refused or not and whenever they end: a reply's end may come with the
 *   load. No exchange of U is ever held by its own cohort's coin.
 *
 * What would break it: unrelated owners whose requests reach U because T's were refused, by a
 * balancer of ours or of theirs that is not named as their owner.
 */
#define DISPLACEMENT_EPOCH_US  INT64_C(30000000)
#define DISPLACEMENT_SHARE     0.7 /* of T's rate passes while it is held */
#define DISPLACEMENT_WARMUP    20  /* epochs that only teach mean and spread */
#define DISPLACEMENT_ALLOWANCE 0.015
#define DISPLACEMENT_TRAFFIC   0.01 /* the most of all traffic that a cohort may be */
#define DISPLACEMENT_REFUSED   0.01 /* the most of U that others may refuse */
#define DISPLACEMENT_LN_M      13.8 /* population evidence that a proof needs beside */
#define DISPLACEMENT_STAKES    3
#define DISPLACEMENT_MOST      2880   /* epochs that are bet on: a day, then it is enough */
#define DISPLACEMENT_FUTILE    (-5.0) /* ln E at which it is given up */

struct displacement_epoch {                /* what arrived in one */
	uint32_t untreated, treated, held; /* U's; T's; of T's, those that W = 1 refused */
	uint32_t refused;                  /* of U's, by limits and buckets */
	uint32_t all;                      /* of everybody */
	uint8_t coin; /* RECORD_HOLD_OFF, _ON; _NONE: nobody saw it, no bet */
};

struct displacement {
	double ln_e[DISPLACEMENT_STAKES], peak; /* peak: the highest that ln E ever was */
	double mean, var;                       /* of U's past epochs */
	double cohort, all, refused;            /* exchanges an epoch, lately */
	uint64_t sums[2]; /* what U sent in the epochs that were bet on, by coin */
	uint64_t held;    /* of T, in the same */
	uint32_t epochs;  /* that taught */
	uint32_t bets[2]; /* that were bet on, by coin */
};

/* Takes an epoch that is over; they come in order. One without any traffic at all is none. */
void displacement_settle(
    struct displacement *displacement, const struct displacement_epoch *epoch);

double displacement_ln_e(const struct displacement *displacement);

/* True while T may be held: mean and spread are known, the cohort is a small part of all, and
 * it is not over. */
bool displacement_may_run(const struct displacement *displacement);

/* True when nothing more is to be learned: given up, or a day of epochs has been bet on. */
bool displacement_is_over(const struct displacement *displacement);

/* How much of what was held came back at U, estimated; it may be negative. */
double displacement_moved(const struct displacement *displacement);

/*
 * Proven: ln E stands above its share of α₂ (proof.h) beside |ln_m| of population evidence,
 * and, as of hops, a share of the held was moved, so that a small pool that hides in a large
 * honest cohort does not convict all of it.
 */
bool displacement_is_enough(
    const struct displacement *displacement, double prove_evidence, double ln_m);

/* A loss of evidence with time; never gains. */
void displacement_decay(
    struct displacement *displacement, double elapsed_s, double half_life_s);

/* Whether the exchange is one of T's. */
bool displacement_is_treated(const struct facts *facts);

/*
 * What becomes of an exchange of |cohort|, which is under trial: the epoch's coin, and, for one
 * of T's while the coin is 1, its own secret coin of 30 %. Never RECORD_HOLD_NONE.
 */
enum record_hold displacement_draw(
    const struct keyed_hash *hash, uint64_t cohort, const struct facts *facts);

#endif
