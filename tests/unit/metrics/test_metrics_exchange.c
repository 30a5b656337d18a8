/* An exchange, counted from its record. */
#include "metrics/metrics_exchange.h"

#include "unit.h"

static struct metrics_block block;

static uint64_t value(enum metric metric, int place)
{
	return atomic_load(&block.slots[metrics_slot_of[metric] + place]);
}

START_TEST(a_record_is_counted_under_all_its_labels)
{
	static struct record record;

	metrics_sum(&block, NULL, 0);
	record.verdict = RECORD_VERDICT_THROTTLE;
	record.coin = RECORD_COIN_REFUSED;
	record.is_shaped = 1;
	record.hold = RECORD_HOLD_HELD;
	record.prompt.dialect = 1;
	record.prompt.state = PROMPT_TRUNCATED;
	record.prompt.why = PROMPT_WHY_BODY_LIMIT;
	record.reply.status = 429;
	record.reply.input_tokens = 11;
	record.reply.output_tokens = 900;
	record.reply.first_byte_us = 20;
	record.own_us = 11;
	record.total_us = 40;
	metrics_exchange(&block, &record);
	metrics_exchange(&block, &record);
	ck_assert_uint_eq(value(METRIC_EXCHANGES, RECORD_VERDICT_THROTTLE), 2);
	ck_assert_uint_eq(value(METRIC_REPLIES, 4), 2);
	ck_assert_uint_eq(value(METRIC_PROBES, RECORD_COIN_REFUSED), 2);
	ck_assert_uint_eq(value(METRIC_SHAPED, 0), 2);
	ck_assert_uint_eq(value(METRIC_HELD, 0), 2);
	ck_assert_uint_eq(value(METRIC_DIALECTS, 1), 2);
	ck_assert_uint_eq(value(METRIC_FACTS, PROMPT_TRUNCATED), 2);
	ck_assert_uint_eq(value(METRIC_FACTS_INCOMPLETE, PROMPT_WHY_BODY_LIMIT), 2);
	ck_assert_uint_eq(value(METRIC_INPUT_TOKENS, 0), 22);
	ck_assert_uint_eq(value(METRIC_OUTPUT_TOKENS, 0), 1800);
	ck_assert_uint_eq(value(METRIC_METERED, REPLY_METER_USAGE), 2);
	ck_assert_uint_eq(value(METRIC_OWN_SECONDS, METRICS_BUCKETS + 1), 22);
	ck_assert_uint_eq(value(METRIC_TOTAL_SECONDS, METRICS_BUCKETS + 1), 80);
	ck_assert_uint_eq(value(METRIC_FIRST_BYTE_SECONDS, 1), 2);
}
END_TEST

START_TEST(a_reply_is_metered_by_what_its_tokens_rest_on)
{
	static struct record record;

	metrics_sum(&block, NULL, 0);
	metrics_exchange(&block, &record);
	record.reply.output_tokens = 7;
	record.reply.is_estimated = true;
	metrics_exchange(&block, &record);
	record.reply.is_estimated = false;
	record.reply.is_doubtful = true;
	metrics_exchange(&block, &record);
	record.reply.is_opaque = true;
	metrics_exchange(&block, &record);
	ck_assert_uint_eq(value(METRIC_METERED, REPLY_METER_NONE), 0);
	ck_assert_uint_eq(value(METRIC_METERED, REPLY_METER_USAGE), 0);
	ck_assert_uint_eq(value(METRIC_METERED, REPLY_METER_ESTIMATE), 1);
	ck_assert_uint_eq(value(METRIC_METERED, REPLY_METER_DOUBTFUL), 1);
	ck_assert_uint_eq(value(METRIC_METERED, REPLY_METER_OPAQUE), 1);
}
END_TEST

START_TEST(what_did_not_happen_is_not_counted)
{
	static const struct record record;

	metrics_sum(&block, NULL, 0);
	metrics_exchange(&block, &record);
	ck_assert_uint_eq(value(METRIC_EXCHANGES, RECORD_VERDICT_PASS), 1);
	ck_assert_uint_eq(value(METRIC_REPLIES, 0), 1);
	ck_assert_uint_eq(value(METRIC_PROBES, RECORD_COIN_NONE), 0);
	ck_assert_uint_eq(value(METRIC_SHAPED, 0), 0);
	ck_assert_uint_eq(value(METRIC_FACTS_INCOMPLETE, PROMPT_WHY_NONE), 0);
	for (int i = 0; i <= METRICS_BUCKETS; i++)
		ck_assert_uint_eq(value(METRIC_FIRST_BYTE_SECONDS, i), 0);
}
END_TEST

UNIT_MAIN("metrics_exchange", a_record_is_counted_under_all_its_labels,
    a_reply_is_metered_by_what_its_tokens_rest_on, what_did_not_happen_is_not_counted)
