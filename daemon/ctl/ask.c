/*
 * One question and its printed answer. An answer that is not the expected one is an error with
 * the daemon's own words, never silence.
 */
#include "ask.h"

#include "call.h"

static void print_error(const struct tree *tree, int status, FILE *out)
{
	const char *words = tree_find(tree, "error");

	fprintf(
	    out, "retortctl: the daemon answered %d%s%s\n", status, *words ? ": " : "", words);
}

static int print_answer(
    const struct ask *ask, const struct ctl_options *options, const struct call_answer *answer)
{
	bool is_fine = answer->status == 200;
	struct tree tree;
	struct fault fault;

	if (tree_read(&tree, answer->body, &fault)) {
		fprintf(stderr, "retortctl: %s (%d)\n", fault.text, answer->status);
		return CTL_FAILED;
	}
	if (options->is_json)
		fwrite(answer->body.at, 1, answer->body.len, stdout);
	else if (is_fine || tree_count(&tree, "faults"))
		ask->print(&tree, answer->status, is_fine ? stdout : stderr);
	else
		print_error(&tree, answer->status, stderr);
	tree_fini(&tree);
	return is_fine ? CTL_OK : CTL_FAILED;
}

int ask_once(const struct ask *ask, const struct ctl_options *options)
{
	struct call_answer answer;
	int exit_status;

	if (!call_or_say(options, ask->method, ask->path, &answer))
		return CTL_FAILED;
	exit_status = print_answer(ask, options, &answer);
	call_answer_fini(&answer);
	return exit_status;
}

int ask_daemon(const struct ask *ask, struct ctl_options *options, int argc, char **argv)
{
	if (!ctl_read_options(options, argc, argv, 0))
		return CTL_USAGE;
	return ask_once(ask, options);
}
