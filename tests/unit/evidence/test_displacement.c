/* Displacement's promise, by simulation and by enumeration: whatever traffic that does not know
 * the coin does, a false proof is as rare as α allows; and what it finds, and when. */
#include "evidence/displacement.h"

#include "evidence/proof.h"
#include "unit.h"

#include <math.h>

static uint64_t state = 362436069ULL * 88675123;

static double uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) * 0x1p-53;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform() + 1e-18)) * cos(6.283185307179586 * uniform());
}

static uint32_t poisson(double mean)
{
	double p = exp(-mean), sum = p, x = uniform();
	uint32_t k = 0;

	if (mean > 50)
		return (uint32_t)fmax(0, mean + sqrt(mean) * normal() + 0.5);
	while (x > sum && k < 500)
		sum += p *= mean / ++k;
	return k;
}

/* Ways of U that know nothing of this epoch's coin, though they may know all earlier ones. */
enum way { STEADY, RHYTHM, HEAVY, RARE, REMEMBERING, SPITEFUL, WAY_COUNT };

static uint32_t send(
    enum way way, int epoch, const struct displacement *displacement, bool was_on)
{
	switch (way) {
	case STEADY:
		return poisson(25);
	case RHYTHM: /* a day's swing, and a crowd that comes every tenth epoch */
		return poisson(30 + 20 * sin(epoch / 40.0) + (epoch % 10 == 0) * 60);
	case HEAVY:
		return (uint32_t)fmin(1e5, 10 * exp(1.5 * normal()));
	case RARE:
		return uniform() < 0.1;
	case REMEMBERING: /* busier after an epoch in which T was held */
		return poisson(was_on ? 60 : 20);
	default: /* as far from the mean as its evidence is near to proof */
		return (uint32_t)fmax(
		    0, displacement->mean + (uniform() < 0.5 ? -1 : 1) *
						(5 + 3 * displacement_ln_e(displacement)));
	}
}

static int false_alarms(enum way way, int runs, double ln_alarm)
{
	int alarms = 0;

	for (int i = 0; i < runs; i++) {
		struct displacement displacement = { 0 };
		bool is_on = false;

		for (int epoch = 0; epoch < 250; epoch++) {
			struct displacement_epoch now = { .all = 1000000, .treated = 25 };

			now.untreated = send(way, epoch, &displacement, is_on);
			is_on = uniform() < 0.5;
			now.coin = is_on ? RECORD_HOLD_ON : RECORD_HOLD_OFF;
			displacement_settle(&displacement, &now);
		}
		alarms += displacement.peak >= ln_alarm;
	}
	return alarms;
}

START_TEST(false_proofs_stay_below_alpha_whatever_unrelated_owners_do)
{
	const double alphas[] = { 1e-1, 1e-2, 1e-3 };

	for (int way = 0; way < WAY_COUNT; way++)
		for (int i = 0; i < 3; i++) {
			int runs = i == 2 ? 8000 : 3000;
			double bound = runs * alphas[i];

			ck_assert_int_le(false_alarms((enum way)way, runs, -log(alphas[i])),
			    (int)(bound + 3 * sqrt(bound)));
		}
}
END_TEST

/* ln of the mean over both coins of the factor, where U sends |one| or |zero|. */
static double expectation(const struct displacement *past, uint32_t one, uint32_t zero)
{
	struct displacement held = *past, passed = *past;
	double before = displacement_ln_e(past);
	struct displacement_epoch epoch = { .all = 1000000, .coin = RECORD_HOLD_ON };

	epoch.untreated = one;
	displacement_settle(&held, &epoch);
	epoch.untreated = zero;
	epoch.coin = RECORD_HOLD_OFF;
	displacement_settle(&passed, &epoch);
	return log((exp(displacement_ln_e(&held) - before) +
		       exp(displacement_ln_e(&passed) - before)) /
		   2);
}

/* The theorem in the header, at random pasts: also where U does rise, by up to 2am. */
START_TEST(no_epoch_is_expected_to_gain_within_the_allowance)
{
	for (int i = 0; i < 20000; i++) {
		struct displacement past = { .mean = 1000 * uniform(),
			.all = 1e6,
			.epochs = 100,
			.ln_e = { 3 * normal(), 3 * normal(), 3 * normal() } };
		uint32_t zero = (uint32_t)(past.mean * 2 * uniform());
		uint32_t more = (uint32_t)(2 * DISPLACEMENT_ALLOWANCE * past.mean * uniform());

		past.var = 1 + past.mean * 3 * uniform();
		ck_assert_double_le(expectation(&past, zero + more, zero), 1e-12);
		ck_assert_double_le(expectation(&past, zero / 2, zero), 1e-12);
	}
}
END_TEST

