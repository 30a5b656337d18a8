/*
 * The explanation. It says where a verdict comes from: each ledger, each feature's nats, each
 * coin, and the thresholds that they were held against. It must never name an account, an
 * address or a word of a prompt.
 */
#include "answer.h"

#include "base/xalloc.h"
#include "evidence/ledger.h"
#include "evidence/proof.h"
#include "feature/features.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define REASONS 5

/* JSON knows no infinity: an empty ledger is null. */
static void write_ln(FILE *out, const char *name, double value)
{
	if (isfinite(value))
		fprintf(out, ",\"%s\":%.17g", name, value);
	else
		fprintf(out, ",\"%s\":null", name);
}

static void write_reasons(const struct cohort *cohort, FILE *out)
{
	bool is_said[FEATURE_COUNT] = { false };

	fputs(",\"reasons\":[", out);
	for (int rank = 0; rank < REASONS; rank++) {
		int best = -1;

		for (int i = 0; i < FEATURE_COUNT; i++)
			if (!is_said[i] && cohort->nats[i] > 0 &&
			    (best < 0 || cohort->nats[i] > cohort->nats[best]))
				best = i;
		if (best < 0)
			break;
		is_said[best] = true;
		fprintf(out, "%s{\"feature\":\"%s\",\"words\":\"%s\",\"nats\":%.6f}",
		    rank ? "," : "", features[best].name, features[best].words,
		    (double)cohort->nats[best]);
	}
	putc(']', out);
}

static void write_summary(
    const struct answer_view *view, const struct cohort *cohort, FILE *out)
{
	struct verdict verdict = engine_verdict(view->engine, cohort);

	fprintf(out,
	    "{\"id\":\"%016" PRIx64 "\",\"key\":\"%s\",\"words\":\"%s\",\"state\":\"%s\","
	    "\"score\":%u,\"accounts\":%" PRIu32 ",\"exchanges\":%" PRIu64 ",\"first\":%" PRIu32
	    ",\"last\":%" PRIu32 ",\"since\":%" PRIu32 ",\"held_out\":%s,\"tags\":%u",
	    cohort->key, key_kind_name(cohort->kind), key_kind_words(cohort->kind),
	    verdict_state_name(cohort->state), verdict.score, cohort->members,
	    cohort->exchanges, cohort->born_s, cohort->last_s, cohort->state_s,
	    cohort->is_held_out ? "true" : "false", cohort->tags);
	write_ln(out, "ln_m", ledger_ln_m(cohort));
	write_ln(out, "ln_e", fmax(cohort->proof[PROOF_SAME], cohort->proof[PROOF_EXTENSION]));
	write_reasons(cohort, out);
}

static void write_ledgers(
    const struct answer_view *view, const struct cohort *cohort, FILE *out)
{
	fputs(",\"depths\":[", out);
	for (int i = 0; i < COHORT_DEPTHS; i++) {
		fprintf(out, "%s{\"depth\":%" PRIu32 ",\"share\":%g", i ? "," : "",
		    feature_depths[i], ledger_shares[i]);
		write_ln(out, "ln", cohort->ledger[i]);
		write_ln(out, "tag_at", log(view->settings.tag_evidence / ledger_shares[i]));
		putc('}', out);
	}
	fprintf(out, "],\"bets\":%" PRIu32, cohort->bets);
	write_ln(out, "provenance", cohort->provenance);
}

/* ln E of a ledger is hops · ln(q/ρ) + spared · ln((1−q)/(1−ρ)), less what has decayed. */
static void write_probes(const struct answer_view *view, const struct cohort *cohort, FILE *out)
{
	static const char *const names[PROOF_LEDGERS] = { "same", "extension" };
	double rate = view->settings.probe_rate;

	fprintf(out,
	    ",\"probes\":{\"refused\":%u,\"pairs\":%u,\"rate\":%.17g,\"odds\":%g,"
	    "\"watched_since\":%" PRIu32,
	    cohort->probes, cohort->pairs, rate, PROOF_ODDS, cohort->watch_s);
	write_ln(out, "ln_hop", proof_factor(true, rate));
	write_ln(out, "ln_spared", proof_factor(false, rate));
	write_ln(out, "prove_at", log(view->settings.prove_evidence * PROOF_LEDGERS));
	for (int i = 0; i < PROOF_LEDGERS; i++) {
		fprintf(out, ",\"%s\":{\"hops\":%u,\"spared\":%u", names[i], cohort->hops[i],
		    cohort->spared[i]);
		write_ln(out, "ln_e", cohort->proof[i]);
		putc('}', out);
	}
	putc('}', out);
}

static void write_nearest(
    const struct answer_view *view, const struct cohort *cohort, FILE *out)
{
	const struct sketch *sketch = engine_sketch(view->engine, cohort);

	if (!sketch || !cohort->bets || !envelope_is_sealed(view->envelope))
		return;
	fprintf(out, ",\"nearest\":\"%s\"",
	    envelope_class_name(view->envelope, sketch->nearest[(cohort->bets - 1) % 8]));
}

