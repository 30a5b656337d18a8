/* The proof's promise, by simulation: whatever unrelated owners send, a false proof is as rare
 * as α₂ allows. */
#include "evidence/proof.h"

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
	tally = (struct proof_tally){ { 9.99, 9.99 }, 3, 10, 5 }; /* ln(1e4/0.45) = 10.01 */
	ck_assert(!proof_is_enough(&tally, 1e4));
	tally.ln_e[1] = 10.02;
	ck_assert(proof_is_enough(&tally, 1e4));
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

START_TEST(the_parts_of_alpha_add_up_to_one)
{
	ck_assert_double_eq_tol(
	    PROOF_LEDGERS * PROOF_HOP_PART + PROOF_DISPLACEMENT_PART, 1, 1e-12);
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
    the_parts_of_alpha_add_up_to_one, provenance_is_a_fair_game_at_its_null_rate)