/* A pool of |count| exchanges of U an epoch, |moved| of whose refused ones go on at U; epochs
 * until it is proven, 0: never. */
static int epochs_to_proof(double count, double moved, struct displacement *displacement)
{
	*displacement = (struct displacement){ 0 };
	for (int epoch = 1; epoch <= DISPLACEMENT_MOST + 100; epoch++) {
		bool is_on = uniform() < 0.5;
		struct displacement_epoch now = { .all = 1000000,
			.coin = is_on ? RECORD_HOLD_ON : RECORD_HOLD_OFF };

		now.treated = poisson(count * (is_on ? 1.17 : 1));
		now.held = is_on ? poisson(0.3 * now.treated) : 0;
		now.untreated = poisson(count + moved * now.held);
		displacement_settle(displacement, &now);
		if (displacement_is_enough(displacement, 1e4, 20))
			return epoch;
		if (epoch > DISPLACEMENT_WARMUP && !displacement_may_run(displacement))
			return 0;
	}
	return 0;
}

START_TEST(a_pool_that_moves_its_load_is_proven_the_sooner_the_busier_it_is)
{
	const struct {
		double count;
		int most; /* epochs */
	} pools[] = { { 400, 120 }, { 50, 600 }, { 12, 1800 } };
	struct displacement displacement;

	for (int i = 0; i < 3; i++) {
		int epochs = epochs_to_proof(pools[i].count, 0.45, &displacement);

		ck_assert_int_gt(epochs, 0);
		ck_assert_int_le(epochs, pools[i].most);
		ck_assert_double_gt(displacement_moved(&displacement), 0.2);
	}
}
END_TEST

START_TEST(a_cohort_that_moves_nothing_is_given_up)
{
	struct displacement displacement;

	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(epochs_to_proof(50, 0, &displacement), 0);
	ck_assert(!displacement_may_run(&displacement));
}
END_TEST

/* One epoch of a cohort that surely gains, and one that surely loses, under other conditions.
 */
static void compare(const struct displacement *past, bool does_gain)
{
	struct displacement up = *past, down = *past;
	struct displacement_epoch epoch = {
		.untreated = 150, .all = 100000, .coin = RECORD_HOLD_ON
	};

	displacement_settle(&up, &epoch);
	epoch.coin = RECORD_HOLD_OFF;
	displacement_settle(&down, &epoch);
	ck_assert((displacement_ln_e(&up) > displacement_ln_e(past)) == does_gain);
	ck_assert_double_lt(displacement_ln_e(&down), displacement_ln_e(past));
}

START_TEST(gains_are_void_beside_limits_and_in_large_cohorts_and_losses_count)
{
	struct displacement past = {
		.mean = 100, .var = 100, .epochs = 50, .cohort = 200, .all = 100000
	};

	compare(&past, true);
	past.refused = 5; /* of a hundred: they share a quota */
	compare(&past, false);
	past.refused = 0;
	past.cohort = 2000;
	compare(&past, false);
	ck_assert(!displacement_may_run(&past));
}
END_TEST

START_TEST(a_proof_needs_population_evidence_and_that_a_share_was_moved)
{
	struct displacement displacement = { .ln_e = { 20, 20, 20 },
		.peak = 20,
		.sums = { 1000, 1200 },
		.bets = { 10, 10 },
		.held = 400 };

	ck_assert_double_eq_tol(displacement_moved(&displacement), 0.5, 1e-12);
	ck_assert(displacement_is_enough(&displacement, 1e4, 13.9));
	ck_assert(!displacement_is_enough(&displacement, 1e4, 13.7));
	ck_assert(!displacement_is_enough(&displacement, 1e8, 13.9)); /* ln 1e9 = 20.7 */
	displacement.held = 40000; /* a small pool inside a large honest cohort */
	ck_assert(!displacement_is_enough(&displacement, 1e4, 13.9));
}
END_TEST