static void write_detail(const struct answer_view *view, const struct cohort *cohort, FILE *out)
{
	struct verdict verdict = engine_verdict(view->engine, cohort);
	double spread = cohort->f2 ? (double)cohort->exchanges * (double)cohort->exchanges /
					 (double)cohort->f2
				   : 0;

	write_summary(view, cohort, out);
	fprintf(out, ",\"even_accounts\":%.1f,\"may_shape\":%s,\"rate\":%.6f", spread,
	    verdict.may_shape ? "true" : "false", (double)verdict.rate);
	write_ledgers(view, cohort, out);
	write_probes(view, cohort, out);
	write_nearest(view, cohort, out);
	putc('}', out);
}

/* What every answer rests on. */
static void write_base(
    const struct question *question, const struct answer_view *view, FILE *out)
{
	fprintf(out,
	    "\"generation\":%" PRIu64 ",\"store\":\"%s\",\"references\":%s,"
	    "\"thresholds\":{\"watch\":%g,\"tag\":%g,\"prove\":%g}",
	    question->generation, question->is_shared ? "shared" : "local",
	    envelope_is_sealed(view->envelope) ? "true" : "false",
	    view->settings.watch_evidence, view->settings.tag_evidence,
	    view->settings.prove_evidence);
}

static int rank_of(const struct cohort *cohort)
{
	return cohort->state == ENGINE_STATE_RELEASED ? 0 : cohort->state;
}

static int by_gravity(const void *a, const void *b)
{
	const struct cohort *one = *(const struct cohort *const *)a,
			    *two = *(const struct cohort *const *)b;

	if (rank_of(one) != rank_of(two))
		return rank_of(two) - rank_of(one);
	return (one->exchanges < two->exchanges) - (one->exchanges > two->exchanges);
}

static int write_cohorts(
    const struct question *question, const struct answer_view *view, FILE *out)
{
	size_t count = 0, room = 0, number = 0;
	const struct cohort **list = NULL, *cohort;

	while ((cohort = engine_next_cohort(view->engine, &number, false))) {
		if (count == room) {
			room = room ? room * 2 : 64;
			list = xalloc_grow(list, room, sizeof(*list));
		}
		list[count++] = cohort;
	}
	if (count)
		qsort(list, count, sizeof(*list), by_gravity);
	putc('{', out);
	write_base(question, view, out);
	fprintf(out, ",\"count\":%zu,\"cohorts\":[", count);
	for (size_t i = 0; i < count && i < ANSWER_COHORTS; i++) {
		fputs(i ? ",\n" : "\n", out);
		write_summary(view, list[i], out);
		putc('}', out);
	}
	fputs("]}\n", out);
	free(list);
	return 200;
}

static int write_cohort(
    const struct question *question, const struct answer_view *view, FILE *out)
{
	const struct cohort *cohort = question->id ? engine_cohort(view->engine, question->id)
						   : NULL;

	if (!cohort) {
		fputs("{\"error\":\"there is no such cohort\"}\n", out);
		return 404;
	}
	putc('{', out);
	write_base(question, view, out);
	fputs(",\"cohort\":", out);
	write_detail(view, cohort, out);
	fputs("}\n", out);
	return 200;
}

/* As the decision log has it, so that both can be laid side by side. */
static void write_record(const struct record *record, FILE *out)
{
	char line[RECORD_BYTES];
	struct text text = text_in(line, sizeof(line));

	record_write(&text, record);
	fwrite(line, 1, text.len ? text.len - 1 : 0, out);
}

/* The one that decided comes first: a worker may have known it by the account alone. */
static void write_matches(
    const struct answer_view *view, uint64_t decided, const struct keys *keys, FILE *out)
{
	const struct cohort *cohort = decided ? engine_cohort(view->engine, decided) : NULL;
	const char *separator = "\n";

	for (int i = -1; i < keys->count; i++) {
		if (i >= 0)
			cohort = keys->at[i].value == decided
				     ? NULL
				     : engine_cohort(view->engine, keys->at[i].value);
		if (!cohort)
			continue;
		fputs(separator, out);
		separator = ",\n";
		write_detail(view, cohort, out);
	}
}

static int write_explanation(
    const struct question *question, const struct answer_view *view, FILE *out)
{
	const struct record *record = recent_find(view->recent, question->id);
	struct keys keys;

	if (!record) {
		fputs("{\"error\":\"that request is not, or no longer, remembered\"}\n", out);
		return 404;
	}
	fprintf(out, "{\"request\":\"%016" PRIx64 "\",\"verdict\":\"%s\",", question->id,
	    record_verdict_name(record->verdict));
	write_base(question, view, out);
	fputs(",\"record\":", out);
	write_record(record, out);
	fputs(",\"cohorts\":[", out);
	keys_of_exchange(&keys, &record->facts, &record->prompt);
	write_matches(view, record->cohort, &keys, out);
	fputs("]}\n", out);
	return 200;
}

typedef int write_fn(
    const struct question *question, const struct answer_view *view, FILE *out);

void answer_question(struct question *question, const struct answer_view *view)
{
	static write_fn *const writers[QUESTION_KIND_COUNT] = {
		[QUESTION_COHORTS] = write_cohorts,
		[QUESTION_COHORT] = write_cohort,
		[QUESTION_EXPLAIN] = write_explanation,
	};
	FILE *out = open_memstream(&question->text, &question->text_bytes);

	if (!out) {
		question->status = 503;
		return;
	}
	question->status = writers[question->kind](question, view, out);
	fclose(out);
}
