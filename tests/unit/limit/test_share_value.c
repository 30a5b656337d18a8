/* Values that nodes write for each other: what is written reads back, nothing else reads. */
#include "limit/share_value.h"

#include "unit.h"

#include <string.h>

#define SECOND_US 1000000ull
#define START_US  (1750000000ull * SECOND_US)

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static struct share_range epoch_of(uint64_t number)
{
	return (struct share_range){ number / 256 * 256, 256 };
}

START_TEST(an_epoch_is_sixteen_windows_but_no_more_than_a_day)
{
	ck_assert_uint_eq(share_value_windows(60 * SECOND_US), 16);
	ck_assert_uint_eq(share_value_windows(3600 * SECOND_US), 16);
	ck_assert_uint_eq(share_value_windows(3 * 3600 * SECOND_US), 8);
	ck_assert_uint_eq(share_value_windows(86400 * SECOND_US), 1);
	ck_assert_uint_eq(share_value_windows(30 * 86400 * SECOND_US), 1);
}
END_TEST

START_TEST(counts_read_back_by_epoch)
{
	for (unsigned round = 0; round < 1000; round++) {
		uint64_t now_us = START_US + round * SECOND_US, newest = now_us / SECOND_US;
		uint64_t sums[WINDOW_RING] = { 0 }, read = 0;
		char room[SHARE_COUNTS_BYTES];
		struct window window;

		window_init(&window, 16 * SECOND_US, now_us - 16 * SECOND_US);
		for (unsigned i = 0; i <= 16; i++) {
			window_advance(&window, now_us - (16 - i) * SECOND_US);
			window_count(&window, mix(round * 17 + i) >> (mix(round + i) % 64));
		}
		for (unsigned i = 0; i < 2; i++) {
			struct share_range epoch = epoch_of(newest - i * 256);
			size_t len = share_value_write_counts(&window, epoch, room);

			ck_assert(share_value_read_counts(
			    bytes_of(room, len), epoch, newest - 16, sums));
		}
		for (unsigned i = 0; i < WINDOW_RING; i++) {
			ck_assert_uint_eq(sums[i], window.own[window_place(newest - 16 + i)]);
			read += sums[i];
		}
		ck_assert_uint_eq(read, window_own(&window));
	}
}
END_TEST

START_TEST(full_counts_fit_their_room)
{
	char room[SHARE_COUNTS_BYTES];
	struct window window;

	window_init(&window, 16 * SECOND_US, START_US / 256 / SECOND_US * 256 * SECOND_US);
	for (unsigned i = 0; i < WINDOW_RING; i++) {
		window_count(&window, UINT64_MAX);
		if (i < WINDOW_SLOTS)
			window_advance(&window, (window.newest + 1) * SECOND_US);
	}
	ck_assert_uint_eq(share_value_write_counts(&window, epoch_of(window.newest), room),
	    SHARE_COUNTS_BYTES);
}
END_TEST

START_TEST(slots_that_left_the_window_or_are_yet_to_come_add_nothing)
{
	uint64_t sums[WINDOW_RING] = { 0 };

	ck_assert(share_value_read_counts(
	    BYTES("aa1ab2bb4bc8"), (struct share_range){ 256, 256 }, 257, sums));
	ck_assert_uint_eq(sums[0], 2);
	ck_assert_uint_eq(sums[16], 4);
	for (unsigned i = 1; i < 16; i++)
		ck_assert_uint_eq(sums[i], 0);
}
END_TEST

START_TEST(garbled_counts_add_nothing)
{
	const char *const garbled[] = { "a", "aa", "aa0", "aa01", "ab1aa1", "aa1aa1", "qa1",
		"aq1", "1", "aa4294967296", "aa99999999999999999999", "aa-1", "aa1 ", "AA1",
		"\xff\xff", "aa1a", "ba1" };
	const uint64_t none[WINDOW_RING] = { 0 };
	const struct share_range epoch = { 0, 16 };
	uint64_t sums[WINDOW_RING] = { 0 };

	for (size_t i = 0; i < sizeof(garbled) / sizeof(*garbled); i++)
		ck_assert_msg(
		    !share_value_read_counts(bytes_of_text(garbled[i]), epoch, 0, sums), "%s",
		    garbled[i]);
	ck_assert_mem_eq(sums, none, sizeof(sums));
	ck_assert(share_value_read_counts(BYTES("aa4294967295ap1"), epoch, 0, sums));
	ck_assert(share_value_read_counts(BYTES("aa1"), epoch, 0, sums));
	ck_assert_uint_eq(sums[0], 4294967296ull);
	ck_assert_uint_eq(sums[15], 1);
}
END_TEST

