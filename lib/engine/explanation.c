/*
 * Explanations of verdicts for people, and a check that they are no more than arithmetic. It
 * reads and never changes the engine.
 */
#include "engine/explanation.h"

#include "engine/room.h"
#include "evidence/ledger.h"
#include "evidence/proof.h"

#include <math.h>

#define ROUNDING 1e-6

static void find_reasons(const struct cohort *cohort, struct explanation *out)
{
	for (int i = 0; i < FEATURE_COUNT; i++) {
		int at = out->reason_count;

		if (cohort->nats[i] <= 0)
			continue;
		for (; at && out->reasons[at - 1].nats < cohort->nats[i]; at--)
			if (at < EXPLANATION_REASONS)
				out->reasons[at] = out->reasons[at - 1];
		if (at == EXPLANATION_REASONS)
			continue;
		out->reasons[at].feature = i;
		out->reasons[at].nats = cohort->nats[i];
		if (out->reason_count < EXPLANATION_REASONS)
			out->reason_count++;
	}
}

static void find_nearest(
    const struct engine *engine, const struct cohort *cohort, struct explanation *out)
{
	const struct sketch *sketch = cohorts_sketch(&engine->cohorts, cohort);
	unsigned votes[256] = { 0 }, count = cohort->bets < 8 ? cohort->bets : 8;
	uint8_t most = 0;

	if (!sketch || !count)
		return;
	for (unsigned i = 0; i < count; i++)
		if (++votes[sketch->nearest[i]] > votes[most])
			most = sketch->nearest[i];
	strncpy(out->nearest, envelope_class_name(engine->envelope, most), ENVELOPE_NAME - 1);
}

bool explanation_of(const struct engine *engine, uint64_t id, struct explanation *out)
{
	const struct cohort *cohort = engine_cohort(engine, id);
	const struct displacing_trial *trial;

	if (!cohort)
		return false;
	*out = (struct explanation){ .cohort = id,
		.kind = cohort->kind,
		.state = cohort->state,
		.tags = cohort->tags,
		.is_held_out = cohort->is_held_out,
		.accounts = cohort->members,
		.bets = cohort->bets,
		.exchanges = cohort->exchanges,
		.effective_accounts = cohort->f2
					  ? (double)cohort->exchanges *
						(double)cohort->exchanges / (double)cohort->f2
					  : 0,
		.born_s = cohort->born_s,
		.last_s = cohort->last_s,
		.state_s = cohort->state_s,
		.watch_s = cohort->watch_s,
		.provenance = cohort->provenance,
		.ln_m = ledger_ln_m(cohort),
		.ln_e = { cohort->proof[0], cohort->proof[1] },
		.probes = cohort->probes,
		.pairs = cohort->pairs,
		.hops = { cohort->hops[0], cohort->hops[1] },
		.spared = { cohort->spared[0], cohort->spared[1] },
		.tag_evidence = engine->settings.tag_evidence,
		.prove_evidence = engine->settings.prove_evidence,
		.probe_rate = engine->settings.probe_rate };
	for (int i = 0; i < COHORT_DEPTHS; i++)
		out->ln_m_of[i] = cohort->ledger[i] + ledger_ln_shares[i];
	trial = displacing_of(engine, cohort);
	out->has_trial = trial != NULL;
	if (trial) {
		out->trial = *trial;
		out->ln_displacement = displacement_ln_e(&trial->state);
	}
	find_reasons(cohort, out);
	find_nearest(engine, cohort, out);
	return true;
}

static void add_number(struct text *text, double value)
{
	if (isfinite(value))
		text_add_format(text, "%.6f", value);
	else
		text_add(text, BYTES("null"));
}

static void add_evidence(struct text *text, const struct explanation *why)
{
	text_add(text, BYTES(",\"ln_m\":"));
	add_number(text, why->ln_m);
	text_add(text, BYTES(",\"ln_m_by_depth\":{"));
	for (int i = 0; i < COHORT_DEPTHS; i++) {
		text_add_format(text, "%s\"%u\":", i ? "," : "", feature_depths[i]);
		add_number(text, why->ln_m_of[i]);
	}
	text_add(text, BYTES("},\"ln_provenance\":"));
	add_number(text, why->provenance);
	text_add_format(text,
	    ",\"ln_e\":{\"same\":%.6f,\"extension\":%.6f},\"probes\":%u,\"pairs\":%u,"
	    "\"hops\":[%u,%u],\"spared\":[%u,%u],\"reasons\":[",
	    why->ln_e[0], why->ln_e[1], why->probes, why->pairs, why->hops[0], why->hops[1],
	    why->spared[0], why->spared[1]);
	for (int i = 0; i < why->reason_count; i++)
		text_add_format(text, "%s{\"feature\":\"%s\",\"words\":\"%s\",\"nats\":%.3f}",
		    i ? "," : "", features[why->reasons[i].feature].name,
		    features[why->reasons[i].feature].words, (double)why->reasons[i].nats);
	text_add_char(text, ']');
}

