/*
 * Writing one value as YAML, so that it reads as the same. Of a secret it writes the place,
 * which is all that it was ever given.
 */
#include "config/value.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "config/quantity.h"

#include <inttypes.h>
#include <stdlib.h>

/* Words that YAML 1.1 or we take for something else than a text. */
static bool is_special(struct bytes text)
{
	static const char *const words[] = { "null", "true", "false", "yes", "no", "on", "off",
		"y", "n" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_equal_nocase(text, bytes_of_text(words[i])))
			return true;
	return false;
}

/* Whether it may stand without quotes, in a flow list too. */
static bool is_plain(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i], low = (char)(c | 0x20);
		bool is_start = (low >= 'a' && low <= 'z') || c == '/' || c == '_';

		if (!is_start && (i == 0 || !((c >= '0' && c <= '9') || strchr("-. ", c))))
			return false;
	}
	return text.len > 0 && text.at[text.len - 1] != ' ' && !is_special(text);
}

static void print_quoted(struct bytes bytes, FILE *out)
{
	size_t room = 6 * bytes.len + 2;
	char *at = xalloc(room);
	struct text quoted = text_in(at, room);

	text_add_json(&quoted, bytes); /* a JSON string is a double-quoted YAML scalar */
	fwrite(quoted.at, 1, quoted.len, out);
	free(at);
}

static void print_text(const char *text, FILE *out)
{
	if (is_plain(bytes_of_text(text)))
		fputs(text, out);
	else
		print_quoted(bytes_of_text(text), out);
}

static void print_secret(
    const struct config_secret *secret, const struct config_key *key, FILE *out)
{
	char *place = secret->file  ? xalloc_format("file:%s", secret->file)
		      : secret->env ? xalloc_format("env:%s", secret->env)
				    : xalloc_text(key->none);

	if (secret->file || secret->env)
		print_quoted(bytes_of_text(place), out);
	else
		fputs(place, out);
	free(place);
}

static void print_choices(const struct config_key *key, uint32_t bits, FILE *out)
{
	const char *separator = "";

	for (int i = 0; i < key->choice->count; i++) {
		if (!(bits & UINT32_C(1) << i))
			continue;
		fprintf(out, "%s%s", separator, choice_word(key->choice, i));
		separator = ", ";
	}
}

static const char *text_of(const struct config_key *key, const void *at)
{
	switch (key->kind) {
	case KEY_ADDRESS:
		return ((const struct config_address *)at)->text;
	case KEY_URL:
		return ((const struct config_url *)at)->text;
	default:
		return *(const char *const *)at;
	}
}

static void print_number(const struct config_key *key, int64_t value, FILE *out)
{
	if (value == 0 && key->none)
		fputs(key->none, out);
	else if (key->kind == KEY_DURATION)
		quantity_print_duration(value, out);
	else if (key->kind == KEY_SIZE)
		quantity_print_size(value, out);
	else
		fprintf(out, "%" PRId64, value);
}

void value_print(const struct config_key *key, const void *at, FILE *out)
{
	const char *text;

	switch (key->kind) {
	case KEY_BOOL:
		fputs(*(const bool *)at ? "true" : "false", out);
		break;
	case KEY_NUMBER:
	case KEY_DURATION:
	case KEY_SIZE:
		print_number(key, *(const int64_t *)at, out);
		break;
	case KEY_FLOAT:
		quantity_print_float(*(const double *)at, out);
		break;
	case KEY_SECRET:
		print_secret(at, key, out);
		break;
	case KEY_CHOICE:
		fputs(choice_word(key->choice, *(const int *)at), out);
		break;
	case KEY_CHOICES:
		print_choices(key, *(const uint32_t *)at, out);
		break;
	default:
		text = text_of(key, at);
		if (text)
			print_text(text, out);
		else
			fputs(key->none, out);
	}
}
