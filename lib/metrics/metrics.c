/*
 * Counting and showing. The rows of metrics.def say everything; a metric is added there and
 * nowhere else. Must never grow with traffic: every label is of a closed set.
 */
#include "metrics/metrics.h"

#include "api/dialect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_COUNTER, KIND_GAUGE, KIND_SECONDS };

static const char *handshake_word(int value)
{
	static const char *const words[] = { "full", "resumed", "failed" };

	return words[value];
}

static const char *outcome_word(int value)
{
	return value == METRICS_OUTCOME_OK ? "ok" : "failed";
}

static const char *status_word(int value)
{
	static const char *const words[] = { "none", "1xx", "2xx", "3xx", "4xx", "5xx" };

	return words[value];
}

static const char *verdict_word(int value)
{
	return record_verdict_name((enum record_verdict)value);
}

static const char *dialect_word(int value)
{
	return dialect_name((enum dialect)value);
}

static const char *state_word(int value)
{
	return prompt_state_name((enum prompt_state)value);
}

static const char *why_word(int value)
{
	return prompt_why_name((enum prompt_why)value);
}

static const char *meter_word(int value)
{
	return reply_meter_name((enum reply_meter)value);
}

static const char *coin_word(int value)
{
	return record_coin_name((enum record_coin)value);
}

static const char *fault_word(int value)
{
	return http1_fault_code((enum http1_fault)value);
}

static const char *cohort_word(int value)
{
	static const char *const words[] = { "quiet", "watch", "tagged", "proven", "released" };

	return words[value];
}

static const char *proof_word(int value)
{
	static const char *const words[] = { "same", "extension", "displacement" };

	return words[value];
}

static const char *table_word(int value)
{
	static const char *const words[] = { "accounts", "owners", "conversations", "pairs",
		"candidates", "cohorts", "sketches" };

	return words[value];
}

static const char *list_word(int value)
{
	return value == METRICS_LIST_DENY ? "deny" : "allow";
}

static const struct label {
	const char *name;
	int count;
	const char *(*word)(int value);
} labels[] = {
#define LABEL(id, name, count, word) { name, count, word },
#include "metrics/metrics_label.def"
#undef LABEL
};

enum label_number {
#define LABEL(id, name, count, word) LABEL_##id,
#include "metrics/metrics_label.def"
#undef LABEL
};

static const struct row {
	const char *name, *help;
	enum kind kind;
	const struct label *label;
} rows[METRIC_COUNT] = {
#define METRIC(kind, id, name, labels_of, help)                                                \
	{ name, help, KIND_##kind, &labels[LABEL_##labels_of] },
#include "metrics/metrics.def"
#undef METRIC
};

const uint16_t metrics_slot_of[METRIC_COUNT] = {
#define METRIC(kind, id, name, labels_of, help) METRICS_SLOT_##id,
#include "metrics/metrics.def"
#undef METRIC
};

static const int64_t bucket_us[METRICS_BUCKETS] = { 10, 25, 50, 100, 250, 500, 1000, 2500, 5000,
	10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 10000000, 60000000,
	600000000 };

struct metrics_block *metrics_new(void)
{
	struct metrics_block *block = aligned_alloc(
	    _Alignof(struct metrics_block), sizeof(*block));

	if (!block)
		abort();
	memset(block, 0, sizeof(*block));
	return block;
}

void metrics_observe(struct metrics_block *block, enum metric metric, int64_t took_us)
{
	int bucket = 0;

	while (bucket < METRICS_BUCKETS && took_us > bucket_us[bucket])
		bucket++;
	metrics_add(block, metric, bucket, 1);
	metrics_add(block, metric, METRICS_BUCKETS + 1, took_us);
}

void metrics_sum(
    struct metrics_block *sum, const struct metrics_block *const *blocks, int count)
{
	for (int slot = 0; slot < METRICS_SLOTS; slot++) {
		uint64_t total = 0;

		for (int i = 0; i < count; i++)
			total += atomic_load_explicit(
			    &blocks[i]->slots[slot], memory_order_relaxed);
		atomic_store_explicit(&sum->slots[slot], total, memory_order_relaxed);
	}
}

static uint64_t value_at(const struct metrics_block *sum, enum metric metric, int place)
{
	return atomic_load_explicit(
	    &sum->slots[metrics_slot_of[metric] + place], memory_order_relaxed);
}

/* NULL for a rule that the configuration does not have. */
static const char *word_of(
    const struct label *label, const struct metrics_rules *rules, int value)
{
	if (label->word)
		return label->word(value);
	return rules && value < rules->count ? rules->names[value] : NULL;
}

/* A label's value as the text format wants it: backslash, quote and line feed escaped. */
static void put_word(const char *word, FILE *out)
{
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			putc('\\', out);
		if ((unsigned char)*word >= ' ')
			putc(*word, out);
	}
}

