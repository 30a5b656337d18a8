/*
 * The effective configuration as YAML. What it writes loads again as the same configuration; of
 * a secret it can only write the place.
 */
#include "config/config.h"

#include "config/value.h"

struct printer {
	FILE *out;
	int depth;
	bool is_item; /* the next key is the first of an item and carries its dash */
};

static void print_name(struct printer *printer, const struct config_key *key)
{
	int indent = 2 * printer->depth - (printer->is_item ? 2 : 0);

	fprintf(printer->out, "%*s%s%.*s:", indent, "", printer->is_item ? "- " : "",
	    (int)key_name(key).len, key_name(key).at);
	printer->is_item = false;
}

static void print_keys(
    struct printer *printer, const struct config_key *parent, const void *base);

static void print_section(
    struct printer *printer, const struct config_key *key, const void *base)
{
	if (key->is_optional && !*(const bool *)key_at(key, base)) {
		fputs(" null\n", printer->out);
		return;
	}
	fputc('\n', printer->out);
	printer->depth++;
	print_keys(printer, key, base);
	printer->depth--;
}

static void print_items(struct printer *printer, const struct config_key *key, const void *base)
{
	const char *items = key_items(key, base);
	size_t count = key_count(key, base);

	fputs(count ? "\n" : " []\n", printer->out);
	printer->depth += 2;
	for (size_t i = 0; i < count; i++) {
		printer->is_item = true;
		print_keys(printer, key, items + i * key->item_bytes);
	}
	printer->depth -= 2;
}

static void print_list(struct printer *printer, const struct config_key *key, const void *base)
{
	const char *items = key_items(key, base);

	fputs(" [", printer->out);
	for (size_t i = 0; i < key_count(key, base); i++) {
		fputs(i ? ", " : "", printer->out);
		value_print(key, items + i * value_bytes(key), printer->out);
	}
	fputs("]\n", printer->out);
}

static void print_key(struct printer *printer, const struct config_key *key, const void *base)
{
	print_name(printer, key);
	if (key->kind == KEY_SECTION) {
		print_section(printer, key, base);
	} else if (key->kind == KEY_ITEMS) {
		print_items(printer, key, base);
	} else if (key->is_list) {
		print_list(printer, key, base);
	} else {
		fputs(key->kind == KEY_CHOICES ? " [" : " ", printer->out);
		value_print(key, key_at(key, base), printer->out);
		fputs(key->kind == KEY_CHOICES ? "]\n" : "\n", printer->out);
	}
}

static void print_keys(
    struct printer *printer, const struct config_key *parent, const void *base)
{
	size_t count;
	const struct config_key *rows = key_rows(&count);

	for (size_t i = 0; i < count; i++)
		if (key_is_child(parent, &rows[i]))
			print_key(printer, &rows[i], base);
}

void config_print(const struct config *config, FILE *out)
{
	struct printer printer = { .out = out };

	print_keys(&printer, NULL, config);
}