START_TEST(an_epoch_without_a_coin_or_without_traffic_is_not_bet_on)
{
	struct displacement past = {
		.mean = 100, .var = 100, .epochs = 50, .cohort = 200, .all = 100000
	};
	struct displacement now = past;

	displacement_settle(&now, &(struct displacement_epoch){ 0 });
	ck_assert_mem_eq(&now, &past, sizeof(now));
	displacement_settle(&now, &(struct displacement_epoch){ .untreated = 300, .all = 9 });
	ck_assert_uint_eq(now.bets[0] + now.bets[1], 0);
	ck_assert_double_eq_tol(displacement_ln_e(&now), 0, 1e-12);
	ck_assert_double_gt(now.mean, 100);
}
END_TEST

START_TEST(evidence_decays_and_never_gains_by_it)
{
	struct displacement displacement = { .ln_e = { 8, 2, -3 } };
	double before = displacement_ln_e(&displacement);

	displacement_decay(&displacement, 86400, 7 * 86400);
	ck_assert_double_lt(displacement_ln_e(&displacement), before);
	ck_assert_double_eq_tol(displacement.ln_e[2], -3, 1e-12);
}
END_TEST

START_TEST(coins_are_fair_halves_are_even_and_three_tenths_of_t_are_held)
{
	struct fault fault;
	struct keyed_hash *hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
	int on = 0, treated = 0, held = 0, held_of_u = 0, moved = 0, count = 40000;

	for (uint64_t i = 1; i <= (uint64_t)count; i++) {
		struct facts facts = { .at_us = (int64_t)i * DISPLACEMENT_EPOCH_US,
			.exchange = i * 0x9e3779b97f4a7c15ULL,
			.account = i,
			.owner = i * 0xd6e8feb86659fd93ULL };
		enum record_hold hold = displacement_draw(hash, 77, &facts);
		bool is_treated = displacement_is_treated(&facts);

		ck_assert_int_eq(hold, displacement_draw(hash, 77, &facts));
		on += hold != RECORD_HOLD_OFF;
		treated += is_treated;
		held += hold == RECORD_HOLD_HELD;
		held_of_u += hold == RECORD_HOLD_HELD && !is_treated;
		facts.at_us += INT64_C(86400000000);
		moved += is_treated != displacement_is_treated(&facts);
	}
	ck_assert_int_le(abs(on - count / 2), 400);
	ck_assert_int_le(abs(treated - count / 2), 400);
	ck_assert_int_le(abs(moved - count / 2), 400);
	ck_assert_int_le(abs(held - count * 3 / 40), 250);
	ck_assert_int_eq(held_of_u, 0);
	keyed_hash_free(hash);
}
END_TEST

START_TEST(an_epoch_has_one_coin_for_all_of_a_cohort_and_another_for_others)
{
	struct fault fault;
	struct keyed_hash *hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
	int equal = 0;

	for (uint64_t i = 1; i <= 2000; i++) {
		int64_t at_us = (int64_t)i * DISPLACEMENT_EPOCH_US;
		struct facts early = { .at_us = at_us, .exchange = i, .owner = i };
		struct facts late = { .at_us = at_us + DISPLACEMENT_EPOCH_US - 1,
			.exchange = i + 5000,
			.owner = i + 9000 };
		bool is_on = displacement_draw(hash, 5, &early) != RECORD_HOLD_OFF;

		ck_assert(is_on == (displacement_draw(hash, 5, &late) != RECORD_HOLD_OFF));
		equal += is_on == (displacement_draw(hash, 6, &early) != RECORD_HOLD_OFF);
	}
	ck_assert_int_le(abs(equal - 1000), 90);
	keyed_hash_free(hash);
}
END_TEST

UNIT_MAIN("displacement", false_proofs_stay_below_alpha_whatever_unrelated_owners_do,
    no_epoch_is_expected_to_gain_within_the_allowance,
    a_pool_that_moves_its_load_is_proven_the_sooner_the_busier_it_is,
    a_cohort_that_moves_nothing_is_given_up,
    gains_are_void_beside_limits_and_in_large_cohorts_and_losses_count,
    a_proof_needs_population_evidence_and_that_a_share_was_moved,
    an_epoch_without_a_coin_or_without_traffic_is_not_bet_on,
    evidence_decays_and_never_gains_by_it,
    coins_are_fair_halves_are_even_and_three_tenths_of_t_are_held,
    an_epoch_has_one_coin_for_all_of_a_cohort_and_another_for_others)
