/*
 * Stored numbers against computed ones. It must never call right what it did not compare: no
 * comparison at all is a failure.
 */
#include "verify.h"

#include "cohort/keys.h"
#include "engine/decision.h"
#include "engine/engine_attest.h"
#include "evidence/displacement.h"
#include "evidence/ledger.h"
#include "evidence/proof.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SAID_MOST 20   /* differences that are printed */
#define PRINTED   1e-6 /* how exactly the daemon prints */
#define NATS_MOST 3.0  /* that a feature gives to one bet */

static const char *const ledger_names[RECORD_LEDGERS] = { "ln M at depth 1", "ln M at depth 4",
	"ln M at depth 16", "ln M at depth 64", "ln E of the same", "ln E of extensions",
	"ln of provenance", "ln E of displacement" };

static void count(struct verify *verify, bool is_equal, const char *where, const char *what,
    const char *values)
{
	verify->numbers++;
	if (is_equal)
		return;
	if (verify->wrong++ < SAID_MOST)
		printf("differs: %s: %s: %s\n", where, what, values);
}

static void compare(
    struct verify *verify, const char *where, const char *what, double stored, double computed)
{
	char values[96];

	snprintf(values, sizeof(values), "%.17g stored, %.17g computed", stored, computed);
	count(verify, stored == computed, where, what, values);
}

static void name_record(const struct record *record, char where[64])
{
	snprintf(where, 64, "record %" PRIu64 " (%016" PRIx64 ")", record->course.number,
	    record->facts.exchange);
}

/* The ledgers are stored without their shares of A; people read ln M with them. */
static double share_of(int ledger)
{
	return ledger < COHORT_DEPTHS ? ledger_ln_shares[ledger] : 0;
}

static void compare_evidence(struct verify *verify, const char *where,
    const struct record_evidence *stored, const struct record_evidence *computed)
{
	compare(verify, where, "state", stored->state, computed->state);
	for (int i = 0; i < RECORD_LEDGERS; i++)
		compare(verify, where, ledger_names[i], stored->ledgers[i] + share_of(i),
		    computed->ledgers[i] + share_of(i));
	for (int i = 0; i < FEATURE_COUNT; i++) {
		char what[64];

		snprintf(what, sizeof(what), "nats of %s", features[i].name);
		compare(
		    verify, where, what, (double)stored->nats[i], (double)computed->nats[i]);
	}
}

void verify_decision(struct verify *verify, const struct record *record)
{
	struct decision decision = decision_of(record);
	char where[64];

	name_record(record, where);
	compare(verify, where, "verdict", record->verdict, decision.verdict);
	compare(verify, where, "score", record->score, decision.score);
}

static void verify_heard(
    struct verify *verify, const struct replay *replay, const struct record *record)
{
	char where[64], values[80];

	name_record(record, where);
	if (record->heard.edition || !record->course.run) {
		compare(verify, where, "what the board said", record->heard.state,
		    replay->heard.state);
		compare(verify, where, "the board's score", record->heard.score,
		    replay->heard.score);
		snprintf(values, sizeof(values),
		    "%016" PRIx64 " stored, %016" PRIx64 " computed", record->cohort,
		    replay->heard.cohort);
		count(verify, record->cohort == replay->heard.cohort, where, "cohort", values);
	}
	verify_decision(verify, record);
}

void verify_record(
    struct verify *verify, const struct replay *replay, const struct record *record)
{
	struct record_evidence computed = { 0 };
	bool is_request = record->facts.exchange == verify->id;
	char where[64];

	if (!is_request && record->evidence.cohort != verify->id)
		return;
	verify->records++;
	verify->is_request |= is_request;
	if (is_request)
		verify_heard(verify, replay, record);
	if (!record->evidence.cohort)
		return;
	name_record(record, where);
	engine_attest_cohort(replay->side.engine, record->evidence.cohort, &computed);
	compare_evidence(verify, where, &record->evidence, &computed);
}

/* The number at prefix.name; NaN where there is none or null. */
static double number_at(const struct tree *tree, const char *prefix, const char *name)
{
	char path[160];
	const char *value;

	snprintf(path, sizeof(path), "%s.%s", prefix, name);
	value = tree_find(tree, path);
	return *value && strcmp(value, "null") != 0 ? atof(value) : NAN;
}

static void near(
    struct verify *verify, const char *where, const char *what, double stored, double computed)
{
	char values[96];
	bool is_equal = isnan(stored) ? isnan(computed)
				      : fabs(stored - computed) <= 1.5 * PRINTED;

