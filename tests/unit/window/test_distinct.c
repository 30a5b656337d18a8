/* The sliding count of distinct elements: exact while small, close beyond, mergeable. */
#include "window/distinct.h"

#include "unit.h"

#include <math.h>

#define SECOND_US 1000000ull
#define START_US  (1750000000ull * SECOND_US)
#define WINDOW_US (8 * SECOND_US) /* panes of one second */

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static struct distinct_room room;
static struct distinct distinct;

static void begin(size_t most_bytes)
{
	room = (struct distinct_room){ .most_bytes = most_bytes };
	distinct_init(&distinct, WINDOW_US, START_US);
}

static void add_range(uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++)
		ck_assert_int_ge(distinct_add(&distinct, mix(i), &room), 0);
}

START_TEST(repeats_count_once)
{
	begin(1 << 20);
	ck_assert_int_eq(distinct_add(&distinct, mix(1), &room), 1);
	ck_assert_int_eq(distinct_add(&distinct, mix(1), &room), 0);
	ck_assert_int_eq(distinct_add(&distinct, mix(2), &room), 1);
	ck_assert_uint_eq(distinct.count, 2);
	ck_assert_uint_eq(distinct_count_with(&distinct, mix(2)), 2);
	ck_assert_uint_eq(distinct_count_with(&distinct, mix(3)), 3);
	distinct_clear(&distinct, &room);
}
END_TEST

START_TEST(the_count_is_exact_up_to_its_promise)
{
	begin(1 << 20);
	for (uint64_t i = 0; i < DISTINCT_EXACT; i++) {
		ck_assert_uint_eq(distinct_count_with(&distinct, mix(i)), i + 1);
		add_range(0, i + 1);
		ck_assert_uint_eq(distinct.count, i + 1);
	}
	ck_assert(!distinct.is_dense);
	add_range(DISTINCT_EXACT, DISTINCT_EXACT + 1);
	ck_assert(distinct.is_dense);
	distinct_clear(&distinct, &room);
	ck_assert_uint_eq(room.used_bytes, 0);
}
END_TEST

START_TEST(beyond_it_is_an_estimate_within_five_standard_errors)
{
	begin(1 << 20);
	for (uint64_t i = 0; i < 100000; i++) {
		add_range(i, i + 1);
		if (i % 997 == 0)
			ck_assert_double_lt(
			    fabs(distinct.count / (double)(i + 1) - 1), 5 * 0.0325);
	}
	distinct_clear(&distinct, &room);
}
END_TEST

START_TEST(the_count_with_an_element_is_the_count_after_it)
{
	begin(1 << 20);
	for (uint64_t i = 0; i < 3000; i++) {
		uint64_t expected = distinct_count_with(&distinct, mix(i % 2000));
		bool was_dense = distinct.is_dense;

		distinct_add(&distinct, mix(i % 2000), &room);
		if (was_dense == distinct.is_dense)
			ck_assert_uint_eq(distinct.count, expected);
	}
	distinct_clear(&distinct, &room);
}
END_TEST

START_TEST(an_element_leaves_a_window_after_it_was_last_seen)
{
	begin(1 << 20);
	add_range(0, 10);
	distinct_advance(&distinct, START_US + 4 * SECOND_US, &room);
	add_range(0, 3);
	distinct_advance(&distinct, START_US + 9 * SECOND_US - 1, &room);
	ck_assert_uint_eq(distinct.count, 10);
	distinct_advance(&distinct, START_US + 9 * SECOND_US, &room);
	ck_assert_uint_eq(distinct.count, 3);
	distinct_advance(&distinct, START_US + 13 * SECOND_US, &room);
	ck_assert_uint_eq(distinct.count, 0);
	distinct_clear(&distinct, &room);
}
END_TEST

START_TEST(registers_leave_by_panes_and_give_their_memory_back)
{
	uint32_t before;

	begin(1 << 20);
	add_range(0, 2000);
	before = distinct.count;
	distinct_advance(&distinct, START_US + 4 * SECOND_US, &room);
	add_range(0, 1000);
	ck_assert_uint_eq(distinct.count, before);
	distinct_advance(&distinct, START_US + 9 * SECOND_US, &room);
	ck_assert_double_lt(fabs(distinct.count / 1000.0 - 1), 5 * 0.0325);
	distinct_advance(&distinct, START_US + 13 * SECOND_US, &room);
	ck_assert_uint_eq(distinct.count, 0);
	ck_assert_uint_eq(room.used_bytes, 0);
}
END_TEST

START_TEST(a_jump_of_eight_panes_keeps_only_the_newest)
{
	begin(1 << 20);
	add_range(0, 5);
	distinct_advance(&distinct, START_US + SECOND_US, &room);
	add_range(5, 12);
	distinct_advance(&distinct, START_US + 9 * SECOND_US, &room);
	ck_assert_uint_eq(distinct.count, 7);
	distinct_clear(&distinct, &room);
}
END_TEST

START_TEST(a_clock_that_was_far_ahead_does_not_wedge_the_count)
{
	begin(1 << 20);
	add_range(0, 5);
	distinct_advance(&distinct, START_US - 3 * SECOND_US, &room);
	ck_assert_uint_eq(distinct.count, 5);
	distinct_advance(&distinct, START_US - 3600 * SECOND_US, &room);
	ck_assert_uint_eq(distinct.count, 0);
	ck_assert_uint_eq(room.used_bytes, 0);
}
END_TEST