START_TEST(own_elements_read_back_with_their_panes)
{
	struct distinct_room room = { .most_bytes = 1 << 20 };
	unsigned char value[SHARE_SET_BYTES];
	struct distinct distinct, copy;
	uint64_t now_us = START_US;
	struct bytes set;

	distinct_init(&distinct, 8 * SECOND_US, now_us);
	for (uint64_t i = 0; i < 300; i++) {
		distinct_advance(&distinct, now_us += SECOND_US / 40, &room);
		distinct_add(&distinct, mix(i), &room);
		distinct_merge_element(&distinct, mix(i + 100000), distinct.newest - 1, &room);
	}
	distinct_init(&copy, 8 * SECOND_US, now_us);
	set = bytes_of(value, share_value_write_set(&distinct, value));
	ck_assert(share_value_is_set(set));
	for (size_t i = 0; i < share_value_elements(set); i++) {
		struct share_element at = share_value_element(set, i);

		distinct_merge_element(&copy, at.element, at.pane, &room);
	}
	for (uint64_t step = 0; step < 10; step++) {
		unsigned own = 0;

		for (unsigned i = 0; i < distinct.set_words; i++)
			own += distinct.set[i] != 0 && distinct_word_is_own(distinct.set[i]);
		ck_assert_uint_eq(copy.count, own);
		distinct_advance(&distinct, now_us + step * SECOND_US, &room);
		distinct_advance(&copy, now_us + step * SECOND_US, &room);
	}
	ck_assert_uint_eq(room.used_bytes, 0);
	ck_assert_uint_eq(share_value_write_set(&distinct, value), 0);
}
END_TEST

START_TEST(elements_of_a_silent_node_are_too_old_to_count)
{
	struct distinct_room room = { .most_bytes = 1 << 20 };
	unsigned char value[SHARE_SET_BYTES];
	struct distinct distinct, other;
	struct share_element at;

	distinct_init(&other, 8 * SECOND_US, START_US);
	distinct_add(&other, mix(1), &room);
	for (uint64_t later = 0; later < 100; later++) {
		distinct_init(&distinct, 8 * SECOND_US, START_US + later * SECOND_US);
		at = share_value_element(
		    bytes_of(value, share_value_write_set(&other, value)), 0);
		distinct_merge_element(&distinct, at.element, at.pane, &room);
		ck_assert_uint_eq(distinct.count, later < DISTINCT_RING);
		distinct_clear(&distinct, &room);
	}
	distinct_clear(&other, &room);
}
END_TEST

START_TEST(only_whole_sets_and_sane_registers_read)
{
	char registers[SHARE_SET_BYTES + 8] = { 0 };
	uint64_t newest;

	ck_assert(!share_value_is_set(BYTES("")));
	ck_assert(!share_value_is_set(BYTES("12345678")));
	ck_assert(!share_value_is_set(BYTES("123456789")));
	ck_assert(share_value_is_set(BYTES("1234567812345678")));
	ck_assert(!share_value_is_set(bytes_of(registers, SHARE_SET_BYTES + 8)));
	ck_assert(!share_value_is_dense(BYTES("D"), &newest));
	ck_assert(!share_value_is_dense(BYTES("E12345678"), &newest));
	ck_assert(share_value_is_dense(BYTES("D\1\0\0\0\0\0\0\0"), &newest));
	ck_assert_uint_eq(newest, 1);
	ck_assert(!share_value_is_registers(bytes_of(registers, HLL_REGISTERS - 1)));
	ck_assert(share_value_is_registers(bytes_of(registers, HLL_REGISTERS)));
	registers[7] = HLL_RANK_MOST;
	ck_assert(share_value_is_registers(bytes_of(registers, HLL_REGISTERS)));
	registers[7]++;
	ck_assert(!share_value_is_registers(bytes_of(registers, HLL_REGISTERS)));
}
END_TEST

UNIT_MAIN("share_value", an_epoch_is_sixteen_windows_but_no_more_than_a_day,
    counts_read_back_by_epoch, full_counts_fit_their_room,
    slots_that_left_the_window_or_are_yet_to_come_add_nothing, garbled_counts_add_nothing,
    own_elements_read_back_with_their_panes, elements_of_a_silent_node_are_too_old_to_count,
    only_whole_sets_and_sane_registers_read)
