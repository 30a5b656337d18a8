/*
 * Defaults, read from the key table by the same readers as the file. A default that does not
 * read is our own mistake.
 */
#include "config/defaults.h"

#include <assert.h>

/* The next word of "[a, \"b\"]", or an empty one at the end. */
static struct bytes next_word(struct bytes *rest)
{
	struct bytes word = bytes_trim(bytes_split(rest, ','));

	if (bytes_start_with(word, BYTES("\"")))
		word = bytes_of(word.at + 1, word.len - 2);
	return word;
}

static size_t count_words(struct bytes rest)
{
	size_t count = 0;

	while (next_word(&rest).len)
		count++;
	return count;
}

static void fill_list(const struct config_key *key, void *base, const struct value_room *room)
{
	struct bytes rest = bytes_of(key->value + 1, strlen(key->value) - 2);
	size_t count = count_words(rest), each = value_bytes(key);
	char *items = key->is_list ? arena_take(room->arena, (count + 1) * each)
				   : key_at(key, base);
	struct fault fault;

	assert(items);
	memset(items, 0, key->is_list ? count * each : each);
	for (size_t i = 0; i < count; i++) {
		struct value_text text = { .text = next_word(&rest) };
		char *at = key->is_list ? items + i * each : items;
		int result = value_read(key, text, room, at, &fault);

		assert(result == 0);
	}
	if (key->is_list)
		key_set_items(key, base, items, count);
}

static void fill_key(const struct config_key *key, void *base, const struct value_room *room)
{
	struct value_text text = { .text = bytes_of_text(key->value) };
	struct fault fault;
	int result = 0;

	text.is_null = key->value && strcmp(key->value, "null") == 0;
	if (key->kind == KEY_SECTION)
		defaults_fill(key, base, room);
	else if (key->kind == KEY_ITEMS || !key->value)
		return;
	else if (key->is_list || key->kind == KEY_CHOICES)
		fill_list(key, base, room);
	else
		result = value_read(key, text, room, key_at(key, base), &fault);
	assert(result == 0);
}

void defaults_fill(const struct config_key *parent, void *base, const struct value_room *room)
{
	size_t count;
	const struct config_key *rows = key_rows(&count);

	for (size_t i = 0; i < count; i++)
		if (key_is_child(parent, &rows[i]))
			fill_key(&rows[i], base, room);
}
