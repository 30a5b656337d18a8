/* The sliding count against its promises, and against an exact memory of every event. */
#include "window/window.h"

#include "unit.h"

#include <string.h>

#define SECOND_US 1000000ull
#define START_US  (1750000000ull * SECOND_US)

static uint64_t random_state = 88172645463325252ull;

static uint64_t random_below(uint64_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % limit;
}

static bool try_one(struct window *window, uint64_t quota, uint64_t now_us)
{
	window_advance(window, now_us);
	if (!window_has_room(window, 1, quota))
		return false;
	window_count(window, 1);
	return true;
}

START_TEST(a_new_window_is_empty)
{
	struct window window;

	window_init(&window, 60 * SECOND_US, START_US);
	ck_assert_uint_eq(window_total(&window), 0);
	ck_assert(window_has_room(&window, 1, 1));
	ck_assert(!window_has_room(&window, 2, 1));
}
END_TEST

START_TEST(a_slot_is_a_sixteenth_rounded_up)
{
	ck_assert_uint_eq(window_width_us(16), 1);
	ck_assert_uint_eq(window_width_us(17), 2);
	ck_assert_uint_eq(window_width_us(0), 1);
	ck_assert_uint_eq(window_width_us(60 * SECOND_US), 3750000);
}
END_TEST

START_TEST(a_burst_older_than_the_window_is_forgotten)
{
	struct window window;

	window_init(&window, 16 * SECOND_US, START_US);
	window_count(&window, 5);
	window_advance(&window, START_US + 16 * SECOND_US);
	ck_assert_uint_eq(window_total(&window), 5);
	window_advance(&window, START_US + 17 * SECOND_US - 1);
	ck_assert_uint_eq(window_total(&window), 5);
	window_advance(&window, START_US + 17 * SECOND_US);
	ck_assert_uint_eq(window_total(&window), 0);
}
END_TEST

START_TEST(a_jump_forward_forgets_everything)
{
	struct window window;

	window_init(&window, 16 * SECOND_US, START_US);
	for (unsigned i = 0; i < 40; i++) {
		window_advance(&window, START_US + i * SECOND_US);
		window_count(&window, 1);
	}
	ck_assert_uint_eq(window_total(&window), 17);
	window_advance(&window, START_US + 100000 * SECOND_US);
	ck_assert_uint_eq(window_total(&window), 0);
}
END_TEST

START_TEST(a_small_step_back_counts_into_the_newest_slot)
{
	struct window window;

	window_init(&window, 16 * SECOND_US, START_US);
	window_count(&window, 1);
	window_advance(&window, START_US - 5 * SECOND_US);
	window_count(&window, 1);
	ck_assert_uint_eq(window.own[window_place(window.newest)], 2);
	ck_assert_uint_eq(window.newest, START_US / SECOND_US);
}
END_TEST

START_TEST(a_clock_that_was_far_ahead_does_not_wedge_the_window)
{
	struct window window;

	window_init(&window, 16 * SECOND_US, START_US + 86400 * SECOND_US);
	window_count(&window, 100);
	window_advance(&window, START_US);
	ck_assert_uint_eq(window_total(&window), 0);
	ck_assert_uint_eq(window.newest, START_US / SECOND_US);
}
END_TEST

START_TEST(the_first_seconds_of_the_epoch_are_a_time_too)
{
	struct window window;

	window_init(&window, 16 * SECOND_US, 0);
	ck_assert(try_one(&window, 1, 0));
	ck_assert(!try_one(&window, 1, SECOND_US));
	ck_assert_uint_eq(window_wait_us(&window, 1, 1, SECOND_US), 16 * SECOND_US);
	ck_assert(try_one(&window, 1, 17 * SECOND_US));
}
END_TEST

START_TEST(a_slot_stops_at_its_largest_count)
{
	struct window window;

	window_init(&window, SECOND_US, START_US);
	window_count(&window, UINT64_MAX);
	window_count(&window, 7);
	ck_assert_uint_eq(window_own(&window), UINT32_MAX);
	ck_assert(!window_has_room(&window, 1, UINT32_MAX));
	ck_assert(!window_has_room(&window, UINT64_MAX, UINT64_MAX));
}
END_TEST

