/* A table through bytes and back; and everything that such bytes may be instead. */
#include "limit/limit_snapshot.h"

#include "limit/limit_snapshot_form.h"
#include "unit.h"

#include <string.h>
#include <xxhash.h>

#define SECOND_US 1000000ull
#define START_US  (1750000000ull * SECOND_US)
#define MARK      0x1234567890abcdefull

static struct limit_table *table;
static char *file;
static size_t file_bytes;

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static struct limit_entry *touch(uint64_t id, enum limit_kind kind, uint64_t now_us)
{
	struct limit_spot spot = {
		.id = id, .rule = 7, .window_us = 100 * SECOND_US, .kind = kind
	};
	struct limit_entry *entry = limit_table_touch(table, &spot, now_us);

	limit_table_advance(table, entry, now_us);
	return entry;
}

static void see(uint64_t id, uint64_t element, uint64_t now_us)
{
	struct limit_entry *entry = touch(id, LIMIT_KIND_DISTINCT, now_us);

	distinct_add(&entry->distinct, mix(element), limit_table_room(table, id));
}

/* Windows, sets and registers over 100 seconds. */
static void fill(uint64_t keys)
{
	table = limit_table_new(8 << 20, (struct limit_guard){ 0 });
	for (uint64_t i = 0; i < 100; i++) {
		for (uint64_t key = 0; key < keys; key++)
			if (mix(key * 100 + i) % 8 == 0)
				window_count(&touch(mix(key), LIMIT_KIND_WINDOW,
						 START_US + i * SECOND_US)
						  ->window,
				    1 + key);
		for (uint64_t element = 0; element < 10; element++) {
			see(mix(1) + 1, i % 5 * 10 + element, START_US + i * SECOND_US);
			see(mix(2) + 1, i * 100 + element, START_US + i * SECOND_US);
		}
		for (uint64_t element = 0; element < 30; element++)
			see(mix(3) + 1, i * 30 + element, START_US + i * SECOND_US);
	}
}

static void save(uint64_t now_us)
{
	struct limit_snapshot *snapshot = limit_snapshot_new(table, MARK, now_us);
	struct bytes piece;

	free(file);
	file = NULL;
	file_bytes = 0;
	while ((piece = limit_snapshot_next(snapshot)).len > 0) {
		file = realloc(file, file_bytes + piece.len);
		memcpy(file + file_bytes, piece.at, piece.len);
		file_bytes += piece.len;
	}
	limit_snapshot_free(snapshot);
}

static struct limit_figures figures_now(void)
{
	struct limit_figures figures;

	limit_table_figures(table, &figures);
	return figures;
}

static int load_bytes(struct bytes bytes, uint64_t mark, uint64_t now_us, struct fault *fault)
{
	int done;

	limit_table_free(table);
	table = limit_table_new(8 << 20, (struct limit_guard){ 0 });
	done = limit_snapshot_read(table, bytes, mark, now_us, fault);
	if (done < 0)
		ck_assert_uint_eq(figures_now().entries, 0);
	return done;
}

static int load(uint64_t now_us)
{
	struct fault fault = { .text = "" };
	int done = load_bytes(bytes_of(file, file_bytes), MARK, now_us, &fault);

	ck_assert_msg(done == 0, "%s", fault.text);
	return done;
}

static void end(void)
{
	limit_table_free(table);
	free(file);
	table = NULL;
	file = NULL;
}

START_TEST(every_count_survives)
{
	const uint64_t now_us = START_US + 100 * SECOND_US;
	uint64_t before[300], distinct[3];

	fill(300);
	for (uint64_t key = 0; key < 300; key++)
		before[key] = window_total(&touch(mix(key), LIMIT_KIND_WINDOW, now_us)->window);
	for (uint64_t i = 0; i < 3; i++)
		distinct[i] =
		    touch(mix(i + 1) + 1, LIMIT_KIND_DISTINCT, now_us)->distinct.count;
	save(now_us);
	load(now_us);
	for (uint64_t key = 0; key < 300; key++)
		ck_assert_uint_eq(
		    window_total(&touch(mix(key), LIMIT_KIND_WINDOW, now_us)->window),
		    before[key]);
	for (uint64_t i = 0; i < 3; i++)
		ck_assert_uint_eq(
		    touch(mix(i + 1) + 1, LIMIT_KIND_DISTINCT, now_us)->distinct.count,
		    distinct[i]);
	ck_assert(limit_table_find(table, mix(3) + 1)->distinct.is_dense);
	end();
}
END_TEST

