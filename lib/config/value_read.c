/*
 * Reading one value, a reader a kind. It must never put a secret, or what may hold one, into a
 * fault.
 */
#include "config/value.h"

#include "base/text.h"
#include "config/endpoint.h"
#include "config/form.h"
#include "config/nearest.h"
#include "config/quantity.h"

#include <assert.h>

_Static_assert(sizeof(enum config_mode) == sizeof(int), "choices are stored as int");

/* What one reader needs; it returns NULL, or in words what it wanted. */
struct reading {
	const struct config_key *key;
	struct bytes text;
	const struct value_room *room;
	struct fault *fault; /* a reader may say all of it itself, and return "" */
};

static const char *read_bool(const struct reading *reading, void *at)
{
	bool is_true = bytes_equal(reading->text, BYTES("true"));

	if (!is_true && !bytes_equal(reading->text, BYTES("false")))
		return "true or false";
	*(bool *)at = is_true;
	return NULL;
}

static const char *read_number(const struct reading *reading, void *at)
{
	return quantity_read_number(reading->text, at);
}

static const char *read_float(const struct reading *reading, void *at)
{
	return quantity_read_float(reading->text, at);
}

static const char *read_duration(const struct reading *reading, void *at)
{
	return quantity_read_duration(reading->text, at);
}

static const char *read_size(const struct reading *reading, void *at)
{
	return quantity_read_size(reading->text, at);
}

static const char *copy_text(
    const struct reading *reading, struct bytes head, struct bytes tail)
{
	char *at = arena_take(reading->room->arena, head.len + tail.len + 2);
	size_t len = head.len;

	assert(at);
	if (head.len) {
		memcpy(at, head.at, head.len);
		if (at[len - 1] != '/')
			at[len++] = '/';
	}
	memcpy(at + len, tail.at, tail.len);
	at[len + tail.len] = '\0';
	return at;
}

static const char *read_text(const struct reading *reading, void *at)
{
	if (reading->text.len == 0)
		return "a text that is not empty";
	*(const char **)at = copy_text(reading, (struct bytes){ 0 }, reading->text);
	return NULL;
}

static const char *read_path(const struct reading *reading, void *at)
{
	bool is_absolute = bytes_start_with(reading->text, BYTES("/"));

	if (reading->text.len == 0)
		return "the path of a file";
	*(const char **)at = copy_text(
	    reading, is_absolute ? bytes_of(NULL, 0) : reading->room->folder, reading->text);
	return NULL;
}

static bool is_variable(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i], low = (char)(c | 0x20);

		if (!((low >= 'a' && low <= 'z') || c == '_' ||
			(i > 0 && c >= '0' && c <= '9')))
			return false;
	}
	return name.len > 0;
}

static const char *read_secret(const struct reading *reading, void *at)
{
	struct config_secret *secret = at;
	struct reading tail = *reading;

	*secret = (struct config_secret){ 0 };
	if (bytes_start_with(tail.text, BYTES("file:"))) {
		tail.text = bytes_of(tail.text.at + 5, tail.text.len - 5);
		return read_path(&tail, &secret->file);
	}
	if (bytes_start_with(tail.text, BYTES("env:"))) {
		tail.text = bytes_of(tail.text.at + 4, tail.text.len - 4);
		if (is_variable(tail.text))
			return read_text(&tail, &secret->env);
	}
	return "file:PATH or env:NAME; a secret never stands in this file itself";
}

static const char *read_address(const struct reading *reading, void *at)
{
	return endpoint_read_address(reading->text, reading->room->arena, at);
}

static const char *read_url(const struct reading *reading, void *at)
{
	return endpoint_read_url(reading->text, reading->room->arena, at);
}

static void list_choices(const struct choice *choice, struct text *out)
{
	for (int i = 0; i < choice->count; i++) {
		text_add(out, i == 0                   ? BYTES("")
			      : i + 1 == choice->count ? BYTES(" or ")
						       : BYTES(", "));
		text_add(out, bytes_of_text(choice_word(choice, i)));
	}
}

static const char *say_choices(const struct reading *reading)
{
	struct nearest nearest = nearest_to(reading->text);
	char at[200];
	struct text words = text_in(at, sizeof(at));

	for (int i = 0; i < reading->key->choice->count; i++)
		nearest_offer(&nearest, bytes_of_text(choice_word(reading->key->choice, i)));
	list_choices(reading->key->choice, &words);
	fault_say(reading->fault, "expected %.*s%s%.*s%s", (int)words.len, words.at,
	    nearest.best.at ? "; did you mean \"" : "", (int)nearest.best.len,
	    nearest.best.at ? nearest.best.at : "", nearest.best.at ? "\"?" : "");
	return "";
}