	snprintf(values, sizeof(values), "%.6f stored, %.6f computed", stored, computed);
	count(verify, is_equal, where, what, values);
}

static void within(struct verify *verify, const char *where, const char *what, double value,
    const double bounds[2])
{
	char values[96];

	snprintf(values, sizeof(values), "%.6f is not from %.6f to %.6f", value, bounds[0],
	    bounds[1]);
	count(verify, value >= bounds[0] - PRINTED && value <= bounds[1] + PRINTED, where, what,
	    values);
}

static void check_ln_m(struct verify *verify, const struct tree *tree, const char *prefix)
{
	static const char *const depths[] = { "ln_m_by_depth.1", "ln_m_by_depth.4",
		"ln_m_by_depth.16", "ln_m_by_depth.64", "ln_provenance" };
	double most = NAN; /* fmax passes over what is missing */

	for (size_t i = 0; i < sizeof(depths) / sizeof(*depths); i++)
		most = fmax(most, number_at(tree, prefix, depths[i]));
	near(verify, prefix, "ln_m", number_at(tree, prefix, "ln_m"), most);
}

/* Decay shrinks what stood above 1 before later hops: at most all of the gains. */
static void check_ln_e(struct verify *verify, const struct tree *tree, const char *prefix)
{
	static const char *const names[PROOF_LEDGERS] = { "ln_e.same", "ln_e.extension" };
	double rate = number_at(tree, prefix, "probe_rate");

	for (int i = 0; i < PROOF_LEDGERS; i++) {
		char hops[24], spared[24];
		double gains, losses;

		snprintf(hops, sizeof(hops), "hops[%d]", i);
		snprintf(spared, sizeof(spared), "spared[%d]", i);
		gains = number_at(tree, prefix, hops) * proof_factor(true, rate);
		losses = number_at(tree, prefix, spared) * proof_factor(false, rate);
		within(verify, prefix, names[i], number_at(tree, prefix, names[i]),
		    (const double[]){ losses, gains });
	}
}

static void check_displacement(
    struct verify *verify, const struct tree *tree, const char *prefix)
{
	double sum = 0, stored = number_at(tree, prefix, "displacement.ln_e");

	if (isnan(stored))
		return;
	for (int i = 0; i < DISPLACEMENT_STAKES; i++) {
		char name[48];

		snprintf(name, sizeof(name), "displacement.ln_e_by_stake[%d]", i);
		sum += exp(number_at(tree, prefix, name));
	}
	near(verify, prefix, "displacement.ln_e", stored, log(sum / DISPLACEMENT_STAKES));
}

static void check_reasons(struct verify *verify, const struct tree *tree, const char *prefix)
{
	double before = number_at(tree, prefix, "bets") * NATS_MOST;

	for (int i = 0;; i++) {
		char name[32];
		double nats;

		snprintf(name, sizeof(name), "reasons[%d].nats", i);
		nats = number_at(tree, prefix, name);
		if (isnan(nats))
			return;
		within(verify, prefix, name, nats, (const double[]){ 0, before });
		before = nats;
	}
}

void verify_arithmetic(struct verify *verify, const struct tree *tree, const char *prefix)
{
	check_ln_m(verify, tree, prefix);
	check_ln_e(verify, tree, prefix);
	check_displacement(verify, tree, prefix);
	check_reasons(verify, tree, prefix);
	verify->records++;
}

void verify_rows(struct verify *verify, const struct tree *stored, const char *prefix,
    const struct tree *computed)
{
	const struct tree_row *row;
	size_t at = 0;

	while ((row = tree_next(stored, prefix, &at))) {
		const char *name = row->path + strlen(prefix) + 1;
		const char *value = tree_find(computed, name);
		char values[160];

		snprintf(
		    values, sizeof(values), "%.60s stored, %.60s computed", row->value, value);
		count(verify, strcmp(row->value, value) == 0, prefix, name, values);
	}
	verify->records++;
}

int verify_outcome(const struct verify *verify)
{
	if (!verify->numbers) {
		fprintf(stderr, "retortctl: nothing is stored of %016" PRIx64 "\n", verify->id);
		return CTL_FAILED;
	}
	printf("verified: %" PRIu64 " numbers in %" PRIu64 " places, %" PRIu64 " differ\n",
	    verify->numbers, verify->records, verify->wrong);
	return verify->wrong ? CTL_FAILED : CTL_OK;
}
