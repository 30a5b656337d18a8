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

START_TEST(a_step_back_is_believed_and_made_up_for)
{
	struct clock clock = { 0 };
	int64_t at = 100 * HOUR, before;

	clock_see(&clock, at);
	at -= 2 * HOUR;
	for (int i = 0; i < CLOCK_WITNESSES; i++)
		ck_assert_int_eq(clock_see(&clock, at), 100 * HOUR);
	ck_assert_uint_eq(clock.steps, 1);
	ck_assert_int_eq(clock_see(&clock, at + 1000000), 100 * HOUR + 500000);
	for (int i = 0; i < 5 * 60; i++) {
		before = clock.now_us;
		at += 60000000;
		ck_assert_int_gt(clock_see(&clock, at), before);
	}
	ck_assert_int_eq(clock.now_us, at);
	ck_assert_int_eq(clock.ahead_us, 0);
}
END_TEST

/* Two nodes, one of them a quarter of an hour slow: neither drags the other on. */
START_TEST(clocks_that_differ_do_not_run_away)
{
	struct clock clock = { 0 };
	int64_t at = 100 * HOUR;

	for (int i = 0; i < 20000; i++) {
		at += 1000000;
		clock_see(&clock, i % 40 < 20 ? at : at - 900000000);
	}
	ck_assert_int_le(clock.now_us, at);
	ck_assert_int_ge(clock.now_us, at - 900000000);
}
END_TEST

UNIT_MAIN("clock", it_never_runs_back, one_record_from_the_far_future_is_not_believed,
    a_gap_that_all_agree_on_is_believed, a_step_back_is_believed_and_made_up_for,
    clocks_that_differ_do_not_run_away)
