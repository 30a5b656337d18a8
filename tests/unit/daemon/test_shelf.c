/* Evidence on disk: what is kept is loaded again, what is spoilt is set aside. */
#include "shelf.h"

#include "unit.h"
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/retort-shelf-XXXXXX";
static char path[300], aside[300];
static struct engine_settings settings;
static struct envelope *envelope;

static struct engine *set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/evidence", folder);
	snprintf(aside, sizeof(aside), "%s/evidence.rejected", folder);
	engine_settings_default(&settings, 1 << 20);
	settings.seed = 3;
	envelope = envelope_new();
	return engine_new(&settings, envelope);
}

static void tear_down(struct engine *one, struct engine *two)
{
	engine_free(one);
	engine_free(two);
	envelope_free(envelope);
	unlink(path);
	unlink(aside);
	ck_assert_int_eq(rmdir(folder), 0);
}

static void fill(struct engine *engine)
{
	struct verdict_changes changes = { 0 };

	for (uint64_t i = 0; i < 400; i++) {
		struct record record = world_relay(i, 1700000000000000 + (int64_t)i * 1000000);
		const struct exchange_seen seen = engine_seen_of(&record);

		engine_see(engine, &seen, &changes);
	}
}

static void save(const struct engine *engine, double rate, bool is_last)
{
	struct shelf *shelf = shelf_new(path);

	ck_assert(shelf_save(shelf, engine, rate, is_last));
	ck_assert(shelf_save(shelf, engine, rate, is_last));
	shelf_free(shelf);
}

static bool load(struct engine *engine, double *rate)
{
	struct shelf *shelf = shelf_new(path);
	bool is_loaded = shelf_load(shelf, engine, rate);

	shelf_free(shelf);
	return is_loaded;
}

START_TEST(evidence_comes_back_with_the_rate_of_its_coins)
{
	struct engine *one = set_up(), *two = engine_new(&settings, envelope);
	struct engine_counts before, after;
	double rate = 0;

	fill(one);
	save(one, 0.07, false);
	ck_assert(load(two, &rate));
	ck_assert(rate == 0.07);
	engine_counts(one, &before);
	engine_counts(two, &after);
	ck_assert_mem_eq(&before, &after, sizeof(before));
	ck_assert_uint_gt(after.tags, 0);
	tear_down(one, two);
}
END_TEST

START_TEST(no_file_is_a_fresh_start)
{
	struct engine *one = set_up();
	struct shelf *none = shelf_new(NULL);
	double rate = 0;

	ck_assert(!load(one, &rate));
	ck_assert(!shelf_load(none, one, &rate));
	ck_assert(!shelf_save(none, one, 0.02, true));
	shelf_free(none);
	shelf_free(NULL);
	tear_down(one, NULL);
}
END_TEST

START_TEST(a_spoilt_file_is_set_aside_for_a_person)
{
	struct engine *one = set_up();
	double rate = 0;
	struct stat status;

	fill(one);
	save(one, 0.02, true);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(truncate(path, status.st_size / 2), 0);
	ck_assert(!load(one, &rate));
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(access(aside, F_OK), 0);
	tear_down(one, NULL);
}
END_TEST

START_TEST(a_folder_that_is_gone_fails_and_recovers)
{
	struct engine *one = set_up();
	struct shelf *shelf = shelf_new(path);
	char moved[320];

	snprintf(moved, sizeof(moved), "%s.moved", folder);
	ck_assert_int_eq(rename(folder, moved), 0);
	ck_assert(!shelf_save(shelf, one, 0.02, true));
	ck_assert_int_eq(rename(moved, folder), 0);
	ck_assert(shelf_save(shelf, one, 0.02, true));
	shelf_free(shelf);
	tear_down(one, NULL);
}
END_TEST

UNIT_MAIN("shelf", evidence_comes_back_with_the_rate_of_its_coins, no_file_is_a_fresh_start,
    a_spoilt_file_is_set_aside_for_a_person, a_folder_that_is_gone_fails_and_recovers)
