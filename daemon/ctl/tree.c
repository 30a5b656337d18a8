/*
 * JSON from the daemon made flat for printing. It keeps a path while the scanner walks and
 * writes one row a leaf; what the rows mean is the command's business.
 */
#include "tree.h"

#include "base/xalloc.h"
#include "wire/json_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 512

/* Where the walk stands: a level an open array or object. */
struct level {
	size_t path_bytes; /* of the path that leads here */
	size_t next;       /* of an array: the number of its next item */
	bool is_array;
};

struct walk {
	struct tree *tree;
	unsigned depth;
	struct level levels[JSON_SCAN_DEPTH];
	char path[PATH_BYTES];
	char *text; /* under way */
	size_t text_bytes;
};

static void cut_path(struct walk *walk)
{
	size_t bytes = walk->depth ? walk->levels[walk->depth - 1].path_bytes : 0;

	walk->path[bytes] = '\0';
}

static void add_path(struct walk *walk, const char *text, size_t len)
{
	size_t used = strlen(walk->path);

	snprintf(walk->path + used, sizeof(walk->path) - used, "%.*s", (int)len, text);
}

/* An item of an array has a number instead of a name. */
static void name_item(struct walk *walk)
{
	struct level *level = walk->depth ? &walk->levels[walk->depth - 1] : NULL;
	char number[32];

	if (!level || !level->is_array)
		return;
	cut_path(walk);
	snprintf(number, sizeof(number), "[%zu]", level->next++);
	add_path(walk, number, strlen(number));
}

static bool on_name(void *arg, struct bytes name)
{
	struct walk *walk = arg;

	cut_path(walk);
	if (walk->path[0])
		add_path(walk, ".", 1);
	add_path(walk, name.at, name.len);
	return true;
}

static bool on_open(void *arg, bool is_array)
{
	struct walk *walk = arg;

	name_item(walk);
	walk->levels[walk->depth++] = (struct level){ .path_bytes = strlen(walk->path),
		.is_array = is_array };
	return true;
}

static void on_close(void *arg)
{
	struct walk *walk = arg;

	walk->depth--;
}

static void add_row(struct walk *walk, char *value, bool is_text)
{
	struct tree *tree = walk->tree;

	if (tree->count == tree->room) {
		tree->room = tree->room ? tree->room * 2 : 64;
		tree->rows = xalloc_grow(tree->rows, tree->room, sizeof(*tree->rows));
	}
	tree->rows[tree->count++] = (struct tree_row){ xalloc_text(walk->path), value,
		is_text };
}

static void on_text(void *arg, struct bytes piece, bool is_last)
{
	struct walk *walk = arg;

	walk->text = xalloc_grow(walk->text, walk->text_bytes + piece.len + 1, 1);
	if (piece.len)
		memcpy(walk->text + walk->text_bytes, piece.at, piece.len);
	walk->text_bytes += piece.len;
	walk->text[walk->text_bytes] = '\0';
	if (!is_last)
		return;
	name_item(walk);
	add_row(walk, walk->text, true);
	walk->text = NULL;
	walk->text_bytes = 0;
}

static void on_word(void *arg, enum json_word word, struct bytes digits)
{
	struct walk *walk = arg;
	const char *name = word == JSON_WORD_TRUE ? "true" : "false";

	name_item(walk);
	if (word == JSON_WORD_NUMBER)
		add_row(walk, xalloc_format("%.*s", (int)digits.len, digits.at), false);
	else
		add_row(walk, xalloc_text(word == JSON_WORD_NULL ? "null" : name), false);
}

static const struct json_events EVENTS = { on_name, on_open, on_close, on_text, on_word };

int tree_read(struct tree *tree, struct bytes json, struct fault *fault)
{
	struct walk walk = { .tree = tree };
	struct json_scan scan;

	*tree = (struct tree){ 0 };
	json_scan_init(&scan, &EVENTS, &walk);
	if (json_scan_take(&scan, json) != SCAN_BAD && json_scan_end(&scan) == SCAN_DONE)
		return 0;
	free(walk.text);
	tree_fini(tree);
	return fault_say(fault, "the daemon's answer is not JSON");
}

void tree_fini(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->rows[i].path);
		free(tree->rows[i].value);
	}
	free(tree->rows);
	*tree = (struct tree){ 0 };
}

const char *tree_find(const struct tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->count; i++)
		if (strcmp(tree->rows[i].path, path) == 0)
			return tree->rows[i].value;
	return "";
}

const struct tree_row *tree_next(const struct tree *tree, const char *path, size_t *at)
{
	size_t len = strlen(path);

	while (*at < tree->count) {
		const struct tree_row *row = &tree->rows[(*at)++];

		if (strncmp(row->path, path, len) == 0 &&
		    (row->path[len] == '.' || row->path[len] == '['))
			return row;
	}
	return NULL;
}

size_t tree_count(const struct tree *tree, const char *path)
{
	size_t at = 0, count = 0;

	while (tree_next(tree, path, &at))
		count++;
	return count;
}
