/*
 * One exchange's way through the engine: account, hops, keys, cohorts, bets, states. The order
 * is fixed and everything is looked up in tables of fixed size, at most KEYS_MAX keys each, so
 * the cost does not grow with what came before.
 */
#include "engine/engine.h"

#include "base/xalloc.h"
#include "engine/room.h"

#include <math.h>
#include <stdlib.h>

#define ACCOUNT_UNIT_S      (4 * 3600)
#define CONVERSATION_UNIT_S 120

#define TAGGED(type)        (sizeof(type) + sizeof(uint32_t)) /* an entry of slots.h */

/* The entries of a table, a power of two, that fit |percent| of the memory. */
static size_t fit(size_t bytes, unsigned percent, size_t each)
{
	size_t room = bytes / 100 * percent / each, size = 16;

	while (size * 2 <= room)
		size *= 2;
	return size;
}

void engine_settings_default(struct engine_settings *settings, size_t memory_bytes)
{
	*settings = (struct engine_settings){
		.watch_evidence = 1e3,
		.tag_evidence = 1e9,
		.prove_evidence = 1e4,
		.probe_rate = 0.02,
		.hold_out = 0.05,
		.accounts = fit(memory_bytes, 20, TAGGED(struct account)),
		.owners = fit(memory_bytes, 2, TAGGED(struct hops_owner)),
		.conversations = fit(memory_bytes, 12, TAGGED(struct conversation)),
		.pairs = fit(memory_bytes, 20, sizeof(uint64_t)),
		.candidates = fit(memory_bytes, 14, TAGGED(struct candidate)),
		.cohorts = fit(memory_bytes, 12, TAGGED(struct cohort)),
		.sketches = memory_bytes / 100 * 20 /
			    (sizeof(struct sketch) + sizeof(uint32_t)),
	};
}

struct engine *engine_new(
    const struct engine_settings *settings, const struct envelope *envelope)
{
	struct engine *engine = xalloc(sizeof(*engine));
	const struct cohorts_room room = { settings->candidates, settings->cohorts,
		settings->sketches };

	engine->settings = *settings;
	engine->ln_watch = log(settings->watch_evidence);
	engine->ln_tag = log(settings->tag_evidence);
	engine->envelope = envelope;
	slots_init(
	    &engine->accounts, settings->accounts, sizeof(struct account), settings->seed + 1);
	slots_init(
	    &engine->owners, settings->owners, sizeof(struct hops_owner), settings->seed + 2);
	slots_init(&engine->conversations, settings->conversations, sizeof(struct conversation),
	    settings->seed + 3);
	engine->accounts.unit_s = ACCOUNT_UNIT_S;
	engine->owners.unit_s = ACCOUNT_UNIT_S;
	engine->conversations.unit_s = CONVERSATION_UNIT_S;
	pairs_init(&engine->pairs, settings->pairs, settings->seed + 4);
	cohorts_init(&engine->cohorts, &room, settings->seed + 5);
	engine->displacing = xalloc(sizeof(*engine->displacing));
	return engine;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	slots_fini(&engine->accounts);
	slots_fini(&engine->owners);
	slots_fini(&engine->conversations);
	pairs_fini(&engine->pairs);
	cohorts_fini(&engine->cohorts);
	free(engine->displacing);
	free(engine);
}

struct exchange_seen engine_seen_of(const struct record *record)
{
	return (struct exchange_seen){ .facts = &record->facts,
		.prompt = &record->prompt,
		.reply = &record->reply,
		.coin = record->coin,
		.is_limited = record->is_limited,
		.is_shaped = record->is_shaped,
		.hold = record->hold,
		.trial = record->trial };
}

/* The tables that every exchange asks, through |prefetch|. */
static void prefetch_tables(
    const struct engine *engine, const struct exchange_seen *seen, slots_prefetch_fn *prefetch)
{
	const struct slots *candidates = &engine->cohorts.candidates;
	const struct slots *conversations = &engine->conversations;
	const struct prompt_facts *prompt = seen->prompt;

	for (int i = 0; i < seen->keys.count; i++)
		prefetch(candidates, slots_place(candidates, seen->keys.at[i].value));
	prefetch(&engine->accounts, slots_place(&engine->accounts, seen->facts->account));
	if (engine->owners.used)
		prefetch(&engine->owners, slots_place(&engine->owners, seen->facts->owner));
	prefetch(conversations, slots_place(conversations, prompt->conversation));
	for (int i = 0; i < prompt->earlier_count && i < HOPPING_POINTS; i++)
		prefetch(conversations, slots_place(conversations, prompt->earlier[i]));
}

void engine_prefetch_tags(const struct engine *engine, const struct exchange_seen *seen)
{
	prefetch_tables(engine, seen, slots_prefetch);
}