START_TEST(windows_go_on_sliding_while_nobody_counts)
{
	fill(20);
	save(START_US + 100 * SECOND_US);
	for (uint64_t later = 0; later < 130; later += 10) {
		uint64_t now_us = START_US + (100 + later) * SECOND_US, expected[20];

		for (uint64_t key = 0; key < 20; key++)
			expected[key] = window_total(
			    &touch(mix(key), LIMIT_KIND_WINDOW, now_us)->window);
		load(now_us);
		for (uint64_t key = 0; key < 20; key++)
			ck_assert_uint_eq(
			    window_total(&touch(mix(key), LIMIT_KIND_WINDOW, now_us)->window),
			    expected[key]);
		load(START_US + 100 * SECOND_US);
	}
	load(START_US + 300 * SECOND_US);
	ck_assert_uint_eq(figures_now().entries, 0);
	end();
}
END_TEST

START_TEST(the_longest_untouched_is_still_the_first_to_go)
{
	uint64_t last_us = 0;
	unsigned count = 0;

	table = limit_table_new(8 << 20, (struct limit_guard){ 0 });
	for (uint64_t i = 0; i < 200; i++)
		window_count(
		    &touch(1 + mix(i) % 1000, LIMIT_KIND_WINDOW, START_US + i * SECOND_US / 4)
			 ->window,
		    1);
	save(START_US + 50 * SECOND_US);
	load(START_US + 50 * SECOND_US);
	for (struct limit_entry *entry = limit_table_oldest(table, 0, LIMIT_KIND_WINDOW); entry;
	     entry = limit_table_newer(table, 0, entry), count++) {
		ck_assert_uint_ge(entry->touched_us, last_us);
		last_us = entry->touched_us;
	}
	ck_assert_uint_gt(count, 100);
	end();
}
END_TEST

START_TEST(an_empty_table_is_a_snapshot_too)
{
	table = limit_table_new(0, (struct limit_guard){ 0 });
	save(START_US);
	ck_assert_uint_eq(file_bytes, 48);
	load(START_US);
	end();
}
END_TEST

START_TEST(a_file_cut_anywhere_starts_empty)
{
	struct fault fault;

	fill(5);
	save(START_US + 100 * SECOND_US);
	for (size_t len = 0; len < file_bytes; len += len < 200 ? 1 : 97)
		ck_assert_int_eq(load_bytes(bytes_of(file, len), MARK, START_US, &fault), -1);
	end();
}
END_TEST

START_TEST(a_changed_byte_anywhere_starts_empty)
{
	struct fault fault;

	fill(5);
	save(START_US + 100 * SECOND_US);
	for (size_t at = 0; at < file_bytes; at += at < 200 ? 1 : 61) {
		file[at] ^= 0x10;
		ck_assert_int_eq(
		    load_bytes(bytes_of(file, file_bytes), MARK, START_US, &fault), -1);
		file[at] ^= 0x10;
	}
	end();
}
END_TEST

START_TEST(another_secret_or_version_is_named)
{
	struct fault fault;

	fill(5);
	save(START_US);
	ck_assert_int_eq(
	    load_bytes(bytes_of(file, file_bytes), MARK + 1, START_US, &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.text, "secret"));
	file[8] = 9;
	ck_assert_int_eq(load_bytes(bytes_of(file, file_bytes), MARK, START_US, &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.text, "version 9"));
	ck_assert_int_eq(
	    load_bytes(BYTES("REDIS0011 and something more"), MARK, START_US, &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.text, "not a snapshot"));
	end();
}
END_TEST

