/*
 * One record after the other through the engine, as the daemon's engine took them: judged by
 * the board of then, under the rule of then, after the ticks of then. Coins and refusals are
 * taken as they fell: the past cannot be refused again.
 */
#include "engine/decision.h"
#include "engine/engine_attest.h"
#include "replay.h"

#include <stdio.h>

static void on_line(void *arg, const struct verdict_change *change)
{
	struct replay *replay = arg;

	past_note(replay->past, board_edition(replay->side.board), change);
}

/* What was published goes into the past too; a clearing is an edition of its own. */
static void note_changes(struct replay *replay)
{
	const struct verdict_changes *changes = &replay->side.changes;
	uint64_t edition = board_edition(replay->side.board);

	for (int i = 0; i < changes->count; i++)
		past_note(
		    replay->past, edition - (replay->side.has_tidied ? 2 : 0), changes->at + i);
	if (replay->side.has_tidied)
		past_clear(replay->past, edition, engine_side_is_standing, replay->side.engine);
}

/* A daemon that began anew: with the evidence that it had kept, or with none. */
static void begin_run(struct replay *replay, const struct record_course *course)
{
	struct engine_settings settings = replay->side.settings;

	if (course->number == 1) {
		engine_side_fini(&replay->side);
		replay_begin(replay, &settings);
	} else {
		replay->is_broken |= course->number < replay->next;
		engine_side_renew(&replay->side);
	}
	past_free(replay->past);
	replay->past = past_new();
	engine_republish(replay->side.engine, on_line, replay);
}

static void follow_run(struct replay *replay, const struct record_course *course)
{
	if (!course->number)
		return;
	if (!replay->next)
		replay->is_broken = course->number > 1;
	else if (course->run != replay->run)
		begin_run(replay, course);
	if (replay->next && course->number > replay->next)
		replay->missing += course->number - replay->next;
	replay->run = course->run;
	replay->next = course->number + 1;
}

/* The rule that this record is judged under: see replay.h for what goes before what. */
static void follow_rule(struct replay *replay, const struct record *record)
{
	const struct replay_setup *setup = &replay->setup;
	struct engine_settings settings = replay->side.settings;
	double rate = record->course.rule[RECORD_RULE_PROBE_RATE];

	if (!record->course.number)
		return;
	if (setup->is_as_recorded || !setup->config)
		engine_attest_rule(record, &settings);
	if (setup->tag_evidence > 0)
		settings.tag_evidence = setup->tag_evidence;
	settings.probe_rate = rate > 0 && rate < 1 ? rate : replay->settings.probe_rate;
	if (!memcmp(&settings, &replay->side.settings, sizeof(settings)))
		return;
	replay->side.settings = settings;
	engine_reload(replay->side.engine, &settings);
}

static void follow_ticks(struct replay *replay, const struct record_course *course)
{
	for (int i = 0; i < RECORD_TICKS && course->ticks[i]; i++)
		for (uint32_t j = 0; j < (uint32_t)course->ticks[i]; j++) {
			int64_t at_s = (int64_t)(course->ticks[i] >> 32) +
				       (int64_t)j * ENGINE_TICK_S;

			engine_side_tick(&replay->side, at_s * 1000000);
			note_changes(replay);
		}
}

static struct verdict hear(const struct replay *replay, const struct record *record)
{
	const struct board *board = replay->side.board;
	uint64_t edition = record->heard.edition;

	return edition && edition != board_edition(board)
		   ? past_judge(replay->past, edition, &record->facts, &record->prompt)
		   : board_judge(board, &record->facts, &record->prompt);
}

/* Whether the board was asked at all: not where a limit or a list had refused already, nor
 * where a list let it pass. Older records do not say it. */
static bool was_heard(const struct record *record)
{
	return record->course.run ? record->heard.edition != 0 || record->heard.state
				  : !record->is_limited;
}

static bool is_as_recorded(const struct record *record, const struct verdict *verdict)
{
	if (!was_heard(record))
		return true;
	if (!record->course.number) /* it says only what was decided */
		return record->is_shaped || (decision_word(verdict->state) == record->verdict &&
						verdict->score == record->score &&
						verdict->cohort == record->cohort);
	return verdict->state == record->heard.state && verdict->score == record->heard.score &&
	       (!verdict->state || verdict->cohort == record->cohort) &&
	       decision_agrees(record);
}

static void judge(struct replay *replay, struct record *record)
{
	struct verdict verdict = hear(replay, record);

	replay->heard = verdict;
	if (is_as_recorded(record, &verdict))
		replay->same++;
	else
		replay->different++;
	if (replay->setup.is_as_recorded || !was_heard(record))
		return;
	record->heard.state = verdict.state;
	record->heard.score = verdict.score;
	decision_settle(record);
	record->cohort = verdict.cohort;
}

static void check_evidence(struct replay *replay, const struct record *record)
{
	if (!record->evidence.cohort)
		return;
	replay->evidence++;
	replay->unequal += !engine_attest_agrees(replay->side.engine, record);
}

bool replay_follow(
    struct replay *replay, struct record *record, const struct exchange_seen *seen)
{
	const struct replay_setup *setup = &replay->setup;
	bool is_benign = strncmp(record->label, "campaign", 8) != 0;
	int label = report_label(
	    &replay->report, *record->label ? record->label : "unlabelled", is_benign);

	if (setup->wants && !setup->wants(record))
		return false;
	report_prefetch(&replay->report, label, record->facts.account);
	follow_run(replay, &record->course);
	follow_rule(replay, record);
	follow_ticks(replay, &record->course);
	judge(replay, record);
	replay->now = record;
	engine_side_learn(&replay->side, seen);
	note_changes(replay);
	check_evidence(replay, record);
	report_see(&replay->report, replay->side.engine, label, record);
	if (setup->on_record && !setup->on_record(setup->on_record_arg, replay, record))
		replay->is_over = true;
	if (setup->last && record->course.number >= setup->last) {
		replay->is_over = true;
		follow_ticks(replay, &setup->end);
	}
	return replay->is_over;
}

void replay_say_gaps(const struct replay *replay)
{
	if (replay->is_broken)
		fputs("retortctl: the log begins in the middle, or evidence was lost between "
		      "two runs: what came before is not known\n",
		    stderr);
	if (replay->missing)
		fprintf(stderr, "retortctl: %llu records are missing\n",
		    (unsigned long long)replay->missing);
}
