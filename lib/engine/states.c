/*
 * What a cohort's evidence makes of it: quiet, watch, tagged, proven, released. States rise at
 * once and fall slowly. Nothing here reads a feature.
 */
#include "engine/room.h"
#include "evidence/ledger.h"
#include "evidence/proof.h"

#include <math.h>

#define HALF_LIFE_S (7 * 86400)
#define RELEASE_S   86400
#define HALVE_S     600
#define FLOOR_RATE  (1.0f / 60)
#define REPUBLISH_S 600
#define SWEEP_SOME  8

static uint8_t score_of(const struct engine *engine, const struct cohort *cohort)
{
	double ln_m = ledger_ln_m(cohort);
	double watch = engine->ln_watch, tag = engine->ln_tag;

	if (cohort->state == ENGINE_STATE_PROVEN)
		return cohort->tags ? 100 : 95;
	if (cohort->state == ENGINE_STATE_TAGGED)
		return (uint8_t)fmin(94, 75 + 4 * cohort->tags);
	if (cohort->state == ENGINE_STATE_WATCH)
		return (uint8_t)fmax(50, fmin(74, 50 + 24 * (ln_m - watch) / (tag - watch)));
	return (uint8_t)fmax(0, fmin(49, 49 * ln_m / watch));
}

/* Half of the last hour's mean, halved every ten minutes to a floor. */
static float rate_of(const struct sketch *sketch, uint32_t now_s)
{
	float rate = sketch->shape_rate / 2;
	uint32_t halvings = (now_s - sketch->proven_s) / HALVE_S;

	rate = ldexpf(rate, halvings > 30 ? -30 : -(int)halvings);
	return rate > FLOOR_RATE ? rate : FLOOR_RATE;
}

struct verdict states_verdict(
    const struct engine *engine, const struct cohort *cohort, uint32_t now_s)
{
	const struct sketch *sketch = cohorts_sketch(&engine->cohorts, cohort);
	const struct displacing_trial *trial = displacing_of(engine, cohort);
	bool is_proven = cohort->state == ENGINE_STATE_PROVEN;
	bool is_tried = cohort->state == ENGINE_STATE_TAGGED && trial && trial->is_running;

	return (struct verdict){
		.cohort = cohort->key,
		.state = cohort->state,
		.score = score_of(engine, cohort),
		.may_probe = cohort->state >= ENGINE_STATE_WATCH &&
			     cohort->state <= ENGINE_STATE_PROVEN,
		.may_shape = is_proven && !cohort->is_held_out && key_may_shape(cohort->kind),
		.rate = is_proven && sketch ? rate_of(sketch, now_s) : 0,
		.trial = is_tried ? cohort->key : 0,
		.size = is_tried ? trial->size : 0,
	};
}

static bool add_change(
    struct verdict_changes *changes, uint64_t subject, const struct verdict *verdict)
{
	for (int i = 0; i < changes->count; i++)
		if (changes->at[i].subject == subject) {
			changes->at[i].verdict = *verdict;
			return true;
		}
	if (changes->count == VERDICT_CHANGES) {
		changes->dropped++;
		return false;
	}
	changes->at[changes->count++] = (struct verdict_change){ subject, *verdict };
	return true;
}

static bool is_account_kind(uint8_t kind)
{
	return kind == KEY_NETWORK || kind == KEY_BIRTH || kind == KEY_HOPS;
}

bool states_has_line(const struct cohort *cohort)
{
	return !is_account_kind(cohort->kind);
}

bool states_show(struct engine *engine, const struct cohort *cohort, uint32_t now_s,
    struct verdict_changes *changes)
{
	struct verdict verdict = states_verdict(engine, cohort, now_s);

	return states_has_line(cohort) && add_change(changes, cohort->key, &verdict);
}

bool states_is_held_out(const struct engine *engine, uint64_t key)
{
	uint64_t x = (key ^ engine->settings.seed) * 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 31) * 0xff51afd7ed558ccdULL;
	return (double)(x >> 11) * 0x1p-53 < engine->settings.hold_out;
}