void engine_prefetch_entries(const struct engine *engine, const struct exchange_seen *seen)
{
	prefetch_tables(engine, seen, slots_prefetch_entry);
}

static void find_cohorts(struct engine *engine, struct passage *passage)
{
	uint64_t owner = passage->seen->facts->owner;

	keys_of_account(&passage->keys, passage->seen->facts,
	    passage->account->first_s ? passage->account->first_s : passage->now_s,
	    hops_root(&engine->owners, owner));
	for (int i = 0; i < passage->keys.count; i++) {
		struct cohort *cohort = cohorts_note(
		    &engine->cohorts, passage->keys.at + i, owner, passage->now_s);

		passage->cohorts[i] = cohort;
		if (!cohort)
			continue;
		pairs_prefetch(&engine->pairs,
		    pairs_place(&engine->pairs, passage->keys.at[i].value, owner));
	}
	for (int i = 0; i < passage->keys.count; i++) {
		struct cohort *cohort = passage->cohorts[i];

		if (!cohort || cohort->key == passage->keys.at[i].value)
			continue;
		cohorts_forget(&engine->cohorts, passage->keys.at + i);
		passage->cohorts[i] = NULL;
	}
}

/* What was refused before it was counted is counted when it comes again; what was counted and
 * then failed is not: each demand is counted once, whatever the client says of itself. */
static bool is_refused_early(const struct exchange_seen *seen)
{
	return seen->is_limited || seen->is_shaped || seen->hold == RECORD_HOLD_HELD;
}

static void note_service(struct passage *passage)
{
	const struct exchange_seen *seen = passage->seen;
	uint16_t status = seen->reply->status;
	bool has_failed = seen->coin == RECORD_COIN_REFUSED || status == 429 || status >= 500;

	if (!is_refused_early(seen))
		account_serve(passage->account, seen->facts, seen->prompt, !has_failed);
}

static void see_cohorts(struct engine *engine, struct passage *passage)
{
	const struct exchange_seen *seen = passage->seen;
	bool is_counted = !is_refused_early(seen) &&
			  !account_is_repetition(passage->account, seen->facts, seen->prompt);

	engine->matched_count = 0;
	for (int i = 0; i < passage->keys.count; i++) {
		struct cohort *cohort = passage->cohorts[i];

		if (!cohort)
			continue;
		if (passage->is_telling || cohort->kind == KEY_HOPS)
			hopping_weigh(engine, passage, cohort);
		if (cohort->was_tried)
			displacing_count(engine, passage, cohort);
		if (is_counted)
			betting_count(engine, passage, cohort);
		states_judge(engine, cohort, passage);
		if (cohort->state != ENGINE_STATE_QUIET)
			engine->matched[engine->matched_count++] = cohort->key;
	}
	states_publish(engine, passage);
}

static void tell_time(struct engine *engine, uint32_t now_s)
{
	if (now_s == engine->told_s)
		return;
	engine->told_s = now_s;
	slots_clock(&engine->accounts, now_s);
	slots_clock(&engine->owners, now_s);
	slots_clock(&engine->conversations, now_s);
	slots_clock(&engine->cohorts.candidates, now_s);
}

static void pass_time(struct engine *engine, uint32_t now_s, struct verdict_changes *changes)
{
	uint32_t last = engine->swept_s[(engine->slice + SWEEP_SLICES - 1) % SWEEP_SLICES];

	if (now_s - last >= SWEEP_S / SWEEP_SLICES)
		states_sweep(engine, now_s, changes);
}

void engine_see(
    struct engine *engine, const struct exchange_seen *seen, struct verdict_changes *changes)
{
	struct passage passage = {
		.seen = seen, .arrived_us = seen->facts->at_us, .changes = changes
	};
	struct facts facts = *seen->facts;
	struct exchange_seen now = *seen;
	bool is_new;

	engine->counts.exchanges++;
	memset(engine->counts.ticks, 0, sizeof(engine->counts.ticks));
	facts.at_us = clock_see(&engine->clock, facts.at_us);
	if (!engine->began_us)
		engine->began_us = facts.at_us;
	passage.now_s = (uint32_t)(facts.at_us / 1000000);
	now.facts = &facts;
	passage.seen = &now;
	if (!facts.account || seen->prompt->dialect == DIALECT_NONE) {
		engine->counts.skipped++;
		engine->matched_count = 0;
		return;
	}
	if (!facts.owner)
		facts.owner = facts.account;
	passage.keys = seen->keys;
	if (!passage.keys.count)
		keys_of_exchange(&passage.keys, &facts, seen->prompt);
	tell_time(engine, passage.now_s);
	displacing_settle(engine, changes);
	displacing_count_all(engine, &passage);
	passage.account = slots_claim(&engine->accounts, facts.account,
	    slots_place(&engine->accounts, facts.account), &is_new);
	slots_hold(&engine->accounts, account_worth(passage.account));
	if (is_new)
		rarity_see(&engine->rarity, &facts);
	engine->counts.probes += seen->coin == RECORD_COIN_REFUSED;
	hopping_look(engine, &passage);
	find_cohorts(engine, &passage);
	see_cohorts(engine, &passage);
	hopping_note(engine, &passage);
	note_service(&passage);
	account_see(passage.account, &facts, seen->prompt);
	pass_time(engine, passage.now_s, changes);
}

