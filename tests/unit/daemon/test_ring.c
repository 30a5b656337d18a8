/* The ring: order, the full ring's drop, and two threads at once (run it under tsan too). */
#include "ring.h"

#include "unit.h"

#include <pthread.h>
#include <sched.h>

struct letter {
	uint64_t number, check;
	char body[40];
};

static bool write_letter(struct ring *ring, uint64_t number)
{
	struct letter *letter = ring_reserve(ring);

	if (!letter)
		return false;
	letter->number = number;
	letter->check = ~number;
	ring_commit(ring);
	return true;
}

static uint64_t read_letter(struct ring *ring)
{
	const struct letter *letter = ring_peek(ring);
	uint64_t number;

	ck_assert_ptr_nonnull(letter);
	number = letter->number;
	ck_assert(letter->check == ~number);
	ring_release(ring);
	return number;
}

START_TEST(an_empty_ring_has_nothing_to_peek_at)
{
	struct ring *ring = ring_new(4, sizeof(struct letter));

	ck_assert_ptr_null(ring_peek(ring));
	ck_assert_uint_eq(ring_dropped(ring), 0);
	ring_free(ring);
	ring_free(NULL);
}
END_TEST

START_TEST(entries_come_out_in_the_order_they_went_in)
{
	struct ring *ring = ring_new(8, sizeof(struct letter));
	uint64_t in = 0, out = 0;

	for (int turn = 0; turn < 100; turn++) {
		for (int i = 0; i < 5; i++)
			ck_assert(write_letter(ring, in++));
		for (int i = 0; i < 5; i++)
			ck_assert_uint_eq(read_letter(ring), out++);
	}
	ck_assert_ptr_null(ring_peek(ring));
	ring_free(ring);
}
END_TEST

START_TEST(a_ring_that_is_read_empty_stays_within_its_first_entries)
{
	enum { ROOM = 4096, TURN = 100 };
	struct ring *ring = ring_new(ROOM, sizeof(struct letter));
	char *start = ring_reserve(ring), *most = start;
	uint64_t in = 0, out = 0;

	for (int turn = 0; turn < 100; turn++) {
		for (int i = 0; i < TURN; i++) {
			char *at = ring_reserve(ring);

			most = at > most ? at : most;
			ck_assert(at >= start);
			ck_assert(write_letter(ring, in++));
		}
		while (out < in)
			ck_assert_uint_eq(read_letter(ring), out++);
	}
	ck_assert_int_lt(most - start, 4 * TURN * (ptrdiff_t)sizeof(struct letter));
	ring_free(ring);
}
END_TEST

START_TEST(a_ring_that_lags_behind_uses_all_its_room)
{
	enum { ROOM = 512 };
	struct ring *ring = ring_new(ROOM, sizeof(struct letter));
	uint64_t in = 0, out = 0;

	for (int turn = 0; turn < 5; turn++) {
		while (write_letter(ring, in)) /* from wherever the last turn ended */
			in++;
		ck_assert_uint_eq(in - out, ROOM);
		while (out < in)
			ck_assert_uint_eq(read_letter(ring), out++);
		for (int i = 0; i < 100; i++, out++) {
			ck_assert(write_letter(ring, in++));
			ck_assert_uint_eq(read_letter(ring), out);
		}
	}
	ring_free(ring);
}
END_TEST

START_TEST(what_comes_behind_the_next_can_be_seen_and_stays)
{
	struct ring *ring = ring_new(4, sizeof(struct letter));
	uint64_t in = 0, out = 0;

	for (int turn = 0; turn < 10; turn++) { /* over the ring's end and on */
		for (int i = 0; i < 3; i++)
			ck_assert(write_letter(ring, in++));
		ck_assert_ptr_nonnull(ring_peek(ring));
		ck_assert_ptr_eq(ring_peek_ahead(ring, 0), ring_peek(ring));
		ck_assert_ptr_nonnull(ring_peek_ahead(ring, 2));
		ck_assert_ptr_null(ring_peek_ahead(ring, 3));
		for (int i = 0; i < 3; i++)
			ck_assert_uint_eq(read_letter(ring), out++);
	}
	ring_free(ring);
}
END_TEST

START_TEST(a_reserved_place_is_not_seen_before_it_is_committed)
{
	struct ring *ring = ring_new(2, sizeof(struct letter));

	ck_assert_ptr_nonnull(ring_reserve(ring));
	ck_assert_ptr_null(ring_peek(ring));
	ring_commit(ring);
	ck_assert_ptr_nonnull(ring_peek(ring));
	ring_free(ring);
}
END_TEST

START_TEST(a_full_ring_drops_the_new_entry_and_counts_it)
{
	struct ring *ring = ring_new(3, sizeof(struct letter)); /* rounded up to 4 */

	for (uint64_t i = 0; i < 4; i++)
		ck_assert(write_letter(ring, i));
	ck_assert(!write_letter(ring, 99));
	ck_assert(!write_letter(ring, 99));
	ck_assert_uint_eq(ring_dropped(ring), 2);
	ck_assert_uint_eq(read_letter(ring), 0);
	ck_assert(write_letter(ring, 4));
	for (uint64_t i = 1; i < 5; i++)
		ck_assert_uint_eq(read_letter(ring), i);
	ck_assert_ptr_null(ring_peek(ring));
	ring_free(ring);
}
END_TEST

#define LETTERS 300000

static uint64_t retries; /* of the last word; read after the writer has ended */

static void *write_all(void *arg)
{
	for (uint64_t i = 1; i <= LETTERS; i++)
		write_letter(arg, i);
	for (; !write_letter(arg, 0); retries++) /* the last word: no more come */
		sched_yield();
	return NULL;
}

START_TEST(two_threads_lose_nothing_but_what_is_counted)
{
	struct ring *ring = ring_new(64, sizeof(struct letter));
	uint64_t seen = 0, last = 0;
	pthread_t writer;

	ck_assert_int_eq(pthread_create(&writer, NULL, write_all, ring), 0);
	for (;;) {
		uint64_t number;

		if (!ring_peek(ring)) {
			sched_yield();
			continue;
		}
		number = read_letter(ring);
		if (!number)
			break;
		ck_assert_uint_gt(number, last);
		last = number;
		seen++;
	}
	pthread_join(writer, NULL);
	ck_assert_ptr_null(ring_peek(ring));
	ck_assert_uint_gt(seen, 0);
	ck_assert_uint_eq(seen + ring_dropped(ring), LETTERS + retries);
	ring_free(ring);
}
END_TEST

UNIT_MAIN("ring", an_empty_ring_has_nothing_to_peek_at,
    entries_come_out_in_the_order_they_went_in,
    a_ring_that_is_read_empty_stays_within_its_first_entries,
    a_ring_that_lags_behind_uses_all_its_room, what_comes_behind_the_next_can_be_seen_and_stays,
    a_reserved_place_is_not_seen_before_it_is_committed,
    a_full_ring_drops_the_new_entry_and_counts_it, two_threads_lose_nothing_but_what_is_counted)
