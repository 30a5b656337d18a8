/* The engine over a restart: what was saved goes on as if nothing had happened. */
#include "engine/board.h"

#include "engine_rig.h"
#include "unit.h"

#include <math.h>

struct shelf {
	char *at;
	size_t len, room;
};

static int on_run(void *arg, struct bytes run, struct fault *fault)
{
	struct shelf *shelf = arg;

	(void)fault;
	if (shelf->len + run.len > shelf->room) {
		shelf->room = 2 * (shelf->len + run.len);
		shelf->at = realloc(shelf->at, shelf->room);
	}
	memcpy(shelf->at + shelf->len, run.at, run.len);
	shelf->len += run.len;
	return 0;
}

static int on_full_disk(void *arg, struct bytes run, struct fault *fault)
{
	(void)arg, (void)run;
	return fault_say(fault, "the disk is full");
}

static struct shelf save(const struct engine *engine)
{
	struct shelf shelf = { 0 };
	struct fault fault;

	ck_assert_int_eq(engine_save(engine, on_run, &shelf, &fault), 0);
	return shelf;
}

static int load(struct engine *engine, const struct shelf *shelf)
{
	struct fault fault;

	return engine_load(engine, bytes_of(shelf->at, shelf->len), &fault);
}

static void assert_equal(const struct engine *one, const struct engine *two)
{
	struct shelf a = save(one), b = save(two);

	ck_assert_uint_eq(a.len, b.len);
	ck_assert(memcmp(a.at, b.at, a.len) == 0);
	free(a.at);
	free(b.at);
}

START_TEST(a_loaded_engine_goes_on_bit_for_bit)
{
	struct engine *one = start(), *two = engine_new(&settings, envelope);
	struct verdict_changes changes = { 0 };
	struct engine_counts counts;
	struct shelf shelf;

	relay(one, 400, false);
	shelf = save(one);
	ck_assert_int_eq(load(two, &shelf), 0);
	assert_equal(one, two);
	fail_over(one, &changes, 300);
	fail_over(two, &changes, 300);
	assert_equal(one, two);
	engine_counts(two, &counts);
	ck_assert_uint_ge(counts.proofs, 1);
	free(shelf.at);
	engine_free(two);
	stop(one);
}
END_TEST

START_TEST(every_cut_and_altered_state_is_refused)
{
	struct engine *one = start(), *two = engine_new(&settings, envelope),
		      *fresh = engine_new(&settings, envelope);
	struct shelf shelf;

	relay(one, 100, false);
	shelf = save(one);
	for (size_t len = 0; len < shelf.len; len += 1 + shelf.len / 97) {
		struct shelf cut = { shelf.at, len, 0 };

		ck_assert_int_eq(load(two, &cut), -1);
	}
	for (size_t at = 0; at < shelf.len; at += 1 + shelf.len / 97) {
		shelf.at[at] ^= 4;
		ck_assert_int_eq(load(two, &shelf), -1);
		shelf.at[at] ^= 4;
	}
	assert_equal(two, fresh);
	ck_assert_int_eq(load(two, &shelf), 0);
	free(shelf.at);
	engine_free(two);
	engine_free(fresh);
	stop(one);
}
END_TEST

START_TEST(another_seed_or_size_is_refused)
{
	struct engine *one = start(), *two;
	struct engine_settings other = settings;
	struct shelf shelf = save(one);

	other.seed++;
	two = engine_new(&other, envelope);
	ck_assert_int_eq(load(two, &shelf), -1);
	engine_free(two);
	other = settings;
	other.accounts *= 2;
	two = engine_new(&other, envelope);
	ck_assert_int_eq(load(two, &shelf), -1);
	engine_free(two);
	free(shelf.at);
	stop(one);
}
END_TEST

START_TEST(a_disk_that_fails_is_told)
{
	struct engine *engine = start();
	struct fault fault;

	ck_assert_int_eq(engine_save(engine, on_full_disk, NULL, &fault), -1);
	ck_assert_str_eq(fault.text, "the disk is full");
	stop(engine);
}
END_TEST

static void on_line(void *arg, const struct verdict_change *change)
{
	board_apply(arg, change);
}

START_TEST(a_new_board_is_filled_from_what_was_loaded)
{
	struct engine *one = start();
	struct board *board = board_new(1024);
	struct verdict_changes changes = { 0 };
	const struct cohort *cohort;
	size_t number = 0, lines = 0;

	relay(one, 400, false);
	fail_over(one, &changes, 300);
	while ((cohort = engine_next_cohort(one, &number, false)))
		lines += cohort->kind != KEY_HOPS && cohort->kind != KEY_BIRTH &&
			 cohort->kind != KEY_NETWORK &&
			 engine_verdict(one, cohort).state != ENGINE_STATE_RELEASED;
	engine_republish(one, on_line, board);
	ck_assert_uint_eq(board_lines(board), lines);
	board_free(board);
	stop(one);
}
END_TEST

UNIT_MAIN("engine_save", a_loaded_engine_goes_on_bit_for_bit,
    every_cut_and_altered_state_is_refused, another_seed_or_size_is_refused,
    a_disk_that_fails_is_told, a_new_board_is_filled_from_what_was_loaded)
