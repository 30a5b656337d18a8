#ifndef ASK_H
#define ASK_H

#include "ctl.h"
#include "tree.h"

#include <stdio.h>

/*
 * What every command that asks the daemon has in common: options, one call, the daemon's JSON
 * as it is with --json, else a page for people.
 */
struct ask {
	const char *method, *path;
	/* Prints the answer. |status| is HTTP's. */
	void (*print)(const struct tree *tree, int status, FILE *out);
};

/* One question: CTL_OK for a 200, else CTL_FAILED. */
int ask_once(const struct ask *ask, const struct ctl_options *options);

/* The same for a command without arguments: reads its options first. The command's exit status:
 * CTL_OK for a 200, else CTL_FAILED. */
int ask_daemon(const struct ask *ask, struct ctl_options *options, int argc, char **argv);

#endif
