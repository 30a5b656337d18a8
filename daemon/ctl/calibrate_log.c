/*
 * Logs as a source of tables, and as a test of them. It must never count as honest what was
 * tagged: a pool in its own reference would hide itself for good.
 */
#include "calibrate_log.h"

#include "replay.h"

#include <stdio.h>
#include <string.h>

struct source {
	struct calibration *calibration;
	const struct calibrate_log *log;
	struct replay *replay;
	const char *wrong; /* NULL: nothing is */
};

static const char *class_of(struct source *source, const struct record *record)
{
	if (!*record->label && !source->log->class)
		source->wrong = "lines without a label need --class NAME";
	else if (*record->label && !calibration_is_name(record->label))
		source->wrong = "a label must be made of a-z, 0-9 and -";
	return *record->label ? record->label : source->log->class;
}

static void on_bet(void *arg, const struct engine_bet *bet)
{
	struct source *source = arg;
	const char *name = class_of(source, source->replay->now);
	int class;

	if (source->wrong ||
	    strstr(name, "-customers")) /* no honest people's, nor the pool's */
		return;
	class = calibration_class(source->calibration, name);
	if (class < 0) {
		source->wrong = "there are too many classes";
		return;
	}
	calibration_expose(source->calibration, class, bet->seen->facts->owner);
	calibration_take(source->calibration, class, 0, bet);
}

static bool is_grave(uint8_t state)
{
	return state == ENGINE_STATE_TAGGED || state == ENGINE_STATE_PROVEN;
}

static bool was_tagged(const struct record *record)
{
	return is_grave(record->heard.state) || (!record->course.number && record->cohort &&
						    record->verdict >= RECORD_VERDICT_TAG);
}

static bool has_reason(const struct record *record, const char *word)
{
	struct bytes rest = bytes_of_text(record->reasons);

	while (rest.len)
		if (bytes_equal(bytes_trim(bytes_split(&rest, ',')), bytes_of_text(word)))
			return true;
	return false;
}

static bool on_record(void *arg, struct replay *replay, const struct record *record)
{
	struct source *source = arg;
	struct calibration *calibration = source->calibration;
	uint64_t owner = record->facts.owner ? record->facts.owner : record->facts.account;

	(void)replay;
	class_of(source, record);
	if (*record->label || source->wrong)
		return !source->wrong;
	if (has_reason(record, "allowed") || has_reason(record, "denied"))
		calibration_leave_out(calibration, owner);
	if (was_tagged(record)) {
		calibration_leave_out(calibration, owner);
		calibration_leave_out_cohort(calibration, record->cohort);
	}
	if (is_grave(record->evidence.state)) {
		calibration_leave_out(calibration, owner);
		calibration_leave_out_cohort(calibration, record->evidence.cohort);
	}
	return true;
}

static bool read_files(struct replay *replay, int count, char **paths)
{
	for (int i = 0; i < count; i++)
		if (replay_file(replay, paths[i]) != 0)
			return false;
	return true;
}

bool calibrate_log_read(
    struct calibration *calibration, const struct calibrate_log *log, int count, char **paths)
{
	struct replay replay;
	struct source source = { calibration, log, &replay, NULL };
	const struct replay_setup setup = { .is_as_recorded = true,
		.config = log->config,
		.folder = log->folder,
		.on_record = on_record,
		.on_record_arg = &source,
		.on_bet = on_bet,
		.on_bet_arg = &source };
	bool is_read = replay_init(&replay, &setup) && read_files(&replay, count, paths);

	if (source.wrong)
		fprintf(stderr, "retortctl: %s\n", source.wrong);
	fprintf(stderr, "%llu exchanges, %llu lines that are none\n",
	    (unsigned long long)replay.report.exchanges,
	    (unsigned long long)replay.report.bad_lines);
	replay_say_gaps(&replay);
	replay_fini(&replay);
	return is_read && !source.wrong;
}

void calibrate_log_on_bet(void *arg, const struct engine_bet *bet)
{
	struct calibrate_tally *tally = arg;

	tally->bets[bet->place.depth]++;
}

static bool is_benign(const struct record *record)
{
	return strncmp(record->label, "campaign", 8) != 0 && !has_reason(record, "denied");
}

bool calibrate_log_check(struct calibrate_tally *tally, const struct calibrate_log *log,
    double tag_evidence, int count, char **paths)
{
	struct replay replay;
	const struct replay_setup setup = { .config = log->config,
		.folder = log->folder,
		.tag_evidence = tag_evidence,
		.wants = is_benign,
		.on_bet = calibrate_log_on_bet,
		.on_bet_arg = tally };
	bool is_read = replay_init(&replay, &setup) && envelope_is_sealed(replay.envelope) &&
		       read_files(&replay, count, paths);
	struct engine_counts counts;

	engine_counts(replay.side.engine, &counts);
	tally->tags += (double)counts.tags;
	replay_fini(&replay);
	return is_read;
}
