/* retortctl drain: the daemon takes nothing new and ends when what is open has ended. */
#include "ask.h"

static void print_drain(const struct tree *tree, int status, FILE *out)
{
	(void)status;
	fprintf(out, "%s\n", tree_find(tree, "state"));
}

int ctl_drain(struct ctl_options *options, int argc, char **argv)
{
	static const struct ask ASK = { "POST", "/drain", print_drain };

	return ask_daemon(&ASK, options, argc, argv);
}
