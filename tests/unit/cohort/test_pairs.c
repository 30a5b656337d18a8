/* Pairs of cohort and owner: exact counts, thirty days, and no living pair forgotten. */
#include "cohort/pairs.h"

#include "unit.h"

#define DAY_S 86400u

static struct pair touch(struct pairs *pairs, uint64_t owner, uint32_t now_s)
{
	return pairs_touch(
	    pairs, pairs_place(pairs, 77, owner * 0x9e3779b97f4a7c15ULL), now_s, true);
}

START_TEST(counts_are_exact_and_ages_follow_the_clock)
{
	struct pairs pairs;
	struct pair pair = { 0 };

	pairs_init(&pairs, 1024, 5);
	for (uint32_t i = 1; i <= 100; i++) {
		pair = touch(&pairs, 1, 1700000000 + i * 1000);
		ck_assert_uint_eq(pair.count, i);
	}
	ck_assert_uint_ge(pair.age_s, 98744);
	ck_assert_uint_le(pair.age_s, 99256);
	for (int i = 0; i < 20000; i++)
		pair = touch(&pairs, 1, 1700100000);
	ck_assert_uint_eq(pair.count, PAIRS_COUNT_MAX);
	pairs_fini(&pairs);
}
END_TEST

START_TEST(a_pair_begins_anew_after_thirty_days_only)
{
	struct pairs pairs;

	pairs_init(&pairs, 1024, 5);
	touch(&pairs, 1, 1700000000);
	ck_assert_uint_eq(touch(&pairs, 1, 1700000000 + 29 * DAY_S).count, 2);
	ck_assert_uint_eq(touch(&pairs, 1, 1700000000 + 31 * DAY_S).count, 1);
	pairs_fini(&pairs);
}
END_TEST

START_TEST(a_clock_that_steps_back_ages_nothing)
{
	struct pairs pairs;
	struct pair pair;

	pairs_init(&pairs, 1024, 5);
	touch(&pairs, 1, 1700000000);
	pair = touch(&pairs, 1, 1700000000 - 3000);
	ck_assert_uint_eq(pair.count, 2);
	ck_assert_uint_eq(pair.age_s, 0);
	pairs_fini(&pairs);
}
END_TEST

START_TEST(a_full_table_turns_newcomers_away_and_keeps_the_living)
{
	struct pairs pairs;
	uint32_t admitted = 0, kept = 0;

	pairs_init(&pairs, 1024, 5);
	for (uint64_t owner = 1; owner <= 5000; owner++)
		admitted += touch(&pairs, owner, 1700000000).count == 1;
	ck_assert_uint_le(admitted, 1024);
	ck_assert_uint_eq(pairs.refused, 5000 - admitted);
	for (uint64_t owner = 1; owner <= 5000; owner++)
		kept += touch(&pairs, owner, 1700000000 + DAY_S).count == 2;
	ck_assert_uint_eq(kept, admitted);
	pairs_fini(&pairs);
}
END_TEST

START_TEST(the_sweep_frees_the_dead)
{
	struct pairs pairs;

	pairs_init(&pairs, 1024, 5);
	for (uint64_t owner = 1; owner <= 500; owner++)
		touch(&pairs, owner, 1700000000);
	pairs_sweep(&pairs, pairs_buckets(&pairs), 1700000000 + 20 * DAY_S);
	ck_assert_uint_eq(pairs.used, 500);
	pairs_sweep(&pairs, pairs_buckets(&pairs), 1700000000 + 31 * DAY_S);
	ck_assert_uint_eq(pairs.used, 0);
	pairs_fini(&pairs);
}
END_TEST

UNIT_MAIN("pairs", counts_are_exact_and_ages_follow_the_clock,
    a_pair_begins_anew_after_thirty_days_only, a_clock_that_steps_back_ages_nothing,
    a_full_table_turns_newcomers_away_and_keeps_the_living, the_sweep_frees_the_dead)
