/*
 * retortctl's door: options, the table of commands, help. It knows no command by name; a new
 * one is a row here and a file beside.
 */
#include "ctl.h"

#include "version.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ctl_command COMMANDS[] = {
	{ "status", "", "what the daemon does and how it is", ctl_status },
	{ "top", "", "rates and the gravest cohorts, again and again", ctl_top },
	{ "reload", "", "read the configuration anew; a bad one changes nothing", ctl_reload },
	{ "drain", "", "take no new connection, end when the open ones have", ctl_drain },
	{ "cohorts", "[ID]", "what is watched, tagged and proven; one with its numbers",
	    ctl_cohorts },
	{ "mode", "RULE MODE", "a limit's mode, or detection's, until the next reload",
	    ctl_mode },
	{ "allow", "add|del|list [KIND WHO]",
	    "let through: account HASH, owner NAME, prefix ADDRESS", ctl_lists },
	{ "deny", "add|del|list [KIND WHO]", "refuse, likewise", ctl_lists },
	{ "config", "", "the effective configuration, secrets left out", ctl_config },
	{ "fingerprint", "FILE|-", "captures to the facts that Retort sees; asks no daemon",
	    ctl_fingerprint },
	{ "account", "[--config FILE]",
	    "credentials on standard input to the hashes they have here", ctl_account },
	{ "replay", "[FILE...]", "records and captures through the engine, to a report",
	    ctl_replay },
	{ "explain", "ID [FILE...]",
	    "why a request or a cohort was judged so; with files, offline", ctl_explain },
	{ "simulate", "FILE",
	    "a scenario against the engine, in virtual time; may write it down", ctl_simulate },
	{ "calibrate", "[FILE...]", "reference tables from captures, records, logs, scenarios",
	    ctl_calibrate },
};

/* The options of those that have more than the shared ones. */
static const struct {
	const char *name, *lines[3];
} USAGES[] = {
	{ "replay",
	    { "[--as-recorded] [--config FILE] [--reference DIR] [--seed N] [--memory MIB]",
		"[--tag-evidence A] [--probe-rate R] [--strict]" } },
	{ "explain", { "[--verify [--live]] [--config FILE] [--reference DIR] [--seed N]" } },
	{ "simulate",
	    { "[--seed N] [--records FILE] [--captures FILE] [--reference DIR] [--memory MIB]",
		"[--tag-evidence A] [--no-probe] [--no-displacement] [--no-shape]" } },
	{ "calibrate",
	    { "--out DIR [--class NAME] [--reference DIR] [--config FILE] [--seeds A-B]",
		"--check [--tag-evidence A] ...: benign alarms against their bound" } },
};

static const struct option OPTIONS[] = {
	{ "admin", required_argument, NULL, 'a' },
	{ "token-file", required_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static void print_usage(const char *name, FILE *out)
{
	for (size_t i = 0; i < sizeof(USAGES) / sizeof(*USAGES); i++)
		for (int j = 0; j < 3 && strcmp(USAGES[i].name, name) == 0; j++)
			if (USAGES[i].lines[j])
				fprintf(out, "      %s\n", USAGES[i].lines[j]);
}

static void print_help(FILE *out)
{
	fputs("usage: retortctl [--admin ADDRESS] [--token-file FILE] [--json] COMMAND ...\n\n",
	    out);
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(*COMMANDS); i++) {
		char usage[60];

		snprintf(
		    usage, sizeof(usage), "%s %s", COMMANDS[i].name, COMMANDS[i].arguments);
		fprintf(out, "  %-28s %s\n", usage, COMMANDS[i].help);
		print_usage(COMMANDS[i].name, out);
	}
	fputs(
	    "\n"
	    "  --admin ADDRESS    HOST:PORT or unix:PATH of the admin listener\n"
	    "                     (default: $RETORT_ADMIN, then 127.0.0.1:9180)\n"
	    "  --token-file FILE  the admin token's file (default: the token in "
	    "$RETORT_TOKEN)\n"
	    "  --json             the daemon's own answer\n"
	    "  --config FILE      the daemon's configuration: sizes, thresholds, secret, "
	    "phrases\n"
	    "  --reference DIR    the tables (default: the configuration's, then\n"
	    "                     /usr/share/retort/reference)\n\n"
	    "Captures are read with the identity secret in the file that $RETORT_IDENTITY_KEY\n"
	    "names, and the phrases in that of $RETORT_ELICITATION; else with --config's.\n\n"
	    "exit: 0 done, 1 refused, not reached or different, 2 usage,\n"
	    "      3 calibrate --check: A must rise\n",
	    out);
}

bool ctl_take_option(struct ctl_options *options, int letter)
{
	switch (letter) {
	case 'a':
		options->admin = optarg;
		return true;
	case 't':
		options->token_file = optarg;
		return true;
	case 'j':
		options->is_json = true;
		return true;
	default:
		return false;
	}
}

bool ctl_read_options(struct ctl_options *options, int argc, char **argv, int count)
{
	int letter;

	optind = 0; /* getopt_long(3): begin anew */
	while ((letter = getopt_long(argc, argv, "a:t:j", OPTIONS, NULL)) != -1)
		if (!ctl_take_option(options, letter))
			return false;
	if (argc - optind != count) {
		fprintf(stderr, "retortctl: %s takes %d argument%s\n", argv[0], count,
		    count == 1 ? "" : "s");
		return false;
	}
	return true;
}

static int run_command(struct ctl_options *options, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_help(stdout);
		return CTL_OK;
	}
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(*COMMANDS); i++)
		if (strcmp(argv[0], COMMANDS[i].name) == 0)
			return COMMANDS[i].run(options, argc, argv);
	fprintf(stderr, "retortctl: there is no command \"%s\"\n", argv[0]);
	return CTL_USAGE;
}

int main(int argc, char **argv)
{
	struct ctl_options options = { .admin = getenv("RETORT_ADMIN") };
	int letter;

	if (!options.admin)
		options.admin = "127.0.0.1:9180";
	while ((letter = getopt_long(argc, argv, "+a:t:jhV", OPTIONS, NULL)) != -1) {
		if (letter == 'h') {
			print_help(stdout);
			return CTL_OK;
		}
		if (letter == 'V') {
			puts("retortctl " RETORT_VERSION " (" RETORT_BUILD_TYPE ")");
			return CTL_OK;
		}
		if (!ctl_take_option(&options, letter))
			return CTL_USAGE;
	}
	if (optind == argc) {
		print_help(stderr);
		return CTL_USAGE;
	}
	return run_command(&options, argc - optind, argv + optind);
}