START_TEST(the_set_equals_a_memory_of_every_element)
{
	uint64_t seen_us[400] = { 0 }, now_us = START_US, state = 1;

	begin(1 << 20);
	for (unsigned round = 0; round < 50000; round++) {
		uint64_t element = (state = mix(state)) % 400, live = 0;

		now_us += mix(state ^ 77) % (round % 1000 ? 20000 : 12 * SECOND_US);
		distinct_advance(&distinct, now_us, &room);
		ck_assert_int_ge(distinct_add(&distinct, mix(element), &room), 0);
		seen_us[element] = now_us;
		if (round % 7)
			continue;
		for (unsigned i = 0; i < 400; i++)
			live += seen_us[i] && seen_us[i] / SECOND_US + 8 >= now_us / SECOND_US;
		ck_assert_uint_eq(distinct.count, live);
	}
	distinct_clear(&distinct, &room);
}
END_TEST

START_TEST(without_room_nothing_changes)
{
	begin(16 * 8 + 32 * 8);
	for (uint64_t i = 0; i < 24; i++)
		ck_assert_int_eq(distinct_add(&distinct, mix(i), &room), 1);
	ck_assert_int_eq(distinct_add(&distinct, mix(24), &room), -1);
	ck_assert_uint_eq(distinct.count, 24);
	ck_assert_int_eq(distinct_make_dense(&distinct, &room), -1);
	ck_assert_int_eq(distinct_add(&distinct, mix(23), &room), 0);
	distinct_clear(&distinct, &room);
}
END_TEST

START_TEST(merged_elements_count_once_and_never_as_own)
{
	unsigned own = 0;

	begin(1 << 20);
	add_range(0, 10);
	for (unsigned twice = 0; twice < 2; twice++)
		for (uint64_t i = 5; i < 20; i++)
			ck_assert_int_eq(distinct_merge_element(
					     &distinct, mix(i), distinct.newest - 2, &room),
			    0);
	ck_assert_int_eq(
	    distinct_merge_element(&distinct, mix(99), distinct.newest + 1, &room), 0);
	ck_assert_int_eq(
	    distinct_merge_element(&distinct, mix(99), distinct.newest - 9, &room), 0);
	ck_assert_uint_eq(distinct.count, 20);
	for (unsigned i = 0; i < distinct.set_words; i++)
		own += distinct.set[i] && distinct_word_is_own(distinct.set[i]);
	ck_assert_uint_eq(own, 10);
	distinct_advance(&distinct, START_US + 7 * SECOND_US, &room);
	ck_assert_uint_eq(distinct.count, 10);
	distinct_clear(&distinct, &room);
}
END_TEST

START_TEST(merged_registers_equal_one_count_of_both)
{
	struct distinct other;
	uint32_t both;

	begin(1 << 20);
	add_range(0, 3000);
	both = distinct.count;
	distinct_clear(&distinct, &room);
	distinct_init(&other, WINDOW_US, START_US);
	for (uint64_t i = 1000; i < 3000; i++)
		distinct_add(&other, mix(i), &room);
	add_range(0, 1500);
	for (unsigned twice = 0; twice < 2; twice++)
		ck_assert_int_eq(
		    distinct_merge_registers(&distinct,
			other.dense->pane[other.newest % DISTINCT_RING], other.newest, &room),
		    0);
	ck_assert_uint_eq(distinct.count, both);
	distinct_clear(&distinct, &room);
	distinct_clear(&other, &room);
	ck_assert_uint_eq(room.used_bytes, 0);
}
END_TEST

START_TEST(the_wait_of_a_set_is_exact)
{
	uint64_t now_us = START_US, state = 5, wait_us;

	for (unsigned round = 0; round < 300; round++) {
		uint64_t quota = 1 + mix(round) % 30;

		begin(1 << 20);
		for (unsigned i = 0; i < 40; i++) {
			now_us = START_US + i * SECOND_US / 5 + 17;
			distinct_advance(&distinct, now_us, &room);
			distinct_add(&distinct, mix((state = mix(state)) % 60), &room);
		}
		wait_us = distinct_wait_us(&distinct, quota, now_us);
		if (wait_us > 0) {
			distinct_advance(&distinct, now_us + wait_us - 1, &room);
			ck_assert_uint_ge(distinct.count, quota);
		}
		distinct_advance(&distinct, now_us + wait_us, &room);
		ck_assert_uint_lt(distinct.count, quota);
		distinct_clear(&distinct, &room);
	}
}
END_TEST

START_TEST(registers_wait_for_the_oldest_pane_that_holds_anything)
{
	begin(1 << 20);
	distinct_advance(&distinct, START_US + 3 * SECOND_US, &room);
	add_range(0, 1000);
	ck_assert_uint_eq(distinct_wait_us(&distinct, 100, START_US + 5 * SECOND_US),
	    (3 + 9 - 5) * SECOND_US);
	ck_assert_uint_eq(distinct_wait_us(&distinct, 2000, START_US), 0);
	distinct_clear(&distinct, &room);
}
END_TEST

UNIT_MAIN("distinct", repeats_count_once, the_count_is_exact_up_to_its_promise,
    beyond_it_is_an_estimate_within_five_standard_errors,
    the_count_with_an_element_is_the_count_after_it,
    an_element_leaves_a_window_after_it_was_last_seen,
    registers_leave_by_panes_and_give_their_memory_back,
    a_jump_of_eight_panes_keeps_only_the_newest,
    a_clock_that_was_far_ahead_does_not_wedge_the_count,
    the_set_equals_a_memory_of_every_element, without_room_nothing_changes,
    merged_elements_count_once_and_never_as_own, merged_registers_equal_one_count_of_both,
    the_wait_of_a_set_is_exact, registers_wait_for_the_oldest_pane_that_holds_anything)
