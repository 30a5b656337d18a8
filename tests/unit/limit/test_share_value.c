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

START_TEST(counts_read_back_by_epoch)
{
	for (unsigned round = 0; round < 500; round++) {
		uint64_t now_us = START_US + round * SECOND_US, sums[2][WINDOW_SLOTS] = { 0 };
		uint64_t epoch = now_us / SECOND_US / WINDOW_SLOTS, read = 0;
		char room[SHARE_COUNTS_BYTES];
		struct window window;

		window_init(&window, 16 * SECOND_US, now_us - 16 * SECOND_US);
		for (unsigned i = 0; i <= 16; i++) {
			window_advance(&window, now_us - (16 - i) * SECOND_US);
			window_count(&window, mix(round * 17 + i) >> (mix(round + i) % 64));
		}
		for (unsigned i = 0; i < 2; i++) {
			size_t len = share_value_write_counts(&window, epoch - i, room);

			ck_assert(share_value_read_counts(bytes_of(room, len), sums[i]));
		}
		for (unsigned i = 0; i < WINDOW_SLOTS; i++)
			read += sums[0][i] + sums[1][i];
		ck_assert_uint_eq(read, window_own(&window));
	}
}
END_TEST

START_TEST(full_counts_fit_their_room)
{
	char room[SHARE_COUNTS_BYTES];
	struct window window;

	window_init(&window, 16 * SECOND_US, START_US / 16 / SECOND_US * 16 * SECOND_US);
	for (unsigned i = 0; i < WINDOW_SLOTS; i++) {
		window_count(&window, UINT64_MAX);
		window_advance(&window, (window.newest + 1) * SECOND_US);
	}
	ck_assert_uint_eq(
	    share_value_write_counts(&window, (window.newest - 1) / WINDOW_SLOTS, room),
	    SHARE_COUNTS_BYTES);
}
END_TEST

START_TEST(garbled_counts_add_nothing)
{
	const char *const garbled[] = { "a", "a0", "a01", "b1a1", "a1a1", "q1", "1",
		"a4294967296", "a99999999999999999999", "a-1", "a1 ", "A1", "\xff\xff" };
	const uint64_t none[WINDOW_SLOTS] = { 0 };
	uint64_t sums[WINDOW_SLOTS] = { 0 };

	for (size_t i = 0; i < sizeof(garbled) / sizeof(*garbled); i++)
		ck_assert(!share_value_read_counts(bytes_of_text(garbled[i]), sums));
	ck_assert_mem_eq(sums, none, sizeof(sums));
	ck_assert(share_value_read_counts(BYTES("a4294967295p1"), sums));
	ck_assert(share_value_read_counts(BYTES("a1"), sums));
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

	distinct_init(&distinct, 8 * SECOND_US, now_us);
	for (uint64_t i = 0; i < 500; i++) {
		distinct_advance(&distinct, now_us += SECOND_US / 60, &room);
		distinct_add(&distinct, mix(i), &room);
		distinct_merge_element(&distinct, mix(i + 100000), distinct.newest - 1, &room);
	}
	distinct_init(&copy, 8 * SECOND_US, now_us);
	for (uint64_t back = 0; back < 2; back++) {
		uint64_t epoch = distinct.newest / DISTINCT_PANES - back;
		size_t len = share_value_write_set(&distinct, epoch, value);

		for (size_t i = 0; i < len / 8; i++) {
			struct share_element at = share_value_element(
			    bytes_of(value, len), i, epoch);

			distinct_merge_element(&copy, at.element, at.pane, &room);
		}
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
}
END_TEST

START_TEST(only_whole_sets_and_sane_registers_read)
{
	char registers[HLL_REGISTERS + 8] = { 0 };

	ck_assert(!share_value_is_set(BYTES("")));
	ck_assert(!share_value_is_set(BYTES("1234567")));
	ck_assert(share_value_is_set(BYTES("12345678")));
	ck_assert(!share_value_is_set(bytes_of(registers, SHARE_SET_BYTES + 8)));
	ck_assert(share_value_is_dense(BYTES("D")));
	ck_assert(!share_value_is_dense(BYTES("DD")));
	ck_assert(!share_value_is_registers(bytes_of(registers, HLL_REGISTERS - 1)));
	ck_assert(share_value_is_registers(bytes_of(registers, HLL_REGISTERS)));
	registers[7] = HLL_RANK_MOST;
	ck_assert(share_value_is_registers(bytes_of(registers, HLL_REGISTERS)));
	registers[7]++;
	ck_assert(!share_value_is_registers(bytes_of(registers, HLL_REGISTERS)));
}
END_TEST

UNIT_MAIN("share_value", counts_read_back_by_epoch, full_counts_fit_their_room,
    garbled_counts_add_nothing, own_elements_read_back_with_their_panes,
    only_whole_sets_and_sane_registers_read)