/* Changes the first record and makes the checksum right again. */
static void forge(size_t offset, const void *at, size_t len, bool is_readable)
{
	struct fault fault = { .text = "" };
	size_t tail = file_bytes - 8;
	uint64_t checksum;
	char kept[64];

	memcpy(kept, file + sizeof(struct snapshot_head) + offset, len);
	memcpy(file + sizeof(struct snapshot_head) + offset, at, len);
	checksum = XXH3_64bits(file, tail);
	memcpy(file + tail, &checksum, sizeof(checksum));
	ck_assert_int_eq(load_bytes(bytes_of(file, file_bytes), MARK, START_US, &fault),
	    (is_readable ? 0 : -1));
	memcpy(file + sizeof(struct snapshot_head) + offset, kept, len);
}

#define FORGE(member, type, value, is_readable)                                                \
	forge(offsetof(struct snapshot_record, member), &(type){ value }, sizeof(type),        \
	    is_readable)

START_TEST(a_forged_record_is_refused)
{
	table = limit_table_new(8 << 20, (struct limit_guard){ 0 });
	window_count(&touch(7, LIMIT_KIND_WINDOW, START_US)->window, 5);
	save(START_US);
	FORGE(kind, uint16_t, 0, false);
	FORGE(kind, uint16_t, 3, false);
	FORGE(is_dense, uint16_t, 2, false);
	FORGE(items, uint32_t, 0, false);
	FORGE(items, uint32_t, 2, false);
	FORGE(items, uint32_t, 18, false);
	FORGE(items, uint32_t, UINT32_MAX, false);
	FORGE(width_us, uint64_t, 0, false);
	FORGE(width_us, uint64_t, UINT64_MAX, false);
	FORGE(newest, uint64_t, UINT64_MAX, false);
	FORGE(newest, uint64_t, UINT64_MAX / 2 / (100 * SECOND_US), true);
	FORGE(touched_us, uint64_t, UINT64_MAX, true);
	forge(48, &(struct snapshot_slot){ .age = 17, .count = 1 }, 8, false);
	forge(48, &(struct snapshot_slot){ .age = 1, .count = 0 }, 8, false);
	forge(48, &(struct snapshot_slot){ .age = 16, .count = UINT32_MAX }, 8, true);
	end();
}
END_TEST

START_TEST(a_forged_set_or_register_is_refused)
{
	const uint64_t pane = START_US / (100 * SECOND_US / DISTINCT_PANES);
	const uint64_t element = mix(2) & DISTINCT_MASK;

	table = limit_table_new(8 << 20, (struct limit_guard){ 0 });
	see(7, 1, START_US);
	save(START_US);
	forge(48, &(uint64_t){ 0 }, 8, false);
	forge(48, &(uint64_t){ element | ((pane + 1) & 15) }, 8, false);
	forge(48, &(uint64_t){ element | (pane & 15) }, 8, true);
	for (uint64_t i = 0; i < 2000; i++) {
		struct distinct_room *room = limit_table_room(table, 7);

		distinct_add(&limit_table_find(table, 7)->distinct, mix(i), room);
	}
	save(START_US);
	forge(48 + 100, "\x33", 1, false);
	forge(48 + 100, "\x32", 1, true);
	end();
}
END_TEST

START_TEST(a_number_of_entries_that_lies_is_refused)
{
	struct fault fault;
	uint64_t checksum;

	fill(3);
	save(START_US);
	for (int64_t lie = -1; lie <= 2; lie += 3) {
		uint64_t count;

		memcpy(&count, file + file_bytes - 16, 8);
		count += (uint64_t)lie;
		memcpy(file + file_bytes - 16, &count, 8);
		checksum = XXH3_64bits(file, file_bytes - 8);
		memcpy(file + file_bytes - 8, &checksum, 8);
		ck_assert_int_eq(
		    load_bytes(bytes_of(file, file_bytes), MARK, START_US, &fault), -1);
	}
	end();
}
END_TEST

UNIT_MAIN("limit_snapshot", every_count_survives, windows_go_on_sliding_while_nobody_counts,
    the_longest_untouched_is_still_the_first_to_go, an_empty_table_is_a_snapshot_too,
    a_file_cut_anywhere_starts_empty, a_changed_byte_anywhere_starts_empty,
    another_secret_or_version_is_named, a_forged_record_is_refused,
    a_forged_set_or_register_is_refused, a_number_of_entries_that_lies_is_refused)
