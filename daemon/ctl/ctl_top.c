/*
 * retortctl top: the daemon at a glance, again and again on a terminal until Enter, once into a
 * pipe. Every figure is the daemon's own; only rates are made here, from two looks.
 */
#include "ask.h"
#include "call.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAUSE_MS 2000
#define COHORTS  15

struct look {
	struct tree stats, cohorts;
};

static bool read_page(const struct ctl_options *options, const char *path, struct tree *tree)
{
	struct call_answer answer;
	struct fault fault;
	bool is_read;

	if (!call_or_say(options, "GET", path, &answer))
		return false;
	is_read = answer.status == 200 && tree_read(tree, answer.body, &fault) == 0;
	if (!is_read)
		fprintf(stderr, "retortctl: %s: the daemon answered %d\n", path, answer.status);
	call_answer_fini(&answer);
	return is_read;
}

static bool take_look(const struct ctl_options *options, struct look *look)
{
	if (!read_page(options, "/stats", &look->stats))
		return false;
	if (read_page(options, "/cohorts", &look->cohorts))
		return true;
	tree_fini(&look->stats);
	return false;
}

static void drop_look(struct look *look)
{
	tree_fini(&look->stats);
	tree_fini(&look->cohorts);
}

/* The sum of a metric over its labels. */
static double total(const struct tree *stats, const char *name)
{
	char path[80];
	const struct tree_row *row;
	size_t at = 0;
	double sum;

	snprintf(path, sizeof(path), "metrics.%s", name);
	sum = atof(tree_find(stats, path));
	while ((row = tree_next(stats, path, &at)))
		sum += strcmp(row->path, path) != 0 ? atof(row->value) : 0;
	return sum;
}

static void print_rate(
    const struct look *now, const struct look *before, const char *metric, const char *words)
{
	double seconds = atof(tree_find(&now->stats, "uptime_seconds"));
	double count = total(&now->stats, metric);

	if (before) {
		seconds -= atof(tree_find(&before->stats, "uptime_seconds"));
		count -= total(&before->stats, metric);
	}
	printf("%12.1f /s  %s\n", seconds > 0 ? count / seconds : 0, words);
}

static const char *part(const struct tree *tree, size_t number, const char *name)
{
	char path[80];

	snprintf(path, sizeof(path), "cohorts[%zu].%s", number, name);
	return tree_find(tree, path);
}

static void print_cohorts(const struct tree *tree)
{
	printf("\n%-16s %-8s %9s %11s %8s %8s  %s\n", "COHORT", "STATE", "ACCOUNTS",
	    "EXCHANGES", "LN M", "LN E", "WHAT THEY SHARE");
	for (size_t i = 0; i < COHORTS && *part(tree, i, "id"); i++)
		printf("%-16s %-8s %9s %11s %8.1f %8.1f  %s\n", part(tree, i, "id"),
		    part(tree, i, "state"), part(tree, i, "accounts"),
		    part(tree, i, "exchanges"), atof(part(tree, i, "ln_m")),
		    atof(part(tree, i, "ln_e.same")), part(tree, i, "words"));
}

static void print_look(const struct look *now, const struct look *before)
{
	printf("retortd %s, %s, generation %s, store %s\n\n", tree_find(&now->stats, "version"),
	    tree_find(&now->stats, "state"), tree_find(&now->stats, "generation"),
	    tree_find(&now->stats, "store.state"));
	print_rate(now, before, "exchanges_total", "exchanges");
	print_rate(now, before, "limit_hits_total", "over a limit");
	print_rate(now, before, "probes_total", "coins drawn");
	print_rate(now, before, "shaped_total", "refused by a cohort's bucket");
	print_rate(now, before, "displacement_held_total", "held by a cohort's trial");
	print_cohorts(&now->cohorts);
	fflush(stdout);
}

/* A line from the keyboard ends it; without one the next look is due. */
static bool is_told_to_end(void)
{
	struct pollfd keyboard = { STDIN_FILENO, POLLIN, 0 };

	return poll(&keyboard, 1, PAUSE_MS) != 0;
}

int ctl_top(struct ctl_options *options, int argc, char **argv)
{
	bool is_terminal = isatty(STDOUT_FILENO), has_before = false;
	struct look now, before;

	if (!ctl_read_options(options, argc, argv, 0))
		return CTL_USAGE;
	while (take_look(options, &now)) {
		if (is_terminal)
			fputs("\033[H\033[2J", stdout);
		print_look(&now, has_before ? &before : NULL);
		if (has_before)
			drop_look(&before);
		before = now;
		has_before = true;
		if (!is_terminal || is_told_to_end())
			break;
	}
	if (has_before)
		drop_look(&before);
	return has_before ? CTL_OK : CTL_FAILED;
}
