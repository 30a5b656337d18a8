/*
 * What the engine writes into the record of an exchange: under which rule it took it, and where
 * that left the evidence. It reads and never changes the engine.
 */
#include "engine/engine_attest.h"

#include "engine/room.h"
#include "evidence/proof.h"

_Static_assert(RECORD_LEDGERS == COHORT_DEPTHS + PROOF_LEDGERS + 2, "a place for each ledger");
_Static_assert(RECORD_NATS == COHORT_REASONS, "a place for each feature");

void engine_stamp(const struct engine *engine, struct record *record)
{
	const struct engine_settings *settings = &engine->settings;
	struct record_course *course = &record->course;

	course->number = engine->counts.exchanges + 1;
	memcpy(course->ticks, engine->counts.ticks, sizeof(course->ticks));
	course->rule[RECORD_RULE_WATCH] = settings->watch_evidence;
	course->rule[RECORD_RULE_TAG] = settings->tag_evidence;
	course->rule[RECORD_RULE_PROVE] = settings->prove_evidence;
	course->rule[RECORD_RULE_PROBE_RATE] = settings->probe_rate;
	course->rule[RECORD_RULE_HOLD_OUT] = settings->hold_out;
}

static int rank_of(const struct cohort *cohort)
{
	return cohort && cohort->state != ENGINE_STATE_RELEASED ? cohort->state : 0;
}

/* The cohort that decided comes first: a reader asks for its numbers. */
static const struct cohort *find_gravest(
    const struct engine *engine, const struct record *record)
{
	const struct cohort *gravest = record->cohort ? engine_cohort(engine, record->cohort)
						      : NULL;

	if (rank_of(gravest))
		return gravest;
	gravest = NULL;
	for (int i = 0; i < engine->matched_count; i++) {
		const struct cohort *cohort = engine_cohort(engine, engine->matched[i]);

		if (rank_of(cohort) > rank_of(gravest))
			gravest = cohort;
	}
	return gravest;
}

static struct record_evidence evidence_of(
    const struct engine *engine, const struct cohort *cohort)
{
	struct record_evidence evidence = { .cohort = cohort->key, .state = cohort->state };
	const struct displacing_trial *trial = displacing_of(engine, cohort);

	memcpy(evidence.ledgers, cohort->ledger, sizeof(cohort->ledger));
	memcpy(evidence.ledgers + COHORT_DEPTHS, cohort->proof, PROOF_LEDGERS * sizeof(double));
	evidence.ledgers[RECORD_LEDGERS - 2] = cohort->provenance;
	if (trial)
		evidence.ledgers[RECORD_LEDGERS - 1] = displacement_ln_e(&trial->state);
	memcpy(evidence.nats, cohort->nats, sizeof(evidence.nats));
	return evidence;
}

void engine_attest(const struct engine *engine, struct record *record)
{
	const struct cohort *cohort = find_gravest(engine, record);

	record->evidence = cohort ? evidence_of(engine, cohort) : (struct record_evidence){ 0 };
}

void engine_attest_rule(const struct record *record, struct engine_settings *settings)
{
	const double *rule = record->course.rule;

	settings->watch_evidence = rule[RECORD_RULE_WATCH];
	settings->tag_evidence = rule[RECORD_RULE_TAG];
	settings->prove_evidence = rule[RECORD_RULE_PROVE];
	settings->probe_rate = rule[RECORD_RULE_PROBE_RATE];
	settings->hold_out = rule[RECORD_RULE_HOLD_OUT];
}

bool engine_attest_cohort(
    const struct engine *engine, uint64_t id, struct record_evidence *evidence)
{
	const struct cohort *cohort = engine_cohort(engine, id);

	if (cohort)
		*evidence = evidence_of(engine, cohort);
	return cohort;
}

bool engine_attest_agrees(const struct engine *engine, const struct record *record)
{
	const struct record_evidence *said = &record->evidence;
	struct record_evidence now;

	return engine_attest_cohort(engine, said->cohort, &now) && now.state == said->state &&
	       !memcmp(now.ledgers, said->ledgers, sizeof(now.ledgers)) &&
	       !memcmp(now.nats, said->nats, sizeof(now.nats));
}
