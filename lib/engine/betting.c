/*
 * Population evidence: a member that reaches a depth for the first time in 30 days bets once on
 * what it looks like. The bet is made on what was known before this exchange, and only then is
 * the exchange taken into the cohort.
 */
#include "engine/room.h"
#include "evidence/ledger.h"

#define CROWD      1024 /* so many members bet and nothing is to be seen: no pool */
#define CROWD_PART 1024 /* of the room that is left a crowd may hold one in so many, */
#define PART       64   /* any other cohort one in so many */

static void place_bet(struct engine *engine, struct cohort *cohort, struct engine_bet *bet)
{
	float nats[FEATURE_COUNT];
	struct envelope_bin bin;
	struct sketch *sketch = cohorts_sketch(&engine->cohorts, cohort);

	bet->bin = envelope_bin_of(
	    envelope_score(engine->envelope, &bet->place, bet->levels, nats));
	bin = envelope_at(engine->envelope, &bet->place, bet->bin);
	bet->e = bin.e;
	bet->stake = cohort_weight(cohort);
	if (engine->on_bet)
		engine->on_bet(engine->on_bet_arg, bet);
	if (!envelope_is_sealed(engine->envelope))
		return;
	cohort->ledger[bet->place.depth] = ledger_bet(cohort->ledger[bet->place.depth],
	    sketch->shares[bet->place.depth], bet->stake, bin.e);
	for (int i = 0; i < FEATURE_COUNT; i++)
		cohort->nats[i] += nats[i];
	sketch->nearest[cohort->bets++ % 8] = bin.nearest;
	engine->counts.bets++;
}

/* A member that reached |depth|. */
static void bet_on_member(struct engine *engine, const struct passage *passage,
    struct cohort *cohort, struct pair member, int depth)
{
	const struct exchange_seen *seen = passage->seen;
	int group = key_group_of(cohort->kind, seen->prompt->user_bytes);
	struct sketch *sketch = cohorts_sketch(&engine->cohorts, cohort);
	struct feature_view view = { seen->facts, seen->prompt, passage->account, cohort,
		sketch, &engine->rarity, (uint32_t)(engine->began_us / 1000000), member.count,
		member.age_s, depth };
	struct engine_bet bet = { .seen = seen, .cohort = cohort };

	if (group >= 0) {
		bet.place = (struct envelope_place){ (uint8_t)group, (uint8_t)depth,
			envelope_phase(cohort->members, passage->now_s - view.began_s) };
		feature_levels(&view, bet.levels);
		place_bet(engine, cohort, &bet);
	}
	sketch_pace(sketch, depth, member.age_s);
}

/*
 * As the table of pairs fills, what everybody shares makes way for the small and the new, where
 * pools are: a cohort may hold a part of the room that is left (after Choudhury & Hahne,
 * "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches", 1998). It looks at no
 * member, so who is turned away is no matter of what it would have bet.
 */
static bool may_join(const struct engine *engine, const struct cohort *cohort, uint32_t now_s)
{
	uint64_t living = cohort->members, age_s = now_s - cohort->born_s;
	bool is_crowd = living >= CROWD && cohort->state == ENGINE_STATE_QUIET;

	if (age_s > PAIRS_LIFE_S && now_s > cohort->born_s) /* the others have left the table */
		living = living * PAIRS_LIFE_S / age_s;
	return living <= pairs_room(&engine->pairs) / (is_crowd ? CROWD_PART : PART);
}

void betting_count(struct engine *engine, struct passage *passage, struct cohort *cohort)
{
	const struct exchange_seen *seen = passage->seen;
	struct pair member = pairs_touch(&engine->pairs,
	    pairs_place(&engine->pairs, cohort->key, seen->facts->owner), passage->now_s,
	    may_join(engine, cohort, passage->now_s));
	bool is_promoted = cohorts_promote(&engine->cohorts, cohort);
	struct sketch *sketch = cohorts_sketch(&engine->cohorts, cohort);
	int depth = is_promoted ? feature_depth_of(member.count) : -1;

	cohort->last_s = passage->now_s;
	if (!member.count) /* turned away: it may not bet and is not counted */
		return;
	if (depth >= 0)
		bet_on_member(engine, passage, cohort, member, depth);
	cohort->exchanges++;
	cohort->members += member.count == 1;
	if (member.count < PAIRS_COUNT_MAX)
		cohort->f2 += 2 * (uint64_t)member.count - 1; /* (c−1)² → c² */
	if (!sketch)
		return;
	sketch_see(sketch, seen->facts, seen->prompt);
	if (seen->reply->status == 401 || seen->reply->status == 403)
		sketch_death(sketch, seen->facts);
}
