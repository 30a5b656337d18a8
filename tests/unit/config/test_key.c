/* The key table agrees with itself. */
#include "config/key.h"

#include "config/value.h"
#include "unit.h"

static const struct config_key *rows;
static size_t count;

static const struct config_key *row_of(const char *path, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(bytes_of(path, len), bytes_of_text(rows[i].path)))
			return &rows[i];
	return NULL;
}

START_TEST(every_path_is_there_once_and_below_a_section_or_a_list)
{
	rows = key_rows(&count);
	for (size_t i = 0; i < count; i++) {
		const char *path = rows[i].path, *dot = strrchr(path, '.');

		ck_assert_ptr_eq(row_of(path, strlen(path)), &rows[i]);
		if (dot) {
			const struct config_key *parent = row_of(path, (size_t)(dot - path));

			ck_assert_msg(parent && parent < &rows[i], "%s has no parent", path);
			ck_assert(parent->kind == KEY_SECTION || parent->kind == KEY_ITEMS);
			ck_assert_ptr_eq(key_find(parent, key_name(&rows[i])), &rows[i]);
		} else {
			ck_assert_ptr_eq(key_find(NULL, key_name(&rows[i])), &rows[i]);
		}
		ck_assert_int_eq(
		    strcmp(path + strlen(path) - 2, "[]") == 0, rows[i].kind == KEY_ITEMS);
	}
}
END_TEST

START_TEST(every_row_says_what_it_is)
{
	rows = key_rows(&count);
	for (size_t i = 0; i < count; i++) {
		const struct config_key *key = &rows[i];
		bool is_choice = key->kind == KEY_CHOICE || key->kind == KEY_CHOICES;
		bool is_value = key->kind != KEY_SECTION && key->kind != KEY_ITEMS;

		ck_assert_msg(key->help && strlen(key->help) > 3, "%s", key->path);
		ck_assert_msg(is_choice == (key->choice != NULL), "%s", key->path);
		ck_assert_msg(!is_value || key->value || key->example, "%s", key->path);
		ck_assert_msg(
		    (key->kind == KEY_ITEMS) == (key->item_bytes > 0), "%s", key->path);
		ck_assert_msg(
		    !key->is_list || key->count_offset > key->offset, "%s", key->path);
	}
}
END_TEST

/* A second row on the same bytes would be a row that was copied and not finished. */
START_TEST(no_two_keys_of_a_struct_share_their_bytes)
{
	rows = key_rows(&count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++) {
			const char *a = strrchr(rows[i].path, ']'),
				   *b = strrchr(rows[j].path, ']');
			size_t a_len = a ? (size_t)(a - rows[i].path) : 0;
			size_t b_len = b ? (size_t)(b - rows[j].path) : 0;

			if (rows[i].kind == KEY_SECTION || rows[i].kind == KEY_ITEMS ||
			    rows[j].kind == KEY_SECTION || rows[j].kind == KEY_ITEMS)
				continue;
			if (!bytes_equal(
				bytes_of(rows[i].path, a_len), bytes_of(rows[j].path, b_len)))
				continue;
			ck_assert_msg(rows[i].offset != rows[j].offset, "%s and %s",
			    rows[i].path, rows[j].path);
		}
}
END_TEST

START_TEST(ranges_read_and_hold_their_defaults)
{
	rows = key_rows(&count);
	for (size_t i = 0; i < count; i++) {
		const char *text = rows[i].value ? rows[i].value : rows[i].example;
		struct value_text value = { bytes_of_text(text),
			text && !strcmp(text, "null") };
		struct arena arena;
		struct value_room room = { &arena, BYTES("") };
		struct fault fault;
		union {
			double number;
			char bytes[128];
		} at = { 0 };

		if (rows[i].is_list || rows[i].kind == KEY_SECTION ||
		    rows[i].kind == KEY_ITEMS || rows[i].kind == KEY_CHOICES)
			continue;
		arena_init(&arena, 1 << 16);
		ck_assert_msg(value_read(&rows[i], value, &room, &at, &fault) == 0, "%s: %s",
		    rows[i].path, fault.text);
		arena_fini(&arena);
	}
}
END_TEST

UNIT_MAIN("key", every_path_is_there_once_and_below_a_section_or_a_list,
    every_row_says_what_it_is, no_two_keys_of_a_struct_share_their_bytes,
    ranges_read_and_hold_their_defaults)
