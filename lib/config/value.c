/*
 * The kinds of values, but for reading and writing: their sizes, their words, when two are
 * equal and when one lies outside its range.
 */
#include "config/value.h"

#include "config/quantity.h"

#include <assert.h>

static bool texts_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool equal_bool(const void *a, const void *b)
{
	return *(const bool *)a == *(const bool *)b;
}

static bool equal_number(const void *a, const void *b)
{
	return *(const int64_t *)a == *(const int64_t *)b;
}

static bool equal_float(const void *a, const void *b)
{
	return *(const double *)a == *(const double *)b;
}

static bool equal_text(const void *a, const void *b)
{
	return texts_equal(*(const char *const *)a, *(const char *const *)b);
}

static bool equal_secret(const void *a, const void *b)
{
	const struct config_secret *left = a, *right = b;

	return texts_equal(left->file, right->file) && texts_equal(left->env, right->env);
}

static bool equal_address(const void *a, const void *b)
{
	const struct config_address *left = a, *right = b;

	return texts_equal(left->text, right->text);
}

static bool equal_url(const void *a, const void *b)
{
	const struct config_url *left = a, *right = b;

	return texts_equal(left->text, right->text);
}

static bool equal_choice(const void *a, const void *b)
{
	return *(const int *)a == *(const int *)b;
}

static bool equal_choices(const void *a, const void *b)
{
	return *(const uint32_t *)a == *(const uint32_t *)b;
}

static const struct {
	const char *word;
	size_t bytes;
	bool (*is_equal)(const void *a, const void *b);
} kinds[KEY_KIND_COUNT] = {
	[KEY_SECTION] = { "section", 0, NULL },
	[KEY_ITEMS] = { "list", 0, NULL },
	[KEY_BOOL] = { "bool", sizeof(bool), equal_bool },
	[KEY_NUMBER] = { "number", sizeof(int64_t), equal_number },
	[KEY_FLOAT] = { "number", sizeof(double), equal_float },
	[KEY_DURATION] = { "duration", sizeof(int64_t), equal_number },
	[KEY_SIZE] = { "size", sizeof(int64_t), equal_number },
	[KEY_TEXT] = { "text", sizeof(char *), equal_text },
	[KEY_PATH] = { "path", sizeof(char *), equal_text },
	[KEY_SECRET] = { "secret", sizeof(struct config_secret), equal_secret },
	[KEY_ADDRESS] = { "address", sizeof(struct config_address), equal_address },
	[KEY_URL] = { "URL", sizeof(struct config_url), equal_url },
	[KEY_CHOICE] = { "choice", sizeof(int), equal_choice },
	[KEY_CHOICES] = { "choices", sizeof(uint32_t), equal_choices },
};

bool value_is_equal(const struct config_key *key, const void *a, const void *b)
{
	assert(kinds[key->kind].is_equal);
	return kinds[key->kind].is_equal(a, b);
}

size_t value_bytes(const struct config_key *key)
{
	return key->kind == KEY_ITEMS ? key->item_bytes : kinds[key->kind].bytes;
}

const char *value_kind_word(enum key_kind kind)
{
	return kinds[kind].word;
}

/* The ends of "1s..30d" as texts. */
static void split_range(const char *range, struct bytes *low, struct bytes *high)
{
	const char *cut = strstr(range, "..");

	assert(cut);
	*low = bytes_of(range, (size_t)(cut - range));
	*high = bytes_of_text(cut + 2);
}

static bool is_number_outside(const struct config_key *key, int64_t value)
{
	struct bytes low, high;
	int64_t least = 0, most = 0;
	const char *(*read)(struct bytes, int64_t *) = key->kind == KEY_DURATION
							   ? quantity_read_duration
						       : key->kind == KEY_SIZE
							   ? quantity_read_size
							   : quantity_read_number;

	split_range(key->range, &low, &high);
	if (read(low, &least) || read(high, &most))
		assert(!"a range that reads");
	return value < least || value > most;
}

static bool is_float_outside(const struct config_key *key, double value)
{
	struct bytes low, high;
	double least = 0, most = 0;

	split_range(key->range, &low, &high);
	if (quantity_read_float(low, &least) || quantity_read_float(high, &most))
		assert(!"a range that reads");
	return value < least || value > most;
}

bool value_is_outside(const struct config_key *key, const void *at)
{
	if (!key->range || key->is_list)
		return false;
	if (key->kind == KEY_FLOAT)
		return is_float_outside(key, *(const double *)at);
	if (key->kind == KEY_NUMBER || key->kind == KEY_DURATION || key->kind == KEY_SIZE)
		return is_number_outside(key, *(const int64_t *)at);
	return false;
}

bool value_count_is_outside(const struct config_key *key, size_t count)
{
	struct config_key length = { .kind = KEY_NUMBER, .range = key->range };

	return key->range && is_number_outside(&length, (int64_t)count);
}

bool value_is_required(const struct config_key *key)
{
	if (key->kind == KEY_ITEMS)
		return value_count_is_outside(key, 0);
	return key->kind != KEY_SECTION && !key->value;
}
