/*
 * Explanations on demand: which cohorts there are, and which ones a request matches, each as
 * the engine explains it. It must never name an address, a credential or a word of a prompt.
 */
#include "answer.h"

#include "base/xalloc.h"
#include "engine/explanation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void write_why(const struct answer_view *view, const struct cohort *cohort, FILE *out)
{
	char line[EXPLANATION_BYTES];
	struct text text = text_in(line, sizeof(line));
	struct explanation why;

	if (!explanation_of(view->engine, cohort->key, &why))
		return;
	explanation_write(&text, &why);
	fwrite(text.at, 1, text.len, out);
}

/* What every answer rests on. */
static void write_base(
    const struct question *question, const struct answer_view *view, FILE *out)
{
	struct engine_counts counts;

	/* Where in the log this stands: so many exchanges, and then these ticks. */
	engine_counts(view->engine, &counts);
	fprintf(out, "\"exchanges\":%" PRIu64 ",\"ticks\":[", counts.exchanges);
	for (int i = 0; i < RECORD_TICKS && counts.ticks[i]; i++)
		fprintf(out, "%s\"%016" PRIx64 "\"", i ? "," : "", counts.ticks[i]);
	fprintf(out,
	    "],\"generation\":%" PRIu64 ",\"store\":\"%s\",\"references\":%s,"
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
		write_why(view, list[i], out);
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
	write_why(view, cohort, out);
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
		write_why(view, cohort, out);
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