/* Adds the time to the run of ticks that it goes on with, or begins another. */
static void note_tick(struct engine *engine, uint64_t now_s)
{
	uint64_t *ticks = engine->counts.ticks;
	int last = 0;

	while (last < RECORD_TICKS - 1 && ticks[last + 1])
		last++;
	if (ticks[last] && now_s == (ticks[last] >> 32) + (uint32_t)ticks[last] * ENGINE_TICK_S)
		ticks[last]++;
	else if (!ticks[last])
		ticks[last] = now_s << 32 | 1;
	else
		ticks[last < RECORD_TICKS - 1 ? last + 1 : last] = now_s << 32 | 1;
}

void engine_tick(struct engine *engine, int64_t now_us, struct verdict_changes *changes)
{
	if (!engine->clock.now_us)
		return;
	note_tick(engine, (uint64_t)(now_us / 1000000));
	if (now_us > engine->clock.now_us)
		engine->clock.now_us = now_us;
	pass_time(engine, (uint32_t)(engine->clock.now_us / 1000000), changes);
}

void engine_on_bet(struct engine *engine, engine_bet_fn *on_bet, void *arg)
{
	engine->on_bet = on_bet;
	engine->on_bet_arg = arg;
}

void engine_counts(const struct engine *engine, struct engine_counts *counts)
{
	*counts = engine->counts;
	counts->late = engine->clock.late;
	counts->steps = engine->clock.steps;
	counts->accounts = engine->accounts.used;
	counts->owners = engine->owners.used;
	counts->conversations = engine->conversations.used;
	counts->pairs = engine->pairs.used;
	counts->candidates = engine->cohorts.candidates.used;
	counts->cohorts = engine->cohorts.slots.used;
	counts->sketches = engine->cohorts.sketch_count - engine->cohorts.free_count;
	counts->accounts_evicted = engine->accounts.evicted;
	counts->cohorts_evicted = engine->cohorts.slots.evicted;
	counts->candidates_evicted = engine->cohorts.candidates.evicted;
	counts->conversations_evicted = engine->conversations.evicted;
	counts->pairs_refused = engine->pairs.refused;
	counts->sketches_refused = engine->cohorts.sketches_refused;
	counts->bytes = sizeof(*engine) + sizeof(*engine->displacing) +
			slots_bytes(&engine->accounts) + slots_bytes(&engine->owners) +
			slots_bytes(&engine->conversations) +
			pairs_buckets(&engine->pairs) * 64 + cohorts_bytes(&engine->cohorts);
}

int engine_matched(const struct engine *engine, uint64_t ids[KEYS_MAX])
{
	memcpy(ids, engine->matched, sizeof(engine->matched));
	return engine->matched_count;
}

int64_t engine_clock_us(const struct engine *engine)
{
	return engine->clock.now_us;
}

void engine_reload(struct engine *engine, const struct engine_settings *settings)
{
	engine->settings.watch_evidence = settings->watch_evidence;
	engine->settings.tag_evidence = settings->tag_evidence;
	engine->settings.prove_evidence = settings->prove_evidence;
	engine->settings.probe_rate = settings->probe_rate;
	engine->settings.hold_out = settings->hold_out;
	engine->ln_watch = log(settings->watch_evidence);
	engine->ln_tag = log(settings->tag_evidence);
}

const struct cohort *engine_next_cohort(
    const struct engine *engine, size_t *number, bool with_quiet)
{
	const struct slots *slots = &engine->cohorts.slots;

	while (*number < slots_capacity(slots)) {
		const struct cohort *cohort = slots_at(slots, (*number)++);

		if (cohort && (with_quiet || cohort->state != ENGINE_STATE_QUIET))
			return cohort;
	}
	return NULL;
}

const struct cohort *engine_cohort(const struct engine *engine, uint64_t id)
{
	return cohorts_find(&engine->cohorts, id);
}

struct verdict engine_verdict(const struct engine *engine, const struct cohort *cohort)
{
	return states_verdict(engine, cohort, (uint32_t)(engine->clock.now_us / 1000000));
}
