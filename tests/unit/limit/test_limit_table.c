/* The memory of all limits: found again, evicted oldest first, never beyond its size. */
#include "limit/limit_table.h"

#include "limit/limit_queue.h"
#include "unit.h"

#define SECOND_US 1000000ull
#define START_US  (1750000000ull * SECOND_US)

static struct limit_table *table;

static struct limit_entry *touch(uint64_t id, enum limit_kind kind, uint64_t now_us)
{
	struct limit_spot spot = {
		.id = id, .rule = 7, .window_us = 60 * SECOND_US, .kind = kind
	};

	return limit_table_touch(table, &spot, now_us);
}

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static struct limit_figures figures_now(void)
{
	struct limit_figures figures;

	limit_table_figures(table, &figures);
	return figures;
}

START_TEST(what_was_touched_is_found_again)
{
	struct limit_entry *entry;

	table = limit_table_new(1 << 20, (struct limit_guard){ 0 });
	ck_assert_ptr_null(limit_table_find(table, 1));
	entry = touch(1, LIMIT_KIND_WINDOW, START_US);
	window_count(&entry->window, 5);
	ck_assert_ptr_eq(limit_table_find(table, 1), entry);
	ck_assert_ptr_eq(touch(1, LIMIT_KIND_WINDOW, START_US + SECOND_US), entry);
	ck_assert_uint_eq(window_total(&entry->window), 5);
	ck_assert_uint_eq(figures_now().entries, 1);
	limit_table_free(table);
}
END_TEST

/* 128 entries in stripe 0, the smallest table there is. */
static void fill_stripe(uint64_t count)
{
	table = limit_table_new(0, (struct limit_guard){ 0 });
	for (uint64_t i = 1; i <= count; i++)
		window_count(&touch(i, LIMIT_KIND_WINDOW, START_US + i * SECOND_US)->window, 1);
}

START_TEST(the_longest_untouched_makes_room)
{
	fill_stripe(128);
	touch(1, LIMIT_KIND_WINDOW, START_US + 129 * SECOND_US);
	ck_assert_uint_eq(figures_now().entries, 128);
	touch(1000, LIMIT_KIND_WINDOW, START_US + 130 * SECOND_US);
	ck_assert_ptr_nonnull(limit_table_find(table, 1));
	ck_assert_ptr_null(limit_table_find(table, 2));
	ck_assert_ptr_nonnull(limit_table_find(table, 3));
	ck_assert_uint_eq(figures_now().entries, 128);
	limit_table_free(table);
}
END_TEST

START_TEST(only_what_still_counts_is_an_eviction)
{
	fill_stripe(128);
	touch(1000, LIMIT_KIND_WINDOW, START_US + 66 * SECOND_US);
	ck_assert_uint_eq(figures_now().evictions, 0);
	touch(1001, LIMIT_KIND_WINDOW, START_US + 66 * SECOND_US);
	ck_assert_uint_eq(figures_now().evictions, 1);
	limit_table_free(table);
}
END_TEST

START_TEST(an_id_that_comes_back_is_another_incarnation)
{
	uint32_t before;

	fill_stripe(128);
	before = limit_table_find(table, 1)->incarnation;
	touch(1000, LIMIT_KIND_WINDOW, START_US + 20 * SECOND_US);
	ck_assert_ptr_null(limit_table_find(table, 1));
	ck_assert_uint_ne(
	    touch(1, LIMIT_KIND_WINDOW, START_US + 21 * SECOND_US)->incarnation, before);
	limit_table_free(table);
}
END_TEST

START_TEST(what_is_held_stays)
{
	fill_stripe(128);
	limit_table_find(table, 1)->is_held = true;
	touch(1000, LIMIT_KIND_WINDOW, START_US + 200 * SECOND_US);
	ck_assert_ptr_nonnull(limit_table_find(table, 1));
	ck_assert_ptr_null(limit_table_find(table, 2));
	for (uint64_t i = 1; i <= 1000; i++)
		if (limit_table_find(table, i))
			limit_table_find(table, i)->is_held = true;
	ck_assert_ptr_null(touch(2000, LIMIT_KIND_WINDOW, START_US + 201 * SECOND_US));
	limit_table_free(table);
}
END_TEST

START_TEST(stripes_do_not_push_each_other_out)
{
	fill_stripe(128);
	for (uint64_t stripe = 1; stripe < LIMIT_STRIPES; stripe++)
		for (uint64_t i = 0; i < 200; i++)
			touch(stripe << 58 | i, LIMIT_KIND_WINDOW, START_US + 300 * SECOND_US);
	for (uint64_t i = 1; i <= 128; i++)
		ck_assert_ptr_nonnull(limit_table_find(table, i));
	ck_assert_uint_eq(figures_now().entries, 128 * LIMIT_STRIPES);
	limit_table_free(table);
}
END_TEST

static int add(struct limit_entry *entry, uint64_t element)
{
	struct distinct_room *room = limit_table_room(table, entry->id);
	int added;

	while ((added = distinct_add(&entry->distinct, element, room)) < 0 &&
	       limit_table_make_room(table, entry, START_US))
		;
	return added;
}

START_TEST(sets_never_take_more_than_their_share)
{
	struct limit_figures figures;

	table = limit_table_new(16 << 20, (struct limit_guard){ 0 });
	for (uint64_t id = 1; id <= 300; id++) {
		struct limit_entry *entry = touch(
		    id, LIMIT_KIND_DISTINCT, START_US + id * SECOND_US);

		for (uint64_t i = 0; i < 500; i++)
			ck_assert_int_eq(add(entry, mix(id * 1000 + i)), 1);
		ck_assert_uint_eq(entry->distinct.count, 500);
		figures = figures_now();
		ck_assert_uint_le(figures.set_bytes, figures.set_bytes_most);
	}
	ck_assert_uint_gt(figures.evictions, 200);
	ck_assert_uint_eq(figures.unheard, 0);
	ck_assert_ptr_null(limit_table_find(table, 1));
	ck_assert_ptr_nonnull(limit_table_find(table, 299));
	limit_table_free(table);
}
END_TEST

