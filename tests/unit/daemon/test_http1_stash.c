/* What a client sent too early: kept in order, wherever the rest of it lies, and let go. */
#include "http1_stash.h"

#include "unit.h"

static void add(struct http1_side *side, char letter, size_t count)
{
	struct bytes room = http1_stash_room(side);

	ck_assert_ptr_nonnull(room.at);
	ck_assert_uint_ge(room.len, count);
	memset((char *)room.at, letter, count);
	side->stash_bytes += count;
}

START_TEST(it_keeps_what_lies_elsewhere)
{
	struct http1_side side = { 0 };

	ck_assert(http1_stash_keep(&side, BYTES("half a head")));
	ck_assert(bytes_equal(http1_stash_bytes(&side), BYTES("half a head")));
	ck_assert(http1_stash_keep(&side, BYTES("another")));
	ck_assert(bytes_equal(http1_stash_bytes(&side), BYTES("another")));
	http1_stash_drop(&side);
	ck_assert_ptr_null(side.stash);
	ck_assert_uint_eq(http1_stash_bytes(&side).len, 0);
	http1_stash_drop(&side);
}
END_TEST

START_TEST(it_keeps_the_end_of_itself)
{
	struct http1_side side = { 0 };
	struct bytes all;

	ck_assert(http1_stash_keep(&side, BYTES("eaten, and not eaten")));
	all = http1_stash_bytes(&side);
	ck_assert(http1_stash_keep(&side, bytes_of(all.at + 7, all.len - 7)));
	ck_assert(bytes_equal(http1_stash_bytes(&side), BYTES("and not eaten")));
	all = http1_stash_bytes(&side);
	ck_assert(http1_stash_keep(&side, bytes_of(all.at + all.len, 0)));
	ck_assert_ptr_null(side.stash);
}
END_TEST

START_TEST(it_grows_behind_what_it_keeps)
{
	enum { PART = 3000, PARTS = 40 };
	struct http1_side side = { 0 };
	struct bytes all;

	ck_assert(http1_stash_keep(&side, BYTES("a")));
	for (int i = 0; i < PARTS; i++)
		add(&side, (char)('b' + i % 20), PART);
	all = http1_stash_bytes(&side);
	ck_assert_uint_eq(all.len, 1 + PART * PARTS);
	ck_assert_int_eq(all.at[0], 'a');
	for (size_t i = 0; i < PART * PARTS; i++)
		ck_assert_int_eq(all.at[1 + i], 'b' + (int)(i / PART) % 20);
	http1_stash_drop(&side);
}
END_TEST

UNIT_MAIN("http1_stash", it_keeps_what_lies_elsewhere, it_keeps_the_end_of_itself,
    it_grows_behind_what_it_keeps)
