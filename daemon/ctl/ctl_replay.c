/*
 * `retortctl replay`: yesterday's records through today's engine. What the record says was
 * decided is kept beside what is decided now, and every difference is counted.
 */
#include "replay.h"

#include "ctl.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const struct option OPTIONS[] = {
	{ "as-recorded", no_argument, NULL, 'R' },
	{ "strict", no_argument, NULL, 'x' },
	{ "config", required_argument, NULL, 'c' },
	{ "reference", required_argument, NULL, 'r' },
	{ "seed", required_argument, NULL, 's' },
	{ "memory", required_argument, NULL, 'm' },
	{ "tag-evidence", required_argument, NULL, 'A' },
	{ "probe-rate", required_argument, NULL, 'p' },
	{ "json", no_argument, NULL, 'j' },
	{ 0 },
};

static void print(struct replay *replay)
{
	struct engine_counts counts;

	engine_counts(replay->side.engine, &counts);
	replay_say_gaps(replay);
	if (replay->captures < replay->report.exchanges)
		fprintf(stderr, "retortctl: %llu verdicts as recorded, %llu otherwise\n",
		    (unsigned long long)replay->same, (unsigned long long)replay->different);
	if (replay->evidence)
		fprintf(stderr,
		    "retortctl: evidence as recorded in %llu records, otherwise in %llu\n",
		    (unsigned long long)(replay->evidence - replay->unequal),
		    (unsigned long long)replay->unequal);
	report_print(&replay->report, &counts, stdout);
}

int ctl_replay(struct ctl_options *options, int argc, char **argv)
{
	struct replay_setup setup = { 0 };
	struct replay replay;
	int letter, result;

	(void)options; /* the report is JSON either way */
	optind = 0;
	while ((letter = getopt_long(argc, argv, "Rxc:r:s:m:A:p:j", OPTIONS, NULL)) != -1)
		if (!replay_option(&setup, letter, optarg))
			return CTL_USAGE;
	result = replay_init(&replay, &setup) ? 0 : -1;
	if (optind == argc && result == 0)
		result = replay_file(&replay, "-");
	for (; optind < argc && result == 0; optind++)
		result = replay_file(&replay, argv[optind]);
	if (result == 0)
		print(&replay);
	replay_fini(&replay);
	return result == 0 ? CTL_OK : CTL_FAILED;
}
