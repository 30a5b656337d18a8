/*
 * Evidence without content: whether owners that were never held back grow busier in just the
 * epochs in which the others were. Counts and coins come in as arguments, so that a replay
 * multiplies the same factors as the day itself did. It must never look at what an epoch is
 * bet on before it has taken mean and spread from the epochs before it.
 */
#include "evidence/displacement.h"

#include "evidence/ledger.h"
#include "evidence/proof.h"

#include <math.h>

#define SMOOTHING 0.05 /* the weight of the newest epoch */
#define DAY_US    INT64_C(86400000000)

/* λ: each is best for a U whose rise is about half as many spreads. */
static const double stakes[DISPLACEMENT_STAKES] = { 0.9, 0.5, 0.2 };

double displacement_ln_e(const struct displacement *displacement)
{
	double most = displacement->ln_e[0], sum = 0;

	for (int i = 1; i < DISPLACEMENT_STAKES; i++)
		most = fmax(most, displacement->ln_e[i]);
	for (int i = 0; i < DISPLACEMENT_STAKES; i++)
		sum += exp(displacement->ln_e[i] - most);
	return most + log(sum / DISPLACEMENT_STAKES);
}

static bool is_small(const struct displacement *displacement)
{
	return displacement->cohort <= DISPLACEMENT_TRAFFIC * displacement->all;
}

static bool may_gain(const struct displacement *displacement)
{
	return is_small(displacement) &&
	       displacement->refused <= DISPLACEMENT_REFUSED * displacement->mean;
}

static void bet(struct displacement *displacement, const struct displacement_epoch *epoch)
{
	bool is_on = epoch->coin == RECORD_HOLD_ON;
	double off = epoch->untreated - displacement->mean;
	double lean = (is_on ? off : -off) - DISPLACEMENT_ALLOWANCE * displacement->mean;

	lean = fmax(-1, fmin(1, lean / (2 * sqrt(displacement->var))));
	if (lean > 0 && !may_gain(displacement))
		return;
	for (int i = 0; i < DISPLACEMENT_STAKES; i++)
		displacement->ln_e[i] += log1p(stakes[i] * lean);
	displacement->peak = fmax(displacement->peak, displacement_ln_e(displacement));
	displacement->bets[is_on]++;
	displacement->sums[is_on] += epoch->untreated;
	displacement->held += epoch->held;
}

static void follow(double *mean, double value, bool is_first)
{
	*mean = is_first ? value : *mean + SMOOTHING * (value - *mean);
}

static void learn(struct displacement *displacement, const struct displacement_epoch *epoch)
{
	double off = epoch->untreated - displacement->mean;

	if (displacement->epochs)
		displacement->var = (1 - SMOOTHING) *
				    (displacement->var + SMOOTHING * off * off);
	follow(&displacement->mean, epoch->untreated, !displacement->epochs);
	if (displacement->epochs < UINT32_MAX)
		displacement->epochs++;
}

void displacement_settle(
    struct displacement *displacement, const struct displacement_epoch *epoch)
{
	bool is_first = !displacement->epochs;

	if (!epoch->all)
		return;
	follow(&displacement->cohort, (double)epoch->untreated + epoch->treated, is_first);
	follow(&displacement->all, epoch->all, is_first);
	follow(&displacement->refused, epoch->refused, is_first);
	if (displacement->epochs >= DISPLACEMENT_WARMUP && displacement->var > 0 &&
	    epoch->coin != RECORD_HOLD_NONE)
		bet(displacement, epoch);
	learn(displacement, epoch);
}

bool displacement_is_over(const struct displacement *displacement)
{
	return displacement->bets[0] + displacement->bets[1] >= DISPLACEMENT_MOST ||
	       displacement_ln_e(displacement) <= DISPLACEMENT_FUTILE;
}

bool displacement_may_run(const struct displacement *displacement)
{
	return displacement->epochs >= DISPLACEMENT_WARMUP && is_small(displacement) &&
	       !displacement_is_over(displacement);
}

double displacement_moved(const struct displacement *displacement)
{
	const uint32_t *bets = displacement->bets;

	if (!bets[0] || !bets[1] || !displacement->held)
		return 0;
	return ((double)displacement->sums[1] / bets[1] -
		   (double)displacement->sums[0] / bets[0]) *
	       bets[1] / (double)displacement->held;
}

bool displacement_is_enough(
    const struct displacement *displacement, double prove_evidence, double ln_m)
{
	double enough = log(prove_evidence / PROOF_DISPLACEMENT_PART);

	return ln_m >= DISPLACEMENT_LN_M && displacement->peak >= enough &&
	       displacement_ln_e(displacement) >= enough &&
	       displacement_moved(displacement) >= PROOF_SHARE;
}

void displacement_decay(struct displacement *displacement, double elapsed_s, double half_life_s)
{
	for (int i = 0; i < DISPLACEMENT_STAKES; i++)
		displacement->ln_e[i] = ledger_decay(
		    displacement->ln_e[i], elapsed_s, half_life_s);
}

static uint64_t owner_of(const struct facts *facts)
{
	return facts->owner ? facts->owner : facts->account;
}

bool displacement_is_treated(const struct facts *facts)
{
	uint64_t day = (uint64_t)(facts->at_us / DAY_US);
	uint64_t x = (owner_of(facts) ^ day * 0x9e3779b97f4a7c15ULL) * 0xff51afd7ed558ccdULL;

	x = (x ^ x >> 32) * 0xc4ceb9fe1a85ec53ULL;
	return x >> 63;
}

/* A secret number of two; |kind| keeps epochs and exchanges apart, and both from probes. */
static uint64_t draw(const struct keyed_hash *hash, uint64_t kind, uint64_t a, uint64_t b)
{
	const uint64_t words[] = { kind, a, b };

	return keyed_hash_of(hash, HASH_COIN, bytes_of(words, sizeof(words)));
}

enum record_hold displacement_draw(
    const struct keyed_hash *hash, uint64_t cohort, const struct facts *facts)
{
	uint64_t epoch = (uint64_t)(facts->at_us / DISPLACEMENT_EPOCH_US);

	if (!(draw(hash, 1, cohort, epoch) >> 63))
		return RECORD_HOLD_OFF;
	if (!displacement_is_treated(facts) ||
	    ldexp((double)draw(hash, 2, cohort, facts->exchange), -64) < DISPLACEMENT_SHARE)
		return RECORD_HOLD_ON;
	return RECORD_HOLD_HELD;
}