static const char *read_choice(const struct reading *reading, void *at)
{
	int value = choice_value(reading->key->choice, reading->text);

	if (value < 0)
		return say_choices(reading);
	*(int *)at = value;
	return NULL;
}

/* One element sets its bit; the binder has cleared the others. */
static const char *read_choices(const struct reading *reading, void *at)
{
	int value = choice_value(reading->key->choice, reading->text);

	if (value < 0)
		return say_choices(reading);
	if (*(uint32_t *)at & UINT32_C(1) << value)
		return "each word once";
	*(uint32_t *)at |= UINT32_C(1) << value;
	return NULL;
}

typedef const char *value_reader_fn(const struct reading *reading, void *at);

static value_reader_fn *const readers[KEY_KIND_COUNT] = {
	[KEY_BOOL] = read_bool,
	[KEY_NUMBER] = read_number,
	[KEY_FLOAT] = read_float,
	[KEY_DURATION] = read_duration,
	[KEY_SIZE] = read_size,
	[KEY_TEXT] = read_text,
	[KEY_PATH] = read_path,
	[KEY_SECRET] = read_secret,
	[KEY_ADDRESS] = read_address,
	[KEY_URL] = read_url,
	[KEY_CHOICE] = read_choice,
	[KEY_CHOICES] = read_choices,
};

/* What was written may be repeated only where it cannot be a secret put in the wrong place. */
static bool may_repeat(const struct reading *reading)
{
	enum key_kind kind = reading->key->kind;

	return reading->text.len > 0 && reading->text.len <= 40 &&
	       (kind == KEY_BOOL || kind == KEY_NUMBER || kind == KEY_FLOAT ||
		   kind == KEY_DURATION || kind == KEY_SIZE || kind == KEY_CHOICES ||
		   reading->key->form == form_name);
}

static int say_expected(const struct reading *reading, const char *expected)
{
	if (expected[0] == '\0')
		return -1;
	if (may_repeat(reading))
		return fault_say(reading->fault, "expected %s, not \"%.*s\"", expected,
		    (int)reading->text.len, reading->text.at);
	return fault_say(reading->fault, "expected %s", expected);
}

/* Control characters, line ends of Unicode and byte order marks: nothing that we name has any,
 * and written plainly YAML would not read them back. */
static bool has_control(struct bytes text)
{
	static const char *const refused[] = { "\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF",
		"\xEF\xBF\xBE", "\xEF\xBF\xBF" };

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];
		struct bytes rest = bytes_of(text.at + i, text.len - i);

		if (c < ' ' || c == 0x7F)
			return true;
		if (c == 0xC2 && rest.len > 1 && (unsigned char)rest.at[1] < 0xA0)
			return true;
		for (size_t j = 0; j < sizeof(refused) / sizeof(*refused); j++)
			if (bytes_start_with(rest, bytes_of_text(refused[j])))
				return true;
	}
	return false;
}

/* Whether |text| is the word for "none" of this key, or YAML's null in its place. */
static bool is_none(const struct config_key *key, struct value_text text)
{
	if (!key->none)
		return false;
	return text.is_null || (strcmp(key->none, "null") != 0 &&
				   bytes_equal(text.text, bytes_of_text(key->none)));
}

static int check_range(const struct reading *reading, const void *at)
{
	const struct config_key *key = reading->key;

	if (!value_is_outside(key, at))
		return 0;
	return fault_say(reading->fault, "must be within %s%s%s, not %.*s", key->range,
	    key->none ? ", or " : "", key->none ? key->none : "", (int)reading->text.len,
	    reading->text.at);
}

int value_read(const struct config_key *key, struct value_text text,
    const struct value_room *room, void *at, struct fault *fault)
{
	/* cppcheck-suppress ctuuninitvar ; it is written, where reading fails */
	struct reading reading = { key, text.text, room, fault };
	const char *expected;

	assert(readers[key->kind]);
	if (is_none(key, text)) {
		memset(at, 0, value_bytes(key));
		return 0;
	}
	if (text.is_null)
		return fault_say(fault, "has no value");
	if (text.text.len > VALUE_MOST_BYTES)
		return fault_say(fault, "is longer than %d bytes", VALUE_MOST_BYTES);
	if (has_control(text.text))
		return fault_say(fault, "holds a control character");
	expected = key->form ? key->form(text.text) : NULL;
	if (!expected)
		expected = readers[key->kind](&reading, at);
	if (expected)
		return say_expected(&reading, expected);
	return check_range(&reading, at);
}
