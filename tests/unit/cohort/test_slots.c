/* The engine's table: finds what it holds, stays in its memory, gives way by rank. */
#include "cohort/slots.h"

#include "unit.h"

struct item {
	uint64_t key, worth;
};

static uint64_t rank_item(const void *entry, void *arg)
{
	(void)arg;
	return ((const struct item *)entry)->worth;
}

static struct item *claim(struct slots *slots, uint64_t key, bool *is_new)
{
	return slots_claim(slots, key, slots_place(slots, key), is_new);
}

START_TEST(everything_below_three_quarters_is_kept)
{
	struct slots slots;
	bool is_new;

	slots_init(&slots, 1 << 16, sizeof(struct item), 7);
	for (uint64_t key = 1; key <= 3 << 14; key++)
		claim(&slots, key, &is_new)->worth = key * 3;
	ck_assert_uint_eq(slots.evicted, 0);
	ck_assert_uint_eq(slots.used, 3 << 14);
	for (uint64_t key = 1; key <= 3 << 14; key++) {
		struct item *item = slots_find(&slots, key, slots_place(&slots, key));

		ck_assert_ptr_nonnull(item);
		ck_assert_uint_eq(item->worth, key * 3);
	}
	ck_assert_ptr_null(slots_find(&slots, 999999, slots_place(&slots, 999999)));
	slots_fini(&slots);
}
END_TEST

START_TEST(a_full_table_gives_up_the_least_and_counts_it)
{
	struct slots slots;
	bool is_new;
	size_t kept = 0;

	slots_init(&slots, 1024, sizeof(struct item), 9);
	slots.rank = rank_item;
	for (uint64_t key = 1; key <= 600; key++)
		claim(&slots, key, &is_new)->worth = 1000;
	for (uint64_t key = 10000; key < 60000; key++)
		claim(&slots, key, &is_new)->worth = 1;
	for (uint64_t key = 1; key <= 600; key++)
		kept += slots_find(&slots, key, slots_place(&slots, key)) != NULL;
	ck_assert_uint_eq(kept, 600);
	ck_assert_uint_gt(slots.evicted, 49000);
	ck_assert_uint_le(slots.used, slots_capacity(&slots));
	slots_fini(&slots);
}
END_TEST

/* Keys that all fall into one bucket under one seed are spread by another. */
START_TEST(keys_chosen_against_one_seed_do_no_harm_under_another)
{
	struct slots known, other;
	uint64_t key = 1;
	bool is_new;

	slots_init(&known, 1 << 12, sizeof(struct item), 1);
	slots_init(&other, 1 << 12, sizeof(struct item), 2);
	for (int found = 0; found < 1000; key++)
		if ((slots_place(&known, key) & 255) == 0) {
			claim(&known, key, &is_new);
			claim(&other, key, &is_new);
			found++;
		}
	ck_assert_uint_eq(other.evicted, 0);
	slots_fini(&known);
	slots_fini(&other);
}
END_TEST

START_TEST(without_a_rank_the_oldest_claim_gives_way_and_the_held_stays)
{
	struct slots slots;
	bool is_new;
	size_t old = 0, held = 0;

	slots_init(&slots, 1024, sizeof(struct item), 9);
	slots_clock(&slots, 1000 * 3600);
	for (uint64_t key = 1; key <= 300; key++)
		claim(&slots, key, &is_new);
	for (uint64_t key = 301; key <= 600; key++) {
		claim(&slots, key, &is_new);
		slots_hold(&slots, 50);
	}
	for (uint64_t hour = 1001; hour < 1030; hour++) {
		slots_clock(&slots, (uint32_t)hour * 3600);
		for (uint64_t i = 0; i < 1000; i++)
			claim(&slots, hour * 1000 + i, &is_new);
	}
	for (uint64_t key = 1; key <= 300; key++) {
		old += slots_find(&slots, key, slots_place(&slots, key)) != NULL;
		held += slots_find(&slots, key + 300, slots_place(&slots, key + 300)) != NULL;
	}
	ck_assert_uint_eq(old, 0);
	ck_assert_uint_eq(held, 300);
	slots_fini(&slots);
}
END_TEST

START_TEST(a_dropped_entry_is_gone)
{
	struct slots slots;
	bool is_new;

	slots_init(&slots, 64, sizeof(struct item), 3);
	slots_drop(&slots, claim(&slots, 5, &is_new));
	ck_assert_ptr_null(slots_find(&slots, 5, slots_place(&slots, 5)));
	claim(&slots, 5, &is_new);
	ck_assert(is_new);
	ck_assert_uint_eq(slots.used, 1);
	slots_fini(&slots);
}
END_TEST

START_TEST(a_walk_meets_every_entry_and_nothing_else)
{
	struct slots slots;
	size_t met = 0, to;
	bool is_new;

	slots_init(&slots, 4096, sizeof(struct item), 5);
	for (uint64_t key = 1; key <= 100; key++)
		claim(&slots, key, &is_new);
	to = slots_capacity(&slots);
	for (size_t i = 0; (i = slots_next(&slots, i, to)) < to; i++, met++)
		ck_assert_ptr_nonnull(slots_at(&slots, i));
	ck_assert_uint_eq(met, 100);
	for (size_t from = 0; from < 40; from++) /* ends between two buckets' edges too */
		for (size_t end = from; end < 40; end++) {
			size_t at = from;

			while (at < end && !slots_at(&slots, at))
				at++;
			ck_assert_uint_eq(slots_next(&slots, from, end), at);
		}
	slots_fini(&slots);
}
END_TEST

UNIT_MAIN("slots", everything_below_three_quarters_is_kept,
    a_full_table_gives_up_the_least_and_counts_it,
    keys_chosen_against_one_seed_do_no_harm_under_another,
    without_a_rank_the_oldest_claim_gives_way_and_the_held_stays, a_dropped_entry_is_gone,
    a_walk_meets_every_entry_and_nothing_else)
