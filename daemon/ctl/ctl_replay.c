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
	{ "reference", required_argument, NULL, 'r' },
	{ "seed", required_argument, NULL, 's' },
	{ "memory", required_argument, NULL, 'm' },
	{ "tag-evidence", required_argument, NULL, 'A' },
	{ "json", no_argument, NULL, 'j' },
	{ 0 },
};

bool replay_option(struct replay_setup *setup, int letter, const char *value)
{
	switch (letter) {
	case 'R':
		setup->is_as_recorded = true;
		return true;
	case 'x':
		setup->is_strict = true;
		return true;
	case 'r':
		setup->folder = value;
		return true;
	case 's':
		setup->seed = strtoull(value, NULL, 10);
		return true;
	case 'm':
		setup->memory_bytes = (size_t)strtoull(value, NULL, 10) << 20;
		return true;
	case 'A':
		setup->tag_evidence = strtod(value, NULL);
		return setup->tag_evidence >= 10;
	default:
		return letter == 'j';
	}
}

int ctl_replay(struct ctl_options *options, int argc, char **argv)
{
	struct replay_setup setup = REPLAY_DEFAULT;
	struct replay replay;
	int letter, result = 0;

	(void)options; /* the report is JSON either way */
	optind = 0;
	while ((letter = getopt_long(argc, argv, "Rxr:s:m:A:j", OPTIONS, NULL)) != -1)
		if (!replay_option(&setup, letter, optarg))
			return CTL_USAGE;
	replay_init(&replay, &setup);
	if (optind == argc)
		result = replay_file(&replay, "-");
	for (; optind < argc && result == 0; optind++)
		result = replay_file(&replay, argv[optind]);
	if (result == 0) {
		if (replay.captures < replay.report.exchanges)
			fprintf(stderr,
			    "retortctl: %llu verdicts as recorded, %llu otherwise\n",
			    (unsigned long long)replay.same,
			    (unsigned long long)replay.different);
		report_print(&replay.report, replay.engine, stdout);
	}
	replay_fini(&replay);
	return result == 0 ? CTL_OK : CTL_FAILED;
}
