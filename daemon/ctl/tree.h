#ifndef TREE_H
#define TREE_H

#include "base/bytes.h"
#include "base/fault.h"

/*
 * An answer of the daemon as rows, in its order: "store.state" = "local", "faults[0]" = "…",
 * "metrics.retort_requests_total" = "12". A row a leaf; texts without their quotes.
 */
struct tree_row {
	char *path, *value;
	bool is_text;
};

struct tree {
	size_t count, room;
	struct tree_row *rows;
};

/* -1 with a fault when |json| is not one whole value. The tree is empty then. */
int tree_read(struct tree *tree, struct bytes json, struct fault *fault);
void tree_fini(struct tree *tree);

/* The value at |path|, or "" where there is none. */
const char *tree_find(const struct tree *tree, const char *path);

/* The rows below |path| ("faults", "metrics"), one after the other from |*at| = 0; NULL at the
 * end. */
const struct tree_row *tree_next(const struct tree *tree, const char *path, size_t *at);

/* How many rows stand below |path|. */
size_t tree_count(const struct tree *tree, const char *path);

#endif
