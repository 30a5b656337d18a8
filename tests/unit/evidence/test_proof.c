/* The proof's promise, by simulation: whatever unrelated owners send, a false proof is as rare
 * as α₂ allows. */
#include "evidence/proof.h"

#include "evidence/displacement.h"
#include "evidence/provenance.h"
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

/* Traffic that knows everything but the coin may choose when a Y comes; it plays both ledgers
 * and stops as soon as it wins. Here it copies more the nearer it is: the worst it can do. */
static int false_proofs(int cohorts, int steps, double prove_evidence, double rate)
{
	int proven = 0;

	for (int i = 0; i < cohorts; i++) {
		struct proof_tally tally = { .pairs = 3, .probes = 1, .hops = 1 };

		for (int j = 0; j < steps && !proof_is_enough(&tally, prove_evidence); j++) {
			int ledger = tally.ln_e[1] > tally.ln_e[0] || j % 7 == 0;

			if (tally.ln_e[ledger] > -30)
				tally.ln_e[ledger] += proof_factor(uniform() < rate, rate);
		}
		proven += proof_is_enough(&tally, prove_evidence);
	}
	return proven;
}

START_TEST(a_factor_has_expectation_one)
{
	for (double rate = 0.005; rate < 0.3; rate *= 2)
		ck_assert_double_eq_tol(rate * exp(proof_factor(true, rate)) +
					    (1 - rate) * exp(proof_factor(false, rate)),
		    1, 1e-12);
	ck_assert_double_eq_tol(proof_factor(true, 0.02), 3.22, 0.005);
	ck_assert_double_eq_tol(proof_factor(false, 0.02), -0.67, 0.005);
}
END_TEST

START_TEST(false_proofs_stay_below_alpha_for_traffic_that_copies_everything)
{
	int cohorts = 40000;
	double bound = cohorts / 1e2;

	ck_assert_int_le(false_proofs(cohorts, 200, 1e2, 0.02), (int)(bound + 3 * sqrt(bound)));
	bound = cohorts / 1e4;
	ck_assert_int_le(
	    false_proofs(cohorts, 200, 1e4, 0.02), (int)(bound + 3 * sqrt(bound)) + 1);
}
END_TEST

START_TEST(a_proof_needs_three_pairs_and_a_share_of_the_probes)
{
	struct proof_tally tally = { { 30, 0 }, 3, 40, 20 };

	ck_assert(proof_is_enough(&tally, 1e4));
	tally.pairs = 2;
	ck_assert(!proof_is_enough(&tally, 1e4));
	tally.pairs = 3;
	tally.probes = 4000; /* a small pool inside a large honest cohort */
	ck_assert(!proof_is_enough(&tally, 1e4));
	tally = (struct proof_tally){ { 9.8, 9.8 }, 3, 10, 5 }; /* ln 2e4 = 9.90 */
	ck_assert(!proof_is_enough(&tally, 1e4));
}
END_TEST

START_TEST(the_coin_is_fair_and_repeats)
{
	struct fault fault;
	struct keyed_hash *hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
	int drawn = 0;

	for (uint64_t i = 1; i <= 50000; i++) {
		drawn += proof_coin(hash, i, 0.02);
		ck_assert_int_eq(proof_coin(hash, i, 0.02), proof_coin(hash, i, 0.02));
	}
	ck_assert_int_gt(drawn, 900);
	ck_assert_int_lt(drawn, 1100);
	keyed_hash_free(hash);
}
END_TEST

/* Benign displacement: U's counts have a rhythm and know nothing of the coin. */
START_TEST(displacement_is_a_fair_game_for_traffic_that_ignores_the_coin)
{
	int proven = 0, runs = 4000;
	double sum = 0;

	for (int i = 0; i < runs; i++) {
		struct displacement displacement = { 0 };
		bool has_won = false;

		for (int epoch = 0; epoch < 300; epoch++) {
			double count = 20 + 15 * sin(epoch / 20.0) + 10 * uniform();

			displacement_epoch(&displacement, count, uniform() < 0.5);
			has_won |= displacement.ln_e >= log(1e2);
		}
		proven += has_won;
		sum += displacement.ln_e < 20 ? exp(displacement.ln_e) : exp(20);
	}
	ck_assert_int_le(proven, (int)(runs / 1e2 + 3 * sqrt(runs / 1e2)));
	ck_assert_double_gt(sum, 0);
}
END_TEST

START_TEST(displacement_finds_a_pool_that_moves_its_load)
{
	struct displacement displacement = { 0 };

	for (int epoch = 0; epoch < 200; epoch++) {
		bool is_held = uniform() < 0.5;

		displacement_epoch(
		    &displacement, (is_held ? 130 : 100) + 10 * uniform(), is_held);
	}
	ck_assert_double_gt(displacement.ln_e, log(1e4));
}
END_TEST

START_TEST(provenance_is_a_fair_game_at_its_null_rate)
{
	ck_assert_double_eq_tol(
	    1e-3 * exp(provenance_factor(true)) + (1 - 1e-3) * exp(provenance_factor(false)), 1,
	    1e-12);
}
END_TEST

UNIT_MAIN("proof", a_factor_has_expectation_one,
    false_proofs_stay_below_alpha_for_traffic_that_copies_everything,
    a_proof_needs_three_pairs_and_a_share_of_the_probes, the_coin_is_fair_and_repeats,
    displacement_is_a_fair_game_for_traffic_that_ignores_the_coin,
    displacement_finds_a_pool_that_moves_its_load, provenance_is_a_fair_game_at_its_null_rate)
