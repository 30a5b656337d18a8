/*
 * One ended exchange, counted from its record: the one place where the record's fields meet the
 * metrics' rows. Must never look at more than the record.
 */
#include "metrics/metrics_exchange.h"

static void count_tokens(struct metrics_block *block, const struct reply_facts *reply)
{
	enum reply_meter meter = reply_meter_of(reply);

	if (meter != REPLY_METER_NONE)
		metrics_count(block, METRIC_METERED, meter);
	metrics_add(block, METRIC_INPUT_TOKENS, 0, reply->input_tokens);
	metrics_add(block, METRIC_OUTPUT_TOKENS, 0, reply->output_tokens);
}

static void count_facts(struct metrics_block *block, const struct record *record)
{
	const struct prompt_facts *prompt = &record->prompt;

	metrics_count(block, METRIC_DIALECTS, prompt->dialect);
	metrics_count(block, METRIC_FACTS, prompt->state);
	if (prompt->why != PROMPT_WHY_NONE)
		metrics_count(block, METRIC_FACTS_INCOMPLETE, prompt->why);
	count_tokens(block, &record->reply);
}

/* A reply that never came has no first byte: it would count as the fastest. */
static void count_times(struct metrics_block *block, const struct record *record)
{
	metrics_observe(block, METRIC_OWN_SECONDS, (int64_t)record->own_us);
	metrics_observe(block, METRIC_TOTAL_SECONDS, (int64_t)record->total_us);
	if (record->reply.first_byte_us)
		metrics_observe(
		    block, METRIC_FIRST_BYTE_SECONDS, (int64_t)record->reply.first_byte_us);
}

void metrics_exchange(struct metrics_block *block, const struct record *record)
{
	metrics_count(block, METRIC_EXCHANGES, record->verdict);
	metrics_count(block, METRIC_REPLIES, metrics_status_class(record->reply.status));
	if (record->coin != RECORD_COIN_NONE)
		metrics_count(block, METRIC_PROBES, record->coin);
	if (record->is_shaped)
		metrics_count(block, METRIC_SHAPED, 0);
	if (record->hold == RECORD_HOLD_HELD)
		metrics_count(block, METRIC_HELD, 0);
	count_facts(block, record);
	count_times(block, record);
}
