/* The ledgers' promise, by simulation: expected false tags are at most n/A. */
#include "evidence/ledger.h"

#include "unit.h"

#include <math.h>

static uint64_t state = 88172645463325252ULL;

static double uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) * 0x1p-53;
}

START_TEST(a_bet_of_one_changes_only_the_count)
{
	float shares[LEDGER_STAKES] = { 0 };
	double ledger = -INFINITY;

	for (int i = 0; i < 100; i++)
		ledger = ledger_bet(ledger, shares, 0.5, 1);
	ck_assert_double_eq_tol(exp(ledger), 100, 1e-4);
	ck_assert_double_eq_tol(ledger_bet(800, shares, 0, 3), 800, 1e-6);
	ck_assert(isfinite(ledger_bet(-INFINITY, shares, 1, 1e4)));
}
END_TEST

/* Weak bets are won with small stakes, strong ones with large: the mixture is near both. */
START_TEST(a_mixture_grows_nearly_as_its_best_stake)
{
	float shares[LEDGER_STAKES] = { 0 };
	double ledger = -INFINITY;

	for (int i = 0; i < 100; i++)
		ledger = ledger_bet(ledger, shares, 0.9, 3);
	ck_assert_double_ge(ledger, 100 * log1p(0.9 * 2) - log(LEDGER_STAKES));
	ck_assert_float_ge(shares[0], 0.99f);
	ledger = -INFINITY;
	for (int i = 0; i < 2000; i++) /* half of them win 1.4: at whole stake it would lose */
		ledger = ledger_bet(ledger, shares, 0.9, i % 2 ? 2.4 : 0);
	ck_assert_double_ge(
	    ledger, 1000 * (log1p(0.1125 * 1.4) + log1p(-0.1125)) - log(LEDGER_STAKES));
	ck_assert_float_ge(shares[2], 0.99f);
}
END_TEST

/* e is 1/p with probability p, else 0: the worst that has expectation 1 exactly. */
static double false_tags(double threshold, double p, int bets)
{
	float shares[LEDGER_STAKES] = { 0 };
	double ledger = -INFINITY, tags = 0;

	for (int i = 0; i < bets; i++) {
		ledger = ledger_bet(ledger, shares, 0.9, uniform() < p ? 1 / p : 0);
		if (ledger >= log(threshold)) {
			tags++;
			ledger = -INFINITY;
		}
	}
	return tags;
}

START_TEST(false_tags_stay_below_n_over_a_for_worst_case_factors)
{
	static const double thresholds[] = { 1e2, 1e3, 1e4 };
	static const double odds[] = { 0.5, 0.1, 0.01 };
	int bets = 2000000;

	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			double bound = bets / thresholds[i];

			ck_assert_double_le(
			    false_tags(thresholds[i], odds[j], bets), bound + 3 * sqrt(bound));
		}
}
END_TEST

START_TEST(shares_of_the_depths_sum_to_one)
{
	double sum = 0;

	for (int i = 0; i < COHORT_DEPTHS; i++)
		sum += ledger_shares[i];
	ck_assert_double_eq_tol(sum, 1, 1e-12);
	for (int i = 0; i < COHORT_DEPTHS; i++)
		ck_assert_double_eq_tol(ledger_ln_shares[i], log(ledger_shares[i]), 1e-15);
	ck_assert(ledger_is_over(log(1e9 / 0.4) + 1e-9, 0, log(1e9)));
	ck_assert(!ledger_is_over(log(1e9 / 0.4) - 1e-9, 0, log(1e9)));
	ck_assert(!ledger_is_over(log(1e9 / 0.4) + 1e-9, 3, log(1e9)));
}
END_TEST

START_TEST(decay_never_gains)
{
	ck_assert_double_eq_tol(ledger_decay(20, 86400, 86400), 10, 1e-9);
	ck_assert_double_eq(ledger_decay(-3, 86400, 86400), -3);
	ck_assert(isinf(ledger_decay(-INFINITY, 10, 86400)));
}
END_TEST

UNIT_MAIN("ledger", a_bet_of_one_changes_only_the_count,
    a_mixture_grows_nearly_as_its_best_stake,
    false_tags_stay_below_n_over_a_for_worst_case_factors, shares_of_the_depths_sum_to_one,
    decay_never_gains)
