/*
 * The commented reference file, from the key table alone: every key with its help, its bounds
 * and its default. What is absent by default stands there as a comment.
 */
#include "config/config.h"

#include "base/text.h"
#include "config/value.h"

#define COLUMNS 96

struct sheet {
	FILE *out;
	int indent;     /* of keys, in columns */
	bool is_item;   /* the next key carries the dash of its item */
	int comment_at; /* from this column on everything is a comment; -1 = it is not */
};

static void begin_line(const struct sheet *sheet, int indent)
{
	if (sheet->comment_at < 0)
		fprintf(sheet->out, "%*s", indent, "");
	else
		fprintf(sheet->out, "%*s# %*s", sheet->comment_at, "",
		    indent - sheet->comment_at, "");
}

/* Folds |words| into comment lines. */
static void print_comment(const struct sheet *sheet, struct bytes words)
{
	size_t width = (size_t)(COLUMNS - sheet->indent - (sheet->comment_at < 0 ? 2 : 4));

	while (words.len) {
		struct bytes line = words;

		if (line.len > width) {
			line.len = width;
			while (line.len && line.at[line.len] != ' ')
				line.len--;
		}
		begin_line(sheet, sheet->indent);
		fprintf(sheet->out, "# %.*s\n", (int)line.len, line.at);
		words = bytes_trim(bytes_of(words.at + line.len, words.len - line.len));
	}
}

static void add_choices(const struct config_key *key, struct text *words)
{
	text_add(words, key->kind == KEY_CHOICES ? BYTES(" Any of ") : BYTES(" One of "));
	for (int i = 0; i < key->choice->count; i++)
		text_add_format(words, "%s%s", i ? ", " : "", choice_word(key->choice, i));
	text_add_char(words, '.');
}

static void add_absent(const struct config_key *key, struct text *words)
{
	struct bytes rest = bytes_of_text(key->absent);

	while (rest.len) {
		struct bytes word = bytes_split(&rest, ' ');

		text_add_format(words, " Not in this version: %.*s.", (int)word.len, word.at);
	}
}

static void print_help(const struct sheet *sheet, const struct config_key *key)
{
	char at[600];
	struct text words = text_in(at, sizeof(at));
	bool is_single = !key->is_list && key->kind != KEY_ITEMS && key->kind != KEY_CHOICES;

	text_add(&words, bytes_of_text(key->help));
	if (!bytes_end_with(text_bytes(&words), BYTES(".")))
		text_add_char(&words, '.');
	if (key->choice)
		add_choices(key, &words);
	add_absent(key, &words);
	if (value_is_required(key))
		text_add(&words, BYTES(" Required."));
	if (is_single && key->range)
		text_add_format(&words, " %s%s%s.", key->range, key->none ? ", or " : "",
		    key->none ? key->none : "");
	if (!key->is_reloadable && (key->kind != KEY_SECTION || key->is_optional))
		text_add(&words, BYTES(" Restart."));
	print_comment(sheet, text_bytes(&words));
}

static void print_line(struct sheet *sheet, const struct config_key *key, const char *value)
{
	begin_line(sheet, sheet->indent - (sheet->is_item ? 2 : 0));
	fprintf(sheet->out, "%s%.*s:%s%s\n", sheet->is_item ? "- " : "", (int)key_name(key).len,
	    key_name(key).at, value[0] ? " " : "", value);
	sheet->is_item = false;
}

static void print_keys(struct sheet *sheet, const struct config_key *parent);

/* A list or a section, with the keys of one item or its own. */
static void print_children(struct sheet *sheet, const struct config_key *key)
{
	bool is_absent = key->kind == KEY_ITEMS ? !value_is_required(key)
						: key->is_optional && !key->example;
	int comment_at = sheet->comment_at, step = key->kind == KEY_ITEMS ? 4 : 2;

	if (is_absent) {
		print_line(sheet, key, key->kind == KEY_ITEMS ? "[]" : "null");
		if (comment_at < 0)
			sheet->comment_at = sheet->indent;
	}
	print_line(sheet, key, "");
	sheet->is_item = key->kind == KEY_ITEMS;
	sheet->indent += step;
	print_keys(sheet, key);
	sheet->indent -= step;
	sheet->comment_at = comment_at;
}

static void print_key(struct sheet *sheet, const struct config_key *key)
{
	print_help(sheet, key);
	if (key->kind == KEY_SECTION || key->kind == KEY_ITEMS)
		print_children(sheet, key);
	else
		print_line(sheet, key, key->example ? key->example : key->value);
}

static void print_keys(struct sheet *sheet, const struct config_key *parent)
{
	size_t count;
	const struct config_key *rows = key_rows(&count);

	for (size_t i = 0; i < count; i++) {
		if (!key_is_child(parent, &rows[i]))
			continue;
		if (!parent)
			fputc('\n', sheet->out);
		print_key(sheet, &rows[i]);
	}
}

void config_reference(FILE *out)
{
	struct sheet sheet = { .out = out, .comment_at = -1 };

	fputs(
	    "# Every key of Retort with its default; where there is none, an example. This "
	    "file "
	    "is made from\n"
	    "# the key table (lib/config/key.c). \"Restart\" marks what a reload cannot "
	    "change. "
	    "Durations: 5ms\n"
	    "# 10s 2h 7d. Sizes: 64KiB 4MiB. Secrets: file:PATH or env:NAME, never the secret "
	    "itself. Paths\n"
	    "# are relative to the folder of this file. Try one with retortd -t -c FILE.\n",
	    out);
	print_keys(&sheet, NULL);
}
