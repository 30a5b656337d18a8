/* The keeper: counts survive it, and a file that nobody can read does not stop anybody. */
#include "keeper.h"

#include "limit_locks.h"
#include "unit.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct fault fault;
static char folder[] = "/tmp/retort-keeper-XXXXXX";
static char path[100], next_path[110], rejected[120];

static void make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/state", folder);
	snprintf(next_path, sizeof(next_path), "%s.next", path);
	snprintf(rejected, sizeof(rejected), "%s.rejected", path);
}

static void drop_folder(void)
{
	unlink(path);
	unlink(rejected);
	ck_assert_int_eq(rmdir(folder), 0); /* and nothing else was left in it */
}

static struct keeper *start(struct limit_locks *locks, int64_t interval_us, uint64_t mark)
{
	struct keeper_plan plan = { path, interval_us, mark, limit_locks_table(locks) };

	return keeper_start(&plan, &fault);
}

static uint64_t now_us(void)
{
	return (uint64_t)time(NULL) * 1000000;
}

/* One window of a rule and key, |amount| in it. */
static void count(struct limit_locks *locks, uint64_t id, uint64_t amount)
{
	struct limit_table *table = limit_locks_table(locks);
	struct limit_spot spot = {
		.id = id, .rule = 1, .window_us = 3600000000, .kind = LIMIT_KIND_WINDOW
	};
	struct limit_entry *entry;

	limit_table_enter(table, limit_table_stripe(id));
	entry = limit_table_touch(table, &spot, now_us());
	limit_table_advance(table, entry, now_us());
	window_count(&entry->window, (uint32_t)amount);
	limit_table_leave(table, limit_table_stripe(id));
}

static uint64_t entries(struct limit_locks *locks)
{
	struct limit_figures figures;

	limit_table_figures(limit_locks_table(locks), &figures);
	return figures.entries;
}

/* Starts on an empty table and ends; how many windows it knew. */
static uint64_t known_again(uint64_t mark)
{
	struct limit_locks *locks = limit_locks_new(8 << 20);
	struct keeper *keeper = start(locks, 3600000000, mark);
	uint64_t known;

	ck_assert_msg(keeper != NULL, "%s", fault.text);
	known = entries(locks);
	keeper_stop(keeper);
	limit_locks_free(locks);
	return known;
}

static void save_some(int windows)
{
	struct limit_locks *locks = limit_locks_new(8 << 20);
	struct keeper *keeper = start(locks, 3600000000, 7);

	ck_assert_ptr_nonnull(keeper);
	for (int i = 1; i <= windows; i++)
		count(locks, (uint64_t)i << 52, 3);
	keeper_stop(keeper);
	limit_locks_free(locks);
}

START_TEST(what_was_counted_is_known_after_a_restart)
{
	make_folder();
	save_some(40);
	ck_assert_uint_eq(known_again(7), 40);
	ck_assert_uint_eq(known_again(7), 40);
	drop_folder();
}
END_TEST

START_TEST(it_is_also_written_now_and_then)
{
	struct limit_locks *locks = limit_locks_new(8 << 20);
	struct keeper *keeper;

	make_folder();
	keeper = start(locks, 1000, 7);
	count(locks, 1, 1);
	while (keeper_saved(keeper) < 3)
		sched_yield();
	ck_assert_uint_eq(keeper_failed(keeper), 0);
	ck_assert_int_eq(access(path, R_OK), 0);
	keeper_stop(keeper);
	limit_locks_free(locks);
	drop_folder();
}
END_TEST

START_TEST(a_file_of_another_secret_is_set_aside)
{
	make_folder();
	save_some(5);
	ck_assert_uint_eq(known_again(8), 0);
	ck_assert_int_eq(access(rejected, R_OK), 0);
	ck_assert_int_eq(
	    rename(rejected, path), 0); /* the secret is back, and so are the counts */
	ck_assert_uint_eq(known_again(7), 5);
	drop_folder();
}
END_TEST

START_TEST(a_damaged_file_is_set_aside_and_the_start_goes_on)
{
	FILE *file;

	make_folder();
	save_some(5);
	ck_assert_int_eq(truncate(path, 100), 0);
	ck_assert_uint_eq(known_again(7), 0);
	ck_assert_int_eq(access(rejected, R_OK), 0);
	file = fopen(path, "w"); /* empty */
	fclose(file);
	ck_assert_uint_eq(known_again(7), 0);
	drop_folder();
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_is_a_fault_of_the_start)
{
	struct limit_locks *locks = limit_locks_new(8 << 20);

	snprintf(path, sizeof(path), "/nonexistent/state");
	ck_assert_ptr_null(start(locks, 1000000, 7));
	ck_assert_ptr_nonnull(strstr(fault.text, "cannot write /nonexistent/state"));
	limit_locks_free(locks);
}
END_TEST

START_TEST(a_save_that_fails_is_counted_and_tried_again)
{
	struct limit_locks *locks = limit_locks_new(8 << 20);
	struct keeper *keeper;

	make_folder();
	keeper = start(locks, 1000, 7);
	while (keeper_saved(keeper) < 1)
		sched_yield();
	while (mkdir(next_path, 0700)) /* now and then it is a file being written */
		sched_yield();
	while (keeper_failed(keeper) < 2)
		sched_yield();
	ck_assert_int_eq(rmdir(next_path), 0);
	{
		uint64_t saved = keeper_saved(keeper);

		while (keeper_saved(keeper) < saved + 2)
			sched_yield();
	}
	keeper_stop(keeper);
	limit_locks_free(locks);
	drop_folder();
}
END_TEST

UNIT_MAIN("keeper", what_was_counted_is_known_after_a_restart, it_is_also_written_now_and_then,
    a_file_of_another_secret_is_set_aside, a_damaged_file_is_set_aside_and_the_start_goes_on,
    a_folder_that_cannot_be_written_is_a_fault_of_the_start,
    a_save_that_fails_is_counted_and_tried_again)