START_TEST(an_element_without_any_room_is_counted_as_unheard)
{
	uint64_t id = 0, heard = 0;
	int added;

	table = limit_table_new(0, (struct limit_guard){ 0 });
	do {
		struct limit_entry *entry = touch(++id, LIMIT_KIND_DISTINCT, START_US);

		entry->is_held = true;
		for (uint64_t i = 0; i < 500 && (added = add(entry, mix(i))) > 0; i++)
			heard++;
	} while (added > 0);
	ck_assert_uint_eq(figures_now().unheard, 1);
	ck_assert_uint_eq(figures_now().evictions, 0);
	ck_assert_uint_gt(heard, 3000);
	limit_table_find(table, 1)->is_held = false;
	ck_assert_int_eq(add(limit_table_find(table, id), mix(heard)), 1);
	ck_assert_uint_eq(figures_now().evictions, 1);
	limit_table_free(table);
}
END_TEST

START_TEST(random_touches_keep_the_table_whole)
{
	uint64_t state = 3, now_us = START_US;

	table = limit_table_new(256 * 1024, (struct limit_guard){ 0 });
	limit_queue_open(table, 1);
	for (unsigned round = 0; round < 200000; round++) {
		uint64_t id = (state = mix(state)) % 400;
		enum limit_kind kind = id % 3 ? LIMIT_KIND_WINDOW : LIMIT_KIND_DISTINCT;
		struct limit_entry *entry;

		now_us += state % (2 * SECOND_US);
		entry = touch(id, kind, now_us);
		limit_table_advance(table, entry, now_us);
		limit_queue_add(table, entry);
		if (kind == LIMIT_KIND_DISTINCT)
			add(entry, state);
		if (state % 50 == 0)
			limit_queue_take(table, 0);
		ck_assert_ptr_eq(limit_table_find(table, id), entry);
	}
	limit_table_free(table);
}
END_TEST

START_TEST(lines_run_from_the_longest_untouched_to_the_newest)
{
	struct limit_entry *entry;
	uint64_t last_us = 0;
	unsigned count = 0;

	fill_stripe(100);
	for (uint64_t i = 1; i <= 100; i += 3)
		touch(i, LIMIT_KIND_WINDOW, START_US + (200 + i) * SECOND_US);
	entry = limit_table_oldest(table, 0, LIMIT_KIND_WINDOW);
	for (; entry; entry = limit_table_newer(table, 0, entry)) {
		ck_assert_uint_ge(entry->touched_us, last_us);
		last_us = entry->touched_us;
		count++;
	}
	ck_assert_uint_eq(count, 100);
	limit_table_free(table);
}
END_TEST

START_TEST(an_entry_waits_once_and_only_while_shared)
{
	struct limit_entry *one, *two;

	table = limit_table_new(0, (struct limit_guard){ 0 });
	one = touch(1, LIMIT_KIND_WINDOW, START_US);
	two = touch(2, LIMIT_KIND_WINDOW, START_US);
	ck_assert(!limit_queue_add(table, one));
	ck_assert_ptr_null(limit_queue_take(table, 0));
	limit_queue_open(table, 9);
	ck_assert(!limit_queue_add(table, one));
	limit_queue_add(table, two);
	limit_queue_add(table, one);
	one->generation = 9;
	ck_assert(limit_queue_add(table, one));
	ck_assert_ptr_eq(limit_queue_take(table, 0), one);
	ck_assert_ptr_eq(limit_queue_take(table, 0), two);
	ck_assert_ptr_null(limit_queue_take(table, 0));
	limit_queue_close(table);
	ck_assert(!limit_queue_add(table, one));
	limit_table_free(table);
}
END_TEST

START_TEST(an_evicted_entry_waits_no_more)
{
	fill_stripe(128);
	limit_queue_open(table, 1);
	for (uint64_t i = 1; i <= 3; i++)
		limit_queue_add(table, limit_table_find(table, i));
	touch(1000, LIMIT_KIND_WINDOW, START_US + 200 * SECOND_US);
	ck_assert_uint_eq(limit_queue_take(table, 0)->id, 2);
	touch(1001, LIMIT_KIND_WINDOW, START_US + 200 * SECOND_US);
	touch(1002, LIMIT_KIND_WINDOW, START_US + 200 * SECOND_US);
	ck_assert_ptr_null(limit_queue_take(table, 0));
	limit_queue_add(table, limit_table_find(table, 1000));
	ck_assert_uint_eq(limit_queue_take(table, 0)->id, 1000);
	limit_table_free(table);
}
END_TEST

START_TEST(a_walk_meets_every_entry_once)
{
	uint32_t place = 0;
	unsigned count = 0;

	fill_stripe(150);
	while (limit_queue_walk(table, 0, &place))
		count++;
	ck_assert_uint_eq(count, 128);
	limit_table_free(table);
}
END_TEST

UNIT_MAIN("limit_table", what_was_touched_is_found_again, the_longest_untouched_makes_room,
    only_what_still_counts_is_an_eviction, an_id_that_comes_back_is_another_incarnation,
    what_is_held_stays, stripes_do_not_push_each_other_out,
    sets_never_take_more_than_their_share, an_element_without_any_room_is_counted_as_unheard,
    random_touches_keep_the_table_whole, lines_run_from_the_longest_untouched_to_the_newest,
    an_entry_waits_once_and_only_while_shared, an_evicted_entry_waits_no_more,
    a_walk_meets_every_entry_once)
