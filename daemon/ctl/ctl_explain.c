/*
 * `retortctl explain ID FILE…`: replays records and says why the cohort ID was judged as it
 * was, or what the daemon would have answered right behind the request ID. With --verify what
 * the records store is computed again and compared, to the bit; with --live too, the daemon's
 * own numbers of now.
 */
#include "answer.h"
#include "call.h"
#include "ctl.h"
#include "engine/explanation.h"
#include "verify.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const struct option OPTIONS[] = {
	{ "verify", no_argument, NULL, 'v' },
	{ "live", no_argument, NULL, 'l' },
	{ "config", required_argument, NULL, 'c' },
	{ "reference", required_argument, NULL, 'r' },
	{ "seed", required_argument, NULL, 's' },
	{ "memory", required_argument, NULL, 'm' },
	{ "admin", required_argument, NULL, 'a' },
	{ "token-file", required_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ 0 },
};

struct wish {
	struct replay_setup setup;
	struct verify verify;
	const char *id;
	bool is_verify, is_live;
	struct tree said; /* by the daemon; empty: it was not asked */
	char *answer;     /* about the request, NULL: it did not come */
};

/* What the daemon would have said of a request that it has just taken. */
static char *answer_of(const struct replay *replay, const struct record *record)
{
	struct recent *recent = recent_new(1);
	const struct answer_view view = { .engine = replay->side.engine,
		.envelope = replay->envelope,
		.recent = recent,
		.settings = replay->side.settings };
	struct question question = { .kind = QUESTION_EXPLAIN,
		.id = record->facts.exchange,
		.generation = record->generation,
		.is_shared = record->store };

	recent_add(recent, record);
	answer_question(&question, &view);
	recent_free(recent);
	return question.text;
}

static bool on_record(void *arg, struct replay *replay, const struct record *record)
{
	struct wish *wish = arg;

	verify_record(&wish->verify, replay, record);
	if (record->facts.exchange == wish->verify.id && !wish->answer)
		wish->answer = answer_of(replay, record);
	return true;
}

static uint64_t hex_of(const char *text)
{
	return strtoull(text, NULL, 16);
}

/* Asks the daemon for the cohort's numbers, and where in its log they stand. */
static bool ask_now(struct wish *wish, const struct ctl_options *options)
{
	struct call_answer answer;
	struct fault fault;
	char path[64];
	bool is_read;

	snprintf(path, sizeof(path), "/cohorts/%.40s", wish->id);
	if (!call_or_say(options, "GET", path, &answer))
		return false;
	is_read = answer.status == 200 && tree_read(&wish->said, answer.body, &fault) == 0;
	if (!is_read)
		fprintf(stderr, "retortctl: the daemon knows no cohort %s\n", wish->id);
	call_answer_fini(&answer);
	wish->setup.last = strtoull(tree_find(&wish->said, "exchanges"), NULL, 10);
	for (int i = 0; i < RECORD_TICKS; i++) {
		snprintf(path, sizeof(path), "ticks[%d]", i);
		wish->setup.end.ticks[i] = hex_of(tree_find(&wish->said, path));
	}
	return is_read;
}

static void compare_now(struct wish *wish, const struct text *why)
{
	struct tree computed;
	struct fault fault;

	if (tree_read(&computed, text_bytes(why), &fault) != 0)
		return;
	verify_rows(&wish->verify, &wish->said, "cohort", &computed);
	tree_fini(&computed);
}

static int explain(struct wish *wish, const struct replay *replay)
{
	struct explanation why;
	char room[EXPLANATION_BYTES];
	struct text text = text_in(room, sizeof(room));
	bool is_cohort = explanation_of(replay->side.engine, hex_of(wish->id), &why);

	replay_say_gaps(replay);
	if (is_cohort) {
		explanation_write(&text, &why);
		printf("%.*s\n", (int)text.len, text.at);
	} else if (wish->answer) {
		fputs(wish->answer, stdout);
	} else {
		fprintf(stderr, "retortctl: there is no %s in these records\n", wish->id);
		return CTL_FAILED;
	}
	if (!wish->is_verify)
		return CTL_OK;
	if (is_cohort && wish->said.count)
		compare_now(wish, &text);
	return verify_outcome(&wish->verify);
}

static int explain_files(struct wish *wish, int count, char **paths)
{
	struct replay replay;
	int result;

	wish->verify.id = hex_of(wish->id);
	wish->setup.is_as_recorded = true;
	wish->setup.on_record = on_record;
	wish->setup.on_record_arg = wish;
	result = replay_init(&replay, &wish->setup) ? 0 : -1;
	for (int i = 0; i < count && result == 0; i++)
		result = replay_file(&replay, paths[i]);
	result = result == 0 ? explain(wish, &replay) : CTL_FAILED;
	replay_fini(&replay);
	return result;
}

static bool read_option(struct wish *wish, struct ctl_options *options, int letter)
{
	switch (letter) {
	case 'v':
		return wish->is_verify = true;
	case 'l':
		return wish->is_live = true;
	default:
		return ctl_take_option(options, letter) ||
		       replay_option(&wish->setup, letter, optarg);
	}
}

int ctl_explain(struct ctl_options *options, int argc, char **argv)
{
	struct wish wish = { .is_verify = false };
	int letter, result;

	optind = 0;
	while ((letter = getopt_long(argc, argv, "vlc:r:s:m:a:t:j", OPTIONS, NULL)) != -1)
		if (!read_option(&wish, options, letter))
			return CTL_USAGE;
	if (optind == argc || (wish.is_live && (argc - optind < 2 || !wish.is_verify))) {
		fputs("retortctl: explain takes a request or a cohort, and files of records; "
		      "--live needs files and --verify\n",
		    stderr);
		return CTL_USAGE;
	}
	wish.id = argv[optind++];
	if (optind == argc)
		return ctl_explain_request(options, wish.id, wish.is_verify);
	if (wish.is_live && !ask_now(&wish, options))
		return CTL_FAILED;
	result = explain_files(&wish, argc - optind, argv + optind);
	tree_fini(&wish.said);
	free(wish.answer);
	return result;
}