static void render_labelled(const struct metrics_block *sum, enum metric metric,
    const struct metrics_rules *rules, FILE *out)
{
	const struct row *row = &rows[metric];

	for (int i = 0; i < row->label->count; i++) {
		const char *word = word_of(row->label, rules, i);

		if (!word || (value_at(sum, metric, i) == 0 && row->label->word))
			continue;
		fprintf(out, "retort_%s{%s=\"", row->name, row->label->name);
		put_word(word, out);
		fprintf(out, "\"} %" PRIu64 "\n", value_at(sum, metric, i));
	}
}

static void render_histogram(const struct metrics_block *sum, enum metric metric, FILE *out)
{
	const char *name = rows[metric].name;
	uint64_t count = 0;

	for (int i = 0; i < METRICS_BUCKETS; i++) {
		count += value_at(sum, metric, i);
		fprintf(out, "retort_%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
		    (double)bucket_us[i] / 1e6, count);
	}
	count += value_at(sum, metric, METRICS_BUCKETS);
	fprintf(out, "retort_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
	fprintf(out, "retort_%s_sum %.6f\n", name,
	    (double)value_at(sum, metric, METRICS_BUCKETS + 1) / 1e6);
	fprintf(out, "retort_%s_count %" PRIu64 "\n", name, count);
}

void metrics_render(
    const struct metrics_block *sum, const struct metrics_rules *rules, FILE *out)
{
	static const char *const kinds[] = { "counter", "gauge", "histogram" };

	for (int i = 0; i < METRIC_COUNT; i++) {
		const struct row *row = &rows[i];

		fprintf(out, "# HELP retort_%s %s\n# TYPE retort_%s %s\n", row->name, row->help,
		    row->name, kinds[row->kind]);
		if (row->kind == KIND_SECONDS)
			render_histogram(sum, (enum metric)i, out);
		else if (row->label->name)
			render_labelled(sum, (enum metric)i, rules, out);
		else
			fprintf(out, "retort_%s %" PRId64 "\n", row->name,
			    (int64_t)value_at(sum, (enum metric)i, 0));
	}
}

static void json_labelled(const struct metrics_block *sum, enum metric metric,
    const struct metrics_rules *rules, FILE *out)
{
	const char *separator = "";

	putc('{', out);
	for (int i = 0; i < rows[metric].label->count; i++) {
		const char *word = word_of(rows[metric].label, rules, i);

		if (!word || (value_at(sum, metric, i) == 0 && rows[metric].label->word))
			continue;
		fprintf(out, "%s\"", separator);
		put_word(word, out);
		fprintf(out, "\":%" PRIu64, value_at(sum, metric, i));
		separator = ",";
	}
	putc('}', out);
}

/* The least bound under which a share of the observations lies, in seconds; the last bound when
 * it lies beyond. */
static double quantile(const struct metrics_block *sum, enum metric metric, double share)
{
	uint64_t count = 0, seen = 0;

	for (int i = 0; i <= METRICS_BUCKETS; i++)
		count += value_at(sum, metric, i);
	for (int i = 0; i < METRICS_BUCKETS; i++) {
		seen += value_at(sum, metric, i);
		if (count && (double)seen >= share * (double)count)
			return (double)bucket_us[i] / 1e6;
	}
	return count ? (double)bucket_us[METRICS_BUCKETS - 1] / 1e6 : 0;
}

static void json_histogram(const struct metrics_block *sum, enum metric metric, FILE *out)
{
	uint64_t count = 0;

	for (int i = 0; i <= METRICS_BUCKETS; i++)
		count += value_at(sum, metric, i);
	fprintf(out, "{\"count\":%" PRIu64 ",\"sum\":%.6f,\"p50\":%g,\"p90\":%g,\"p99\":%g}",
	    count, (double)value_at(sum, metric, METRICS_BUCKETS + 1) / 1e6,
	    quantile(sum, metric, .5), quantile(sum, metric, .9), quantile(sum, metric, .99));
}

void metrics_render_json(
    const struct metrics_block *sum, const struct metrics_rules *rules, FILE *out)
{
	for (int i = 0; i < METRIC_COUNT; i++) {
		const struct row *row = &rows[i];

		fprintf(out, "%s\"%s\":", i ? "," : "", row->name);
		if (row->kind == KIND_SECONDS)
			json_histogram(sum, (enum metric)i, out);
		else if (row->label->name)
			json_labelled(sum, (enum metric)i, rules, out);
		else
			fprintf(out, "%" PRId64, (int64_t)value_at(sum, (enum metric)i, 0));
	}
}
