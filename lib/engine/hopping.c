/*
 * Conversations and signed blocks that move between owners: the causal evidence (detection.md
 * §5a) and the provenance (§5c). A hop inside one owner is no hop; a conversation that several
 * owners sent by themselves says nothing when one of them goes on with it.
 */
#include "engine/room.h"
#include "evidence/ledger.h"
#include "evidence/proof.h"
#include "evidence/provenance.h"

static struct hop hop_of(const struct conversation *entry, uint64_t owner)
{
	if (!entry)
		return (struct hop){ 0 };
	return (
	    struct hop){ true, entry->owner != owner, entry->coin, entry->owner, entry->at_s };
}

static void look_for_extension(struct engine *engine, struct passage *passage)
{
	const struct prompt_facts *prompt = passage->seen->prompt;

	for (int i = 0; i < prompt->earlier_count && i < HOPPING_POINTS; i++) {
		struct conversation *entry = conversation_find(
		    &engine->conversations, prompt->earlier[i], passage->now_s);

		if (!entry)
			continue;
		if (!entry->is_shared)
			passage->extension = hop_of(entry, passage->seen->facts->owner);
		return;
	}
}

static void look_for_signature(struct engine *engine, struct passage *passage)
{
	const struct prompt_facts *prompt = passage->seen->prompt;

	for (int i = 0; i < prompt->signature_count && !passage->signature.is_seen; i++)
		passage->signature = hop_of(conversation_find(&engine->conversations,
						prompt->signatures[i], passage->now_s),
		    passage->seen->facts->owner);
}

void hopping_look(struct engine *engine, struct passage *passage)
{
	const struct prompt_facts *prompt = passage->seen->prompt;
	uint64_t owner = passage->seen->facts->owner;

	if (prompt->conversation && prompt->conversation_bytes >= CONVERSATION_BYTES) {
		passage->same = hop_of(conversation_find(&engine->conversations,
					   prompt->conversation, passage->now_s),
		    owner);
		look_for_extension(engine, passage);
	}
	look_for_signature(engine, passage);
	if (passage->extension.has_hopped)
		hops_join(&engine->owners, owner, passage->extension.from, passage->now_s);
	if (passage->signature.has_hopped)
		hops_join(&engine->owners, owner, passage->signature.from, passage->now_s);
	passage->is_telling = passage->same.has_hopped || passage->extension.has_hopped ||
			      passage->seen->coin == RECORD_COIN_REFUSED;
	engine->counts.same_hops += passage->same.has_hopped;
	engine->counts.extension_hops += passage->extension.has_hopped;
}

static void count(uint16_t *counter)
{
	if (*counter < UINT16_MAX)
		(*counter)++;
}

/* One Y in one ledger. Whether it counts may depend on all but the coin. */
static void weigh_proof(struct engine *engine, struct passage *passage, struct cohort *cohort,
    enum proof_ledger ledger)
{
	const struct hop *hop = ledger == PROOF_SAME ? &passage->same : &passage->extension;
	struct sketch *sketch = cohorts_sketch(&engine->cohorts, cohort);
	bool was_refused = hop->coin == RECORD_COIN_REFUSED;

	if (!hop->has_hopped || hop->coin == RECORD_COIN_NONE || !sketch)
		return;
	if (!cohort->watch_s || hop->at_s < cohort->watch_s)
		return;
	if (!sketch_is_first_hop(
		sketch, hop->from + (uint64_t)ledger, passage->seen->facts->owner))
		return;
	count(&cohort->pairs);
	count(was_refused ? &cohort->hops[ledger] : &cohort->spared[ledger]);
	cohort->proof[ledger] += proof_factor(was_refused, engine->settings.probe_rate);
}

/* The first hop that joined two members only proposed them; the later ones bear witness. */
static void weigh_provenance(
    struct engine *engine, struct passage *passage, struct cohort *cohort)
{
	const struct hop *hop = passage->signature.is_seen ? &passage->signature
							   : &passage->extension;
	struct sketch *sketch = cohorts_sketch(&engine->cohorts, cohort);
	uint64_t owner = passage->seen->facts->owner;
	struct pair member;

	if (!hop->is_seen || hop->coin == RECORD_COIN_REFUSED || !sketch)
		return;
	if (hop->has_hopped) {
		member = pairs_look(&engine->pairs,
		    pairs_place(&engine->pairs, cohort->key, hop->from), passage->now_s);
		if (!member.count || !sketch_is_first_hop(sketch, hop->from + 2, owner))
			return;
	}
	cohort->provenance = ledger_multiply(
	    cohort->provenance, provenance_factor(hop->has_hopped));
}

void hopping_weigh(struct engine *engine, struct passage *passage, struct cohort *cohort)
{
	if (passage->seen->coin == RECORD_COIN_REFUSED && cohort->watch_s)
		count(&cohort->probes);
	weigh_proof(engine, passage, cohort, PROOF_SAME);
	weigh_proof(engine, passage, cohort, PROOF_EXTENSION);
	if (cohort->kind == KEY_HOPS)
		weigh_provenance(engine, passage, cohort);
}

void hopping_note(struct engine *engine, const struct passage *passage)
{
	const struct exchange_seen *seen = passage->seen;
	uint64_t owner = seen->facts->owner;

	if (seen->prompt->conversation &&
	    seen->prompt->conversation_bytes >= CONVERSATION_BYTES)
		conversation_note(&engine->conversations, seen->prompt->conversation, owner,
		    passage->now_s, seen->is_limited ? RECORD_COIN_NONE : seen->coin);
	for (int i = 0; i < seen->reply->signature_count; i++)
		conversation_note(&engine->conversations, seen->reply->signatures[i], owner,
		    passage->now_s, RECORD_COIN_NONE);
}
