/* The arena: aligned, bounded by its ceiling, reusable after its end. */
#include "base/arena.h"

#include "unit.h"

START_TEST(what_is_taken_is_aligned_and_apart)
{
	struct arena arena;
	char *last = NULL;

	arena_init(&arena, 1 << 20);
	for (size_t i = 1; i < 300; i++) {
		char *at = arena_take(&arena, i);

		ck_assert_ptr_nonnull(at);
		ck_assert_uint_eq((uintptr_t)at % 8, 0);
		ck_assert_ptr_ne(at, last);
		memset(at, 0x5a, i);
		last = at;
	}
	arena_fini(&arena);
}
END_TEST

START_TEST(the_ceiling_refuses_and_leaves_what_stands)
{
	struct arena arena;
	struct bytes kept;

	arena_init(&arena, 4096);
	kept = arena_copy(&arena, BYTES("kept"));
	ck_assert_ptr_null(arena_take(&arena, 8192));
	ck_assert_ptr_null(arena_take(&arena, SIZE_MAX));
	ck_assert(bytes_equal(kept, BYTES("kept")));
	while (arena_take(&arena, 64))
		;
	ck_assert_uint_le(arena.taken, 4096);
	arena_fini(&arena);
	ck_assert_ptr_nonnull(arena_take(&arena, 64));
	arena_fini(&arena);
}
END_TEST

UNIT_MAIN(
    "arena", what_is_taken_is_aligned_and_apart, the_ceiling_refuses_and_leaves_what_stands)
