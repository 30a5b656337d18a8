/*
 * Displacement at work: who is on trial, what arrived in which epoch, and when an epoch is
 * over. Epochs go by arrivals, as the workers' coins do, and wait for late records before they
 * are settled. Only records move it, never the clock, so that a replay settles as the day did.
 * It must never let the coin of an epoch decide what is counted in it.
 */
#include "engine/displacing.h"

#include "engine/room.h"

#include <math.h>
#include <string.h>

static int64_t epoch_of(int64_t at_us)
{
	return at_us / DISPLACEMENT_EPOCH_US;
}

struct displacing_trial *displacing_of(const struct engine *engine, const struct cohort *cohort)
{
	struct displacing *displacing = engine->displacing;

	if (!cohort->was_tried)
		return NULL;
	for (uint32_t i = 0; i < displacing->count; i++)
		if (displacing->trials[i].cohort == cohort->key &&
		    displacing->trials[i].born_s == cohort->born_s)
			return displacing->trials + i;
	return NULL;
}

static bool is_tried(const struct cohort *cohort)
{
	return cohort->state == ENGINE_STATE_TAGGED;
}

static const struct cohort *cohort_of(
    const struct engine *engine, const struct displacing_trial *trial)
{
	const struct cohort *cohort = cohorts_find(&engine->cohorts, trial->cohort);

	return cohort && cohort->born_s == trial->born_s ? cohort : NULL;
}

/* Whether the trial can bring nothing any more, and has not proven either. */
static bool is_spent(const struct engine *engine, const struct displacing_trial *trial)
{
	const struct cohort *cohort = cohort_of(engine, trial);

	if (!cohort)
		return true;
	if (cohort->state == ENGINE_STATE_PROVEN)
		return !displacement_is_enough(
		    &trial->state, engine->settings.prove_evidence, DISPLACEMENT_LN_M);
	return !is_tried(cohort) || displacement_is_over(&trial->state);
}

static struct displacing_trial *find_place(struct engine *engine)
{
	struct displacing *displacing = engine->displacing;

	if (displacing->count < DISPLACING_MOST)
		return displacing->trials + displacing->count++;
	for (uint32_t i = 0; i < displacing->count; i++)
		if (is_spent(engine, displacing->trials + i))
			return displacing->trials + i;
	return NULL;
}

void displacing_begin(struct engine *engine, struct cohort *cohort)
{
	struct displacing_trial *trial;

	if (cohort->was_tried || !key_may_shape(cohort->kind) ||
	    states_is_held_out(engine, cohort->key))
		return;
	trial = find_place(engine);
	if (!trial) {
		engine->counts.trials_refused++;
		return;
	}
	memset(trial, 0, sizeof(*trial));
	trial->cohort = cohort->key;
	trial->born_s = cohort->born_s;
	trial->since = engine->displacing->open;
	cohort->was_tried = true;
	engine->counts.trials++;
}

/* The place of the epoch in which |passage| arrived, or −1: it comes too late to count. */
static int place_of(const struct engine *engine, const struct passage *passage)
{
	int64_t epoch = epoch_of(passage->arrived_us), open = engine->displacing->open;

	return epoch > open - DISPLACING_LAG && epoch <= open ? (int)(epoch % DISPLACING_RING)
							      : -1;
}

void displacing_count_all(struct engine *engine, const struct passage *passage)
{
	int place = place_of(engine, passage);

	if (place >= 0)
		engine->displacing->all[place]++;
}

/* All that arrives from U counts, refused or not: see displacement.h. */
void displacing_count(
    struct engine *engine, const struct passage *passage, const struct cohort *cohort)
{
	const struct exchange_seen *seen = passage->seen;
	struct displacing_trial *trial = displacing_of(engine, cohort);
	int place = trial ? place_of(engine, passage) : -1;
	struct facts facts = { .owner = seen->facts->owner, .at_us = passage->arrived_us };
	struct displacement_epoch *epoch;

	if (place < 0)
		return;
	epoch = trial->pending + place;
	if (seen->hold && seen->trial == cohort->key && !epoch->coin)
		epoch->coin = seen->hold == RECORD_HOLD_OFF ? RECORD_HOLD_OFF : RECORD_HOLD_ON;
	if (displacement_is_treated(&facts)) {
		epoch->treated++;
		epoch->held += seen->hold == RECORD_HOLD_HELD && seen->trial == cohort->key;
	} else {
		epoch->untreated++;
		epoch->refused += seen->is_limited || seen->is_shaped;
	}
}

static uint32_t bets_of(const struct displacing_trial *trial)
{
	return trial->state.bets[0] + trial->state.bets[1];
}

static void settle_epoch(struct engine *engine, int64_t number)
{
	struct displacing *displacing = engine->displacing;
	int place = (int)(number % DISPLACING_RING);

	for (uint32_t i = 0; i < displacing->count; i++) {
		struct displacing_trial *trial = displacing->trials + i;
		struct displacement_epoch *epoch = trial->pending + place;
		uint32_t bets = bets_of(trial);

		epoch->all = displacing->all[place];
		if (number > trial->since)
			displacement_settle(&trial->state, epoch);
		engine->counts.trial_epochs += bets_of(trial) - bets;
		memset(epoch, 0, sizeof(*epoch));
	}
	displacing->all[place] = 0;
}

static void show(struct engine *engine, struct displacing_trial *trial,
    const struct cohort *cohort, struct verdict_changes *changes)
{
	bool may_run = is_tried(cohort) && displacement_may_run(&trial->state);
	uint32_t now_s = (uint32_t)(engine->clock.now_us / 1000000);

	if (may_run == (bool)trial->is_running)
		return;
	trial->is_running = may_run;
	if (!trial->size)
		trial->size = (uint16_t)fmin(UINT16_MAX, 1 + 4 * trial->state.cohort);
	if (is_tried(cohort) && !states_show(engine, cohort, now_s, changes))
		trial->is_running = !may_run; /* no room: again at the next epoch's end */
}

static void review(struct engine *engine, struct verdict_changes *changes)
{
	struct displacing *displacing = engine->displacing;

	for (uint32_t i = 0; i < displacing->count; i++) {
		struct displacing_trial *trial = displacing->trials + i;
		const struct cohort *cohort = cohort_of(engine, trial);

		if (cohort)
			show(engine, trial, cohort, changes);
	}
}

void displacing_settle(struct engine *engine, struct verdict_changes *changes)
{
	struct displacing *displacing = engine->displacing;
	int64_t now = epoch_of(engine->clock.now_us), from = displacing->open;

	if (now <= from)
		return;
	for (int64_t open = from + 1; open <= now && open <= from + DISPLACING_RING; open++)
		if (open >= DISPLACING_LAG)
			settle_epoch(engine, open - DISPLACING_LAG);
	displacing->open = now;
	review(engine, changes);
}

bool displacing_is_in_bounds(const struct displacing *displacing)
{
	return displacing->count <= DISPLACING_MOST && displacing->open >= 0;
}
