#ifndef CTL_H
#define CTL_H

#include <stdbool.h>

/*
 * retortctl: one row a command, one file a command. A command prints for people, or the
 * daemon's own JSON with --json, and returns an exit status.
 */
enum ctl_exit {
	CTL_OK,
	CTL_FAILED, /* the daemon is not there or said no; why is on standard error */
	CTL_USAGE,
	CTL_UNSAFE, /* calibrate --check: more benign alarms than A allows; A must rise */
};

/* What stands before the command, and may stand behind it where the command asks a daemon. */
struct ctl_options {
	const char *admin;      /* "127.0.0.1:9180", "unix:/run/retort/admin" */
	const char *token_file; /* NULL = $RETORT_TOKEN, or none */
	bool is_json;
};

/* |argv| begins with the command's name. */
typedef int ctl_run_fn(struct ctl_options *options, int argc, char **argv);

struct ctl_command {
	const char *name, *arguments, *help;
	ctl_run_fn *run;
};

/* Takes one of the shared options, 'a', 't' or 'j', as getopt_long left it; false when |letter|
 * is none of them. */
bool ctl_take_option(struct ctl_options *options, int letter);

/* Reads the options that follow the name of a command, which takes |count| arguments: they are
 * argv[argc - count] and on. False when that is not so; it was said. */
bool ctl_read_options(struct ctl_options *options, int argc, char **argv, int count);

ctl_run_fn ctl_status;
ctl_run_fn ctl_reload;
ctl_run_fn ctl_drain;
ctl_run_fn ctl_config;
ctl_run_fn ctl_top;
ctl_run_fn ctl_cohorts;
ctl_run_fn ctl_mode;
ctl_run_fn ctl_lists; /* allow, deny: by the command's name */

/* Why the daemon decided as it did of a request, or what it says of a cohort: `explain` without
 * files. |is_verify|: computes it again from its own numbers. */
int ctl_explain_request(struct ctl_options *options, const char *id, bool is_verify);
ctl_run_fn ctl_fingerprint;

/* Offline: these ask no daemon. */
ctl_run_fn ctl_account;
ctl_run_fn ctl_simulate;
ctl_run_fn ctl_calibrate;
ctl_run_fn ctl_replay;
ctl_run_fn ctl_explain;

#endif
