/*
 * retortctl mode, allow and deny: an operator's hand on a running daemon. Nothing here checks
 * what the daemon checks; its own words are printed.
 */
#include "ask.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void print_mode(const struct tree *tree, int status, FILE *out)
{
	(void)status;
	fprintf(out, "%s: mode %s, was %s, until the next reload\n", tree_find(tree, "rule"),
	    tree_find(tree, "mode"), tree_find(tree, "was"));
}

static const char *shown; /* the list that the answer is printed of */

static void print_list(const struct tree *tree, int status, FILE *out)
{
	(void)status;
	for (size_t i = 0;; i++) {
		char path[48];
		const char *list;

		snprintf(path, sizeof(path), "lists[%zu].list", i);
		list = tree_find(tree, path);
		if (!*list)
			return;
		if (strcmp(list, shown) != 0)
			continue;
		snprintf(path, sizeof(path), "lists[%zu].kind", i);
		fprintf(out, "%-8s ", tree_find(tree, path));
		snprintf(path, sizeof(path), "lists[%zu].hash", i);
		fprintf(out, "%s\n", tree_find(tree, path));
	}
}

/* As a query carries it (RFC 3986 §2.1): everything but letters and digits is escaped. */
static void add_field(struct text *text, const char *name, const char *value)
{
	text_add_format(text, "%s=", name);
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;
		bool is_plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');

		if (is_plain)
			text_add_char(text, (char)c);
		else
			text_add_format(text, "%%%02X", c);
	}
	text_add_char(text, '&');
}

static int post(const struct ctl_options *options, struct text *path,
    void (*print)(const struct tree *tree, int status, FILE *out))
{
	const struct ask ask = { "POST", path->at, print };

	if (path->is_cut || path->len == path->room) {
		fputs("retortctl: that is too long\n", stderr);
		return CTL_USAGE;
	}
	path->at[path->len] = '\0';
	return ask_once(&ask, options);
}

int ctl_mode(struct ctl_options *options, int argc, char **argv)
{
	char room[1024];
	struct text path = text_in(room, sizeof(room));

	if (!ctl_read_options(options, argc, argv, 2))
		return CTL_USAGE;
	text_add(&path, BYTES("/mode?"));
	add_field(&path, "rule", argv[argc - 2]);
	add_field(&path, "mode", argv[argc - 1]);
	return post(options, &path, print_mode);
}

static bool is_hash(const char *text)
{
	return strlen(text) == 16 && strspn(text, "0123456789abcdefABCDEF") == 16;
}

static const char *field_of(const char *kind, const char *value)
{
	if (is_hash(value))
		return "hash";
	return strcmp(kind, "prefix") == 0 ? "address" : "name";
}

int ctl_lists(struct ctl_options *options, int argc, char **argv)
{
	static const struct ask LIST = { "GET", "/lists", print_list };
	bool is_list = argc > 1 && strcmp(argv[1], "list") == 0;
	char room[1024];
	struct text path = text_in(room, sizeof(room));

	shown = argv[0];
	if (!ctl_read_options(options, argc, argv, is_list ? 1 : 3))
		return CTL_USAGE;
	if (is_list)
		return ask_once(&LIST, options);
	text_add(&path, BYTES("/lists?"));
	add_field(&path, "list", shown);
	add_field(&path, "act", argv[argc - 3]);
	add_field(&path, "kind", argv[argc - 2]);
	add_field(&path, field_of(argv[argc - 2], argv[argc - 1]), argv[argc - 1]);
	return post(options, &path, print_list);
}