static void enter(struct engine *engine, struct cohort *cohort, uint8_t state, uint32_t now_s)
{
	struct sketch *sketch = cohorts_sketch(&engine->cohorts, cohort);

	if (state != ENGINE_STATE_QUIET && state != ENGINE_STATE_RELEASED && !cohort->watch_s)
		cohort->watch_s = now_s;
	if (state == ENGINE_STATE_QUIET || state == ENGINE_STATE_RELEASED)
		cohort->watch_s = 0;
	if (state == ENGINE_STATE_PROVEN) {
		sketch->shape_rate = (float)sketch_hour(sketch, now_s) / 3600;
		sketch->proven_s = now_s;
		cohort->is_held_out = states_is_held_out(engine, cohort->key);
		engine->counts.proofs++;
	}
	if (state == ENGINE_STATE_TAGGED)
		displacing_begin(engine, cohort);
	engine->counts.releases += state == ENGINE_STATE_RELEASED;
	cohort->state = state;
	cohort->state_s = cohort->above_s = now_s;
}

/* What stands for population evidence beside a displacement: a tag that still holds was worth
 * the threshold it crossed, though its ledger began anew. */
static double population_of(
    const struct engine *engine, const struct cohort *cohort, uint8_t state)
{
	double ln_m = ledger_ln_m(cohort);

	return state >= ENGINE_STATE_TAGGED && cohort->tags ? fmax(ln_m, engine->ln_tag) : ln_m;
}

static enum proof_kind find_proof(
    const struct engine *engine, const struct cohort *cohort, uint8_t state)
{
	const struct displacing_trial *trial = displacing_of(engine, cohort);
	const struct proof_tally tally = {
		.ln_e = { cohort->proof[0], cohort->proof[1] },
		.pairs = cohort->pairs,
		.probes = cohort->probes,
		.hops = (unsigned)cohort->hops[0] + cohort->hops[1],
	};

	if (!cohort->sketch)
		return PROOF_KIND_NONE;
	if (proof_is_enough(&tally, engine->settings.prove_evidence))
		return tally.ln_e[PROOF_SAME] >= tally.ln_e[PROOF_EXTENSION]
			   ? PROOF_KIND_SAME
			   : PROOF_KIND_EXTENSION;
	if (trial && displacement_is_enough(&trial->state, engine->settings.prove_evidence,
			 population_of(engine, cohort, state)))
		return PROOF_KIND_DISPLACEMENT;
	return PROOF_KIND_NONE;
}

/* A crossing clears only its own ledger; it is remembered as a tag. */
static bool take_tags(struct engine *engine, struct cohort *cohort)
{
	bool has_crossed = false;

	for (int depth = 0; depth < COHORT_DEPTHS; depth++)
		if (ledger_is_over(cohort->ledger[depth], depth, engine->ln_tag)) {
			cohort->ledger[depth] = -INFINITY;
			has_crossed = true;
		}
	if (cohort->provenance >= engine->ln_tag) {
		cohort->provenance = -INFINITY;
		has_crossed = true;
	}
	if (has_crossed) {
		engine->counts.tags++;
		cohort->tags += cohort->tags < UINT8_MAX;
	}
	return has_crossed;
}

static uint8_t rank_of(uint8_t state)
{
	return state == ENGINE_STATE_RELEASED ? ENGINE_STATE_QUIET : state;
}

static void weigh_state(struct engine *engine, struct cohort *cohort, struct passage *passage)
{
	bool has_tag = take_tags(engine, cohort);
	uint8_t state = rank_of(cohort->state);
	enum proof_kind proof;

	if (ledger_ln_m(cohort) >= engine->ln_watch) {
		cohort->above_s = state == ENGINE_STATE_WATCH ? passage->now_s
							      : cohort->above_s;
		state = state > ENGINE_STATE_WATCH ? state : ENGINE_STATE_WATCH;
	}
	if (has_tag) {
		cohort->above_s = passage->now_s;
		state = state > ENGINE_STATE_TAGGED ? state : ENGINE_STATE_TAGGED;
	}
	proof = state != ENGINE_STATE_QUIET ? find_proof(engine, cohort, state)
					    : PROOF_KIND_NONE;
	if (proof) {
		cohort->above_s = passage->now_s;
		state = ENGINE_STATE_PROVEN;
	}
	if (state == rank_of(cohort->state))
		return;
	engine->counts.proofs_by[proof] += proof != PROOF_KIND_NONE;
	enter(engine, cohort, state, passage->now_s);
	states_show(engine, cohort, passage->now_s, passage->changes);
}

