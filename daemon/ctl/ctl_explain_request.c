/*
 * retortctl explain REQUEST-ID: the record of a request that the daemon remembers, and the
 * cohorts that it matches with their numbers.
 */
#include "ask.h"

#include <stdlib.h>
#include <string.h>

static void print_rows(const struct tree *tree, const char *path, FILE *out)
{
	const struct tree_row *row;
	size_t at = 0;

	while ((row = tree_next(tree, path, &at)))
		fprintf(out, "  %-30s %s\n", row->path + strlen(path) + 1, row->value);
}

static void print_explanation(const struct tree *tree, int status, FILE *out)
{
	char path[48];

	(void)status;
	fprintf(
	    out, "request %s: %s\n", tree_find(tree, "request"), tree_find(tree, "verdict"));
	print_rows(tree, "record", out);
	for (size_t i = 0;; i++) {
		snprintf(path, sizeof(path), "cohorts[%zu]", i);
		if (!tree_count(tree, path))
			return;
		fprintf(out, "it matches a cohort:\n");
		print_rows(tree, path, out);
	}
}

int ctl_explain_request(struct ctl_options *options, const char *request)
{
	char path[64];
	const struct ask ask = { "GET", path, print_explanation };

	snprintf(path, sizeof(path), "/explain/%.40s", request);
	return ask_once(&ask, options);
}
