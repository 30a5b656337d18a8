/*
 * retortctl reload: the exit status says whether the new configuration is in force; every fault
 * of a bad one is printed with its place in the file.
 */
#include "ask.h"

static void print_list(const struct tree *tree, const char *path, const char *before, FILE *out)
{
	const struct tree_row *row;
	size_t at = 0;

	while ((row = tree_next(tree, path, &at)))
		fprintf(out, "%s%s\n", before, row->value);
}

static void print_reload(const struct tree *tree, int status, FILE *out)
{
	if (status != 200)
		fprintf(out, "refused, generation %s stays:\n", tree_find(tree, "generation"));
	print_list(tree, "faults", "  ", out);
	print_list(tree, "warnings", "warning: ", out);
	if (status != 200)
		return;
	fprintf(out, "generation %s\n", tree_find(tree, "generation"));
	print_list(tree, "needs_restart", "needs a restart: ", out);
}

int ctl_reload(struct ctl_options *options, int argc, char **argv)
{
	static const struct ask ASK = { "POST", "/reload", print_reload };

	return ask_daemon(&ASK, options, argc, argv);
}