/* What nearly all are nearly always: quiet, with nothing in any ledger that could change it. */
static bool is_calm(const struct engine *engine, const struct cohort *cohort)
{
	double least = engine->ln_watch < engine->ln_tag ? engine->ln_watch : engine->ln_tag;
	double most = cohort->provenance;

	for (int depth = 0; depth < COHORT_DEPTHS; depth++)
		most = cohort->ledger[depth] > most ? cohort->ledger[depth] : most;
	return rank_of(cohort->state) == ENGINE_STATE_QUIET && most < least;
}

void states_judge(struct engine *engine, struct cohort *cohort, struct passage *passage)
{
	if (!is_calm(engine, cohort))
		weigh_state(engine, cohort, passage);
}

/* Cohorts whose key a worker cannot make are published by the account that was seen. */
void states_publish(struct engine *engine, struct passage *passage)
{
	const struct cohort *most = NULL;
	struct verdict verdict;

	if (passage->now_s - passage->account->published_s < REPUBLISH_S)
		return;
	for (int i = 0; i < passage->keys.count; i++) {
		const struct cohort *cohort = passage->cohorts[i];

		if (cohort && is_account_kind(cohort->kind) && rank_of(cohort->state) &&
		    (!most || cohort->state > most->state))
			most = cohort;
	}
	if (!most)
		return;
	passage->account->published_s = passage->now_s;
	verdict = states_verdict(engine, most, passage->now_s);
	add_change(passage->changes, passage->account->key, &verdict);
}

static void decay(struct engine *engine, struct cohort *cohort, double elapsed_s)
{
	struct displacing_trial *trial = displacing_of(engine, cohort);

	if (trial)
		displacement_decay(&trial->state, elapsed_s, HALF_LIFE_S);
	for (int i = 0; i < COHORT_DEPTHS; i++)
		cohort->ledger[i] = ledger_decay(cohort->ledger[i], elapsed_s, HALF_LIFE_S);
	for (int i = 0; i < PROOF_LEDGERS; i++)
		cohort->proof[i] = ledger_decay(cohort->proof[i], elapsed_s, HALF_LIFE_S);
	cohort->provenance = ledger_decay(cohort->provenance, elapsed_s, HALF_LIFE_S);
}

static void review(struct engine *engine, struct cohort *cohort, uint32_t now_s,
    struct verdict_changes *changes)
{
	if (!rank_of(cohort->state))
		return;
	if (cohort->state == ENGINE_STATE_PROVEN && find_proof(engine, cohort, cohort->state) &&
	    now_s - cohort->last_s < RELEASE_S)
		cohort->above_s = now_s;
	if (now_s - cohort->above_s > RELEASE_S) {
		enter(engine, cohort, ENGINE_STATE_RELEASED, now_s);
		states_show(engine, cohort, now_s, changes);
	} else if (cohort->state == ENGINE_STATE_PROVEN) {
		states_show(engine, cohort, now_s, changes);
	}
}

/* The next few cohorts from |*from| on, all asked of memory before the first is looked at. */
static int ask_for_cohorts(
    const struct slots *slots, size_t *from, size_t to, struct cohort *some[SWEEP_SOME])
{
	int count = 0;

	for (; count < SWEEP_SOME && (*from = slots_next(slots, *from, to)) < to; ++*from) {
		some[count] = slots_at(slots, *from);
		__builtin_prefetch(some[count], 1);
		__builtin_prefetch(some[count]->proof, 1);
		count++;
	}
	return count;
}

void states_sweep(struct engine *engine, uint32_t now_s, struct verdict_changes *changes)
{
	struct slots *slots = &engine->cohorts.slots;
	size_t slice_size = slots_capacity(slots) / SWEEP_SLICES + 1;
	size_t from = engine->slice * slice_size, to = from + slice_size;
	uint32_t elapsed_s = now_s - engine->swept_s[engine->slice];
	bool has_begun = engine->swept_s[engine->slice];
	struct cohort *some[SWEEP_SOME];
	int count;

	engine->swept_s[engine->slice] = now_s;
	engine->slice = (engine->slice + 1) % SWEEP_SLICES;
	to = to < slots_capacity(slots) ? to : slots_capacity(slots);
	while ((count = ask_for_cohorts(slots, &from, to, some)))
		for (int i = 0; i < count; i++) {
			if (has_begun)
				decay(engine, some[i], elapsed_s);
			review(engine, some[i], now_s, changes);
		}
	pairs_sweep(
	    &engine->pairs, pairs_buckets(&engine->pairs) / (SWEEP_SLICES * 64) + 1, now_s);
}