START_TEST(others_count_in_their_slot_and_leave_with_it)
{
	struct window window;
	uint64_t number;

	window_init(&window, 16 * SECOND_US, START_US);
	number = window.newest;
	window_raise_others(&window, number - 16, 3);
	window_raise_others(&window, number - 17, 1000);
	window_raise_others(&window, number + 1, 1000);
	window_raise_others(&window, number, 4);
	window_count(&window, 2);
	ck_assert_uint_eq(window_total(&window), 9);
	ck_assert_uint_eq(window_own(&window), 2);
	window_raise_others(&window, number, 5);
	window_raise_others(&window, number, 1);
	ck_assert_uint_eq(window_total(&window), 10);
	window_advance(&window, START_US + SECOND_US);
	ck_assert_uint_eq(window_total(&window), 7);
}
END_TEST

START_TEST(the_wait_is_exact)
{
	struct window window;

	for (unsigned round = 0; round < 2000; round++) {
		uint64_t now_us = START_US + random_below(60 * SECOND_US);
		uint64_t quota = 1 + random_below(20), wait_us;

		window_init(&window, 10 * SECOND_US + random_below(9), now_us);
		for (unsigned i = 0; i < 30; i++) {
			now_us += random_below(SECOND_US);
			window_advance(&window, now_us);
			window_count(&window, random_below(3));
		}
		wait_us = window_wait_us(&window, 1, quota, now_us);
		if (wait_us == 0) {
			ck_assert(window_has_room(&window, 1, quota));
			continue;
		}
		window_advance(&window, now_us + wait_us - 1);
		ck_assert(!window_has_room(&window, 1, quota));
		window_advance(&window, now_us + wait_us);
		ck_assert(window_has_room(&window, 1, quota));
	}
}
END_TEST

START_TEST(what_never_fits_waits_for_an_empty_window)
{
	struct window window;

	window_init(&window, 16 * SECOND_US, START_US);
	ck_assert_uint_eq(window_wait_us(&window, 5, 4, START_US), 17 * SECOND_US);
	ck_assert_uint_eq(window_wait_us(&window, 1, 0, START_US), 17 * SECOND_US);
}
END_TEST

/* An exact memory: the times of all that passed. */
#define MEMORY 200000
static uint64_t passed_us[MEMORY];

static void check_intervals(unsigned count, uint64_t quota, uint64_t window_us)
{
	for (unsigned i = (unsigned)quota; i < count; i++)
		ck_assert_uint_gt(passed_us[i] - passed_us[i - quota], window_us - 1);
}

static uint64_t random_gap_us(uint64_t window_us)
{
	switch (random_below(50)) {
	case 0:
		return random_below(2 * window_us);
	case 1:
		return random_below(window_us / 4);
	default:
		return random_below(window_us / 64);
	}
}

START_TEST(no_interval_ever_holds_more_than_the_quota)
{
	for (unsigned round = 0; round < 60; round++) {
		uint64_t window_us = 1000 + random_below(90 * SECOND_US);
		uint64_t quota = 1 + random_below(200),
			 now_us = START_US + random_below(window_us);
		struct window window;
		unsigned count = 0;

		window_init(&window, window_us, now_us);
		for (unsigned i = 0; i < 20000; i++) {
			now_us += random_gap_us(window_us);
			if (try_one(&window, quota, now_us))
				passed_us[count++] = now_us;
		}
		check_intervals(count, quota, window_us);
	}
}
END_TEST

START_TEST(what_is_refused_would_have_broken_the_quota_within_a_slot_more)
{
	for (unsigned round = 0; round < 40; round++) {
		uint64_t window_us = 1600 + 16 * random_below(5 * SECOND_US);
		uint64_t quota = 1 + random_below(100),
			 now_us = START_US + random_below(window_us);
		struct window window;
		unsigned count = 0;

		window_init(&window, window_us, now_us);
		for (unsigned i = 0; i < 20000; i++) {
			now_us += random_gap_us(window_us);
			if (try_one(&window, quota, now_us)) {
				passed_us[count++] = now_us;
				continue;
			}
			ck_assert_uint_ge(count, quota);
			ck_assert_uint_lt(now_us - passed_us[count - quota],
			    window_us + window_width_us(window_us));
		}
	}
}
END_TEST

UNIT_MAIN("window", a_new_window_is_empty, a_slot_is_a_sixteenth_rounded_up,
    a_burst_older_than_the_window_is_forgotten, a_jump_forward_forgets_everything,
    a_small_step_back_counts_into_the_newest_slot,
    a_clock_that_was_far_ahead_does_not_wedge_the_window,
    the_first_seconds_of_the_epoch_are_a_time_too, a_slot_stops_at_its_largest_count,
    others_count_in_their_slot_and_leave_with_it, the_wait_is_exact,
    what_never_fits_waits_for_an_empty_window, no_interval_ever_holds_more_than_the_quota,
    what_is_refused_would_have_broken_the_quota_within_a_slot_more)
