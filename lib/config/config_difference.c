/*
 * What a reload would change, key by key. It must name every difference: what is not named is
 * taken to be the same.
 */
#include "config/config.h"

#include "config/value.h"

struct comparing {
	struct config_changes *changes;
	struct text where;
};

static void note_change(struct comparing *comparing, const struct config_key *key)
{
	struct config_changes *changes = comparing->changes;
	struct config_change *change = &changes->list[changes->count];

	if (changes->count < CONFIG_CHANGES) {
		snprintf(change->key, sizeof(change->key), "%.*s", (int)comparing->where.len,
		    comparing->where.at);
		change->needs_restart = !key->is_reloadable;
	}
	changes->count++;
	changes->restart_count += !key->is_reloadable;
}

static void compare_keys(struct comparing *comparing, const struct config_key *parent,
    const void *old, const void *new);

static void compare_section(
    struct comparing *comparing, const struct config_key *key, const void *old, const void *new)
{
	bool was_there = !key->is_optional || *(const bool *)key_at(key, old);
	bool is_there = !key->is_optional || *(const bool *)key_at(key, new);

	if (was_there != is_there)
		note_change(comparing, key);
	else if (is_there)
		compare_keys(comparing, key, old, new);
}

/* Items are compared by their number: one put in the middle changes all behind it. */
static void compare_items(
    struct comparing *comparing, const struct config_key *key, const void *old, const void *new)
{
	const char *old_items = key_items(key, old), *new_items = key_items(key, new);
	size_t old_count = key_count(key, old), new_count = key_count(key, new);
	size_t where = comparing->where.len;

	if (old_count != new_count)
		note_change(comparing, key);
	for (size_t i = 0; i < old_count && i < new_count; i++) {
		text_add_format(&comparing->where, "[%zu]", i);
		compare_keys(comparing, key, old_items + i * key->item_bytes,
		    new_items + i * key->item_bytes);
		comparing->where.len = where;
	}
}

static bool is_same_list(const struct config_key *key, const void *old, const void *new)
{
	const char *old_items = key_items(key, old), *new_items = key_items(key, new);
	size_t each = value_bytes(key);

	if (key_count(key, old) != key_count(key, new))
		return false;
	for (size_t i = 0; i < key_count(key, old); i++)
		if (!value_is_equal(key, old_items + i * each, new_items + i * each))
			return false;
	return true;
}

static void compare_key(
    struct comparing *comparing, const struct config_key *key, const void *old, const void *new)
{
	bool is_same = true;

	if (key->kind == KEY_SECTION)
		compare_section(comparing, key, old, new);
	else if (key->kind == KEY_ITEMS)
		compare_items(comparing, key, old, new);
	else if (key->is_list)
		is_same = is_same_list(key, old, new);
	else
		is_same = value_is_equal(key, key_at(key, old), key_at(key, new));
	if (!is_same)
		note_change(comparing, key);
}

static void compare_keys(struct comparing *comparing, const struct config_key *parent,
    const void *old, const void *new)
{
	size_t count, where = comparing->where.len;
	const struct config_key *rows = key_rows(&count);

	for (size_t i = 0; i < count; i++) {
		if (!key_is_child(parent, &rows[i]))
			continue;
		text_add_format(&comparing->where, "%s%.*s", where ? "." : "",
		    (int)key_name(&rows[i]).len, key_name(&rows[i]).at);
		compare_key(comparing, &rows[i], old, new);
		comparing->where.len = where;
	}
}

void config_difference(
    const struct config *old, const struct config *new, struct config_changes *changes)
{
	char where[sizeof(changes->list[0].key)];
	struct comparing comparing = { changes, text_in(where, sizeof(where)) };

	changes->count = changes->restart_count = 0;
	compare_keys(&comparing, NULL, old, new);
}
