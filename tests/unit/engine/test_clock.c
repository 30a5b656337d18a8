/* Time made from arrivals: it never runs back and does not believe one liar. */
#include "engine/clock.h"

#include "unit.h"

#define HOUR CLOCK_JUMP_US

START_TEST(it_never_runs_back)
{
	struct clock clock = { 0 };

	ck_assert_int_eq(clock_see(&clock, 5000), 5000);
	ck_assert_int_eq(clock_see(&clock, 4000), 5000);
	ck_assert_int_eq(clock_see(&clock, 6000), 6000);
	ck_assert_uint_eq(clock.late, 1);
}
END_TEST

START_TEST(one_record_from_the_far_future_is_not_believed)
{
	struct clock clock = { 0 };

	clock_see(&clock, 5000);
	ck_assert_int_eq(clock_see(&clock, 5000 + 1000 * HOUR), 5000);
	ck_assert_int_eq(clock_see(&clock, 6000), 6000);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(clock_see(&clock, 7000 + 1000 * HOUR), 6000);
	ck_assert_int_eq(clock_see(&clock, 7000), 7000);
	ck_assert_uint_eq(clock.steps, 0);
}
END_TEST

START_TEST(a_gap_that_all_agree_on_is_believed)
{
	struct clock clock = { 0 };

	clock_see(&clock, 5000);
	for (int i = 1; i < CLOCK_WITNESSES; i++)
		ck_assert_int_eq(clock_see(&clock, 10 * HOUR + i), 5000);
	ck_assert_int_eq(clock_see(&clock, 10 * HOUR), 10 * HOUR);
	ck_assert_uint_eq(clock.steps, 1);
}
END_TEST

UNIT_MAIN("clock", it_never_runs_back, one_record_from_the_far_future_is_not_believed,
    a_gap_that_all_agree_on_is_believed)
