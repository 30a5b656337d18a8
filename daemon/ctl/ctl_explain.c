/*
 * `retortctl explain ID FILE…`: replays records and says why the cohort ID stands where it
 * does; with --verify, exits 1 when a number does not follow from the others.
 */
#include "ctl.h"
#include "engine/explanation.h"
#include "replay.h"

#include <getopt.h>
#include <stdlib.h>

static const struct option OPTIONS[] = {
	{ "verify", no_argument, NULL, 'v' },
	{ "reference", required_argument, NULL, 'r' },
	{ "seed", required_argument, NULL, 's' },
	{ "memory", required_argument, NULL, 'm' },
	{ "json", no_argument, NULL, 'j' },
	{ 0 },
};

static int explain(const struct replay *replay, const char *id, bool is_verify)
{
	struct explanation why;
	char room[EXPLANATION_BYTES];
	struct text text = text_in(room, sizeof(room));

	if (!explanation_of(replay->side.engine, strtoull(id, NULL, 16), &why)) {
		fprintf(stderr, "retortctl: there is no cohort %s in these records\n", id);
		return CTL_FAILED;
	}
	explanation_write(&text, &why);
	printf("%.*s\n", (int)text.len, text.at);
	if (is_verify && !explanation_agrees(&why)) {
		fputs("retortctl: the numbers do not follow from each other\n", stderr);
		return CTL_FAILED;
	}
	return CTL_OK;
}

int ctl_explain(struct ctl_options *options, int argc, char **argv)
{
	struct replay_setup setup = { 0 };
	struct replay replay;
	const char *id;
	bool is_verify = false;
	int letter, result = 0;

	optind = 0;
	while ((letter = getopt_long(argc, argv, "vr:s:m:j", OPTIONS, NULL)) != -1) {
		if (letter == 'j')
			options->is_json = true;
		if (letter == 'v')
			is_verify = true;
		else if (!replay_option(&setup, letter, optarg))
			return CTL_USAGE;
	}
	if (argc - optind == 1)
		return ctl_explain_request(options, argv[optind]);
	if (argc - optind < 2) {
		fputs("retortctl: explain takes a request, or a cohort and files of records\n",
		    stderr);
		return CTL_USAGE;
	}
	id = argv[optind++];
	result = replay_init(&replay, &setup) ? 0 : -1;
	for (; optind < argc && result == 0; optind++)
		result = replay_file(&replay, argv[optind]);
	result = result == 0 ? explain(&replay, id, is_verify) : CTL_FAILED;
	replay_fini(&replay);
	return result;
}
