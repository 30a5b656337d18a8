/*
 * One engine, its settings and its board, kept in step. It must never let a setting reach the
 * engine that would make kept evidence count for more than it was.
 */
#include "engine_side.h"

#include "cohort/conversation.h"
#include "config/config.h"
#include "log.h"

#include <inttypes.h>

#define BOARD_LINES 65536
#define TIDY_US     600000000 /* as often as a sweep looks at each cohort once */

void engine_side_settings(struct engine_settings *settings, const struct config *config,
    bool is_candidate, uint64_t seed)
{
	engine_settings_default(settings, (size_t)config->detection.memory_bytes);
	settings->seed = seed;
	settings->hold_out = config->detection.hold_out;
	settings->probe_rate = config->detection.probe.rate;
	settings->watch_evidence = config->detection.watch_evidence;
	settings->tag_evidence = config->detection.tag_evidence;
	settings->prove_evidence = config->detection.prove_evidence;
	if (!is_candidate)
		return;
	settings->watch_evidence = config->detection.candidate.watch_evidence;
	settings->tag_evidence = config->detection.candidate.tag_evidence;
	settings->prove_evidence = config->detection.candidate.prove_evidence;
}

void engine_side_init(struct engine_side *side, const struct engine_settings *settings,
    const struct envelope *envelope)
{
	*side = (struct engine_side){ .settings = *settings };
	side->engine = engine_new(settings, envelope);
	side->board = board_new(BOARD_LINES);
}

void engine_side_fini(struct engine_side *side)
{
	engine_free(side->engine);
	board_free(side->board);
	*side = (struct engine_side){ 0 };
}

static void on_line(void *arg, const struct verdict_change *change)
{
	board_apply(arg, change);
}

void engine_side_resume(struct engine_side *side, double rate, int64_t now_us)
{
	struct engine_settings settings = side->settings;

	side->settings.probe_rate = rate;
	engine_side_adopt(side, &settings, now_us);
	engine_republish(side->engine, on_line, side->board);
}

void engine_side_renew(struct engine_side *side)
{
	board_free(side->board);
	side->board = board_new(BOARD_LINES);
	side->tidied_us = 0;
	engine_republish(side->engine, on_line, side->board);
}

static void say_proof(struct engine_side *side, const struct verdict_change *change)
{
	const struct cohort *cohort;

	if (change->verdict.state != ENGINE_STATE_PROVEN ||
	    change->verdict.cohort == side->said)
		return;
	cohort = engine_cohort(side->engine, change->verdict.cohort);
	if (!cohort || cohort->state_s < engine_clock_us(side->engine) / 1000000)
		return;
	side->said = cohort->key;
	log_say(LOG_LEVEL_NOTICE, "engine",
	    "cohort %016" PRIx64 " is proven: %" PRIu32 " accounts, %s", cohort->key,
	    cohort->members, key_kind_words(cohort->kind));
}

static void publish(struct engine_side *side)
{
	board_publish(side->board, &side->changes);
	for (int i = 0; i < side->changes.count && !side->is_candidate; i++)
		say_proof(side, &side->changes.at[i]);
}

bool engine_side_is_standing(void *engine, uint64_t id)
{
	const struct cohort *cohort = engine_cohort(engine, id);

	return cohort && cohort->state != ENGINE_STATE_QUIET &&
	       cohort->state != ENGINE_STATE_RELEASED;
}

/* Costs a walk over the board. */
static void tidy(struct engine_side *side)
{
	int64_t now_us = engine_clock_us(side->engine);

	side->has_tidied = side->tidied_us && now_us - side->tidied_us >= TIDY_US;
	if (side->has_tidied)
		board_clear(side->board, engine_side_is_standing, side->engine);
	if (side->has_tidied || !side->tidied_us)
		side->tidied_us = now_us;
}

static void pass_rate(struct engine_side *side, int64_t now_us)
{
	if (!(side->next_rate > 0) || now_us < side->rate_until_us)
		return;
	side->settings.probe_rate = side->next_rate;
	side->next_rate = 0;
	engine_reload(side->engine, &side->settings);
}

void engine_side_learn(struct engine_side *side, const struct exchange_seen *seen)
{
	side->changes.count = 0;
	engine_see(side->engine, seen, &side->changes);
	publish(side);
	tidy(side);
	pass_rate(side, seen->facts->at_us);
}

enum engine_state engine_side_see(struct engine_side *side, const struct exchange_seen *seen)
{
	engine_side_learn(side, seen);
	return board_judge(side->board, seen->facts, seen->prompt).state;
}

void engine_side_tick(struct engine_side *side, int64_t now_us)
{
	pass_rate(side, now_us);
	side->changes.count = 0;
	engine_tick(side->engine, now_us, &side->changes);
	publish(side);
	tidy(side);
}

void engine_side_adopt(
    struct engine_side *side, const struct engine_settings *settings, int64_t now_us)
{
	double rate = side->settings.probe_rate;

	side->settings = *settings;
	side->next_rate = 0;
	if (settings->probe_rate < rate) {
		side->settings.probe_rate = rate;
		side->next_rate = settings->probe_rate;
		side->rate_until_us = now_us + CONVERSATION_LIFE_S * INT64_C(1000000);
	}
	engine_reload(side->engine, &side->settings);
}