void explanation_write_trial(struct text *text, const struct displacing_trial *trial)
{
	const struct displacement *state;

	if (!trial) {
		text_add(text, BYTES("null"));
		return;
	}
	state = &trial->state;
	text_add_format(text, "{\"running\":%s,\"ln_e\":%.6f,\"ln_e_by_stake\":[",
	    trial->is_running ? "true" : "false", displacement_ln_e(state));
	for (int i = 0; i < DISPLACEMENT_STAKES; i++)
		text_add_format(text, "%s%.6f", i ? "," : "", state->ln_e[i]);
	text_add_format(text,
	    "],\"peak\":%.6f,\"epochs\":[%u,%u],\"untreated\":[%llu,%llu],\"held\":%llu,"
	    "\"moved\":%.4f,\"traffic\":%.6f}",
	    state->peak, state->bets[0], state->bets[1], (unsigned long long)state->sums[0],
	    (unsigned long long)state->sums[1], (unsigned long long)state->held,
	    displacement_moved(state), state->all > 0 ? state->cohort / state->all : 0);
}

void explanation_write(struct text *text, const struct explanation *why)
{
	text_add(text, BYTES("{\"id\":\""));
	text_add_hex64(text, why->cohort);
	text_add_format(text,
	    "\",\"key\":\"%s\",\"words\":\"%s\",\"state\":\"%s\",\"held_out\":%s,"
	    "\"tags\":%u,\"accounts\":%u,\"effective_accounts\":%.1f,\"exchanges\":%llu,"
	    "\"first\":%u,\"last\":%u,\"state_since\":%u,\"watched_since\":%u,\"bets\":%u",
	    key_kind_name(why->kind), key_kind_words(why->kind), verdict_state_name(why->state),
	    why->is_held_out ? "true" : "false", why->tags, why->accounts,
	    why->effective_accounts, (unsigned long long)why->exchanges, why->born_s,
	    why->last_s, why->state_s, why->watch_s, why->bets);
	add_evidence(text, why);
	text_add(text, BYTES(",\"displacement\":"));
	explanation_write_trial(text, why->has_trial ? &why->trial : NULL);
	text_add(text, BYTES(",\"nearest_class\":"));
	text_add_json(text, bytes_of_text(why->nearest));
	text_add_format(text,
	    ",\"tag_evidence\":%g,\"prove_evidence\":%g,\"probe_rate\":%g,\"agrees\":%s}",
	    why->tag_evidence, why->prove_evidence, why->probe_rate,
	    explanation_agrees(why) ? "true" : "false");
}

/* What the counted hops multiply to without decay. */
static double full_ln_e(const struct explanation *why, int ledger)
{
	return why->hops[ledger] * proof_factor(true, why->probe_rate) +
	       why->spared[ledger] * proof_factor(false, why->probe_rate);
}

/* No epoch multiplies any stake by more than 2. */
static bool does_trial_agree(const struct explanation *why)
{
	const struct displacement *state = &why->trial.state;
	double most = (state->bets[0] + state->bets[1]) * log(2) + ROUNDING;

	for (int i = 0; i < DISPLACEMENT_STAKES; i++)
		if (state->ln_e[i] > most)
			return false;
	return fabs(displacement_ln_e(state) - why->ln_displacement) <= ROUNDING &&
	       why->ln_displacement <= state->peak + ROUNDING;
}

bool explanation_agrees(const struct explanation *why)
{
	double most = why->provenance;

	if (why->has_trial && !does_trial_agree(why))
		return false;
	for (int i = 0; i < COHORT_DEPTHS; i++)
		most = fmax(most, why->ln_m_of[i]);
	if (isfinite(most) != isfinite(why->ln_m) ||
	    (isfinite(most) && fabs(most - why->ln_m) > ROUNDING))
		return false;
	/* Decay shrinks what stood above 1 before later hops: at most all of the gains. */
	for (int i = 0; i < PROOF_LEDGERS; i++) {
		double gains = why->hops[i] * proof_factor(true, why->probe_rate);

		if (why->ln_e[i] > gains + ROUNDING ||
		    why->ln_e[i] < full_ln_e(why, i) - fmax(0, gains) - ROUNDING)
			return false;
	}
	return why->pairs <= why->hops[0] + why->hops[1] + why->spared[0] + why->spared[1] &&
	       why->effective_accounts <= why->accounts * 1.0 + 64;
}
