/*
 * retortctl status: the daemon's state and everything that it counted, without the zeros.
 */
#include "ask.h"

#include <string.h>

static void print_line(const char *name, const char *value, FILE *out)
{
	fprintf(out, "%-12s %s\n", name, value);
}

static void print_list(const struct tree *tree, const char *path, const char *name, FILE *out)
{
	const struct tree_row *row;
	size_t at = 0;

	while ((row = tree_next(tree, path, &at)))
		print_line(name, row->value, out);
}

static void print_upstreams(const struct tree *tree, FILE *out)
{
	const struct tree_row *row;
	size_t at = 0;

	while ((row = tree_next(tree, "upstreams", &at))) {
		const char *name = row->path + strlen("upstreams.");

		fprintf(out, "%-12s %s (%.*s)\n", "upstream", row->value,
		    (int)strcspn(name, "["), name);
	}
}

static void print_metrics(const struct tree *tree, FILE *out)
{
	const struct tree_row *row;
	size_t at = 0;

	putc('\n', out);
	while ((row = tree_next(tree, "metrics", &at)))
		if (strcmp(row->value, "0") != 0 && strcmp(row->value, "0.000000") != 0)
			fprintf(
			    out, "%-48s %16s\n", row->path + strlen("metrics."), row->value);
}

static void print_status(const struct tree *tree, int status, FILE *out)
{
	(void)status;
	print_line("state", tree_find(tree, "state"), out);
	print_line("version", tree_find(tree, "version"), out);
	print_line("generation", tree_find(tree, "generation"), out);
	print_line("uptime", tree_find(tree, "uptime_seconds"), out);
	print_line("workers", tree_find(tree, "workers"), out);
	fprintf(out, "%-12s %s, %s\n", "store", tree_find(tree, "store.kind"),
	    tree_find(tree, "store.state"));
	print_line("config", tree_find(tree, "config"), out);
	print_list(tree, "listeners", "listener", out);
	print_upstreams(tree, out);
	print_metrics(tree, out);
}

int ctl_status(struct ctl_options *options, int argc, char **argv)
{
	static const struct ask ASK = { "GET", "/stats", print_status };

	return ask_daemon(&ASK, options, argc, argv);
}
