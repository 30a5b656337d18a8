/*
 * retortctl cohorts: what is not quiet, the gravest first; with an id all the numbers of one.
 */
#include "ask.h"

#include <stdlib.h>
#include <string.h>

static const char *part(const struct tree *tree, size_t number, const char *name)
{
	char path[80];

	snprintf(path, sizeof(path), "cohorts[%zu].%s", number, name);
	return tree_find(tree, path);
}

static void print_cohorts(const struct tree *tree, int status, FILE *out)
{
	(void)status;
	fprintf(out, "%-16s %-8s %-8s %9s %11s %8s %8s %7s %7s  %s\n", "COHORT", "STATE", "KEY",
	    "ACCOUNTS", "EXCHANGES", "LN M", "LN E", "DISPL", "PROBES", "FOREMOST REASON");
	for (size_t i = 0; *part(tree, i, "id"); i++)
		fprintf(out, "%-16s %-8s %-8s %9s %11s %8.1f %8.1f %7.1f %7s  %s\n",
		    part(tree, i, "id"), part(tree, i, "state"), part(tree, i, "key"),
		    part(tree, i, "accounts"), part(tree, i, "exchanges"),
		    atof(part(tree, i, "ln_m")), atof(part(tree, i, "ln_e.same")),
		    atof(part(tree, i, "displacement.ln_e")), part(tree, i, "probes"),
		    part(tree, i, "reasons[0].words"));
	fprintf(out, "%s in all; generation %s, store %s\n", tree_find(tree, "count"),
	    tree_find(tree, "generation"), tree_find(tree, "store"));
}

static void print_cohort(const struct tree *tree, int status, FILE *out)
{
	const struct tree_row *row;
	size_t at = 0;

	(void)status;
	while ((row = tree_next(tree, "cohort", &at)))
		fprintf(out, "%-28s %s\n", row->path + strlen("cohort."), row->value);
}

int ctl_cohorts(struct ctl_options *options, int argc, char **argv)
{
	static const struct ask ALL = { "GET", "/cohorts", print_cohorts };
	char path[64];
	const struct ask one = { "GET", path, print_cohort };

	if (!ctl_read_options(options, argc, argv, argc > 1 && argv[argc - 1][0] != '-'))
		return CTL_USAGE;
	if (argc < 2 || argv[argc - 1][0] == '-')
		return ask_once(&ALL, options);
	snprintf(path, sizeof(path), "/cohorts/%.40s", argv[argc - 1]);
	return ask_once(&one, options);
}
