/* The judge: what a published verdict leads to in each mode, and in which order. */
#include "judge.h"

#include "cohort/keys.h"
#include "engine/board.h"
#include "evidence/displacement.h"
#include "unit.h"

#define COUNT 4000

static struct config config;
static struct snapshot snapshot = { .config = &config };
static struct lease lease = { .snapshot = &snapshot };
static struct worker worker;
static struct board *board;

/* A template whose cohort has this verdict on the board. */
static uint64_t publish(struct verdict verdict)
{
	struct prompt_facts prompt = { .head = 4711 };
	struct facts facts = { 0 };
	struct keys keys;
	struct fault fault;

	keys_of_exchange(&keys, &facts, &prompt);
	verdict.cohort = keys.at[0].value;
	verdict.trial = verdict.trial ? verdict.cohort : 0;
	board = board_new(64);
	board_apply(board, &(struct verdict_change){ verdict.cohort, verdict });
	worker.seat.board = board;
	lease.hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
	memset(&config, 0, sizeof(config));
	config.detection.probe.rate = 0.02;
	return verdict.cohort;
}

static void stop(void)
{
	board_free(board);
	keyed_hash_free(lease.hash);
}

static struct exchange exchange_of(uint64_t number, uint8_t mode)
{
	uint64_t owner = number * 0xd6e8feb86659fd93ULL;

	return (struct exchange){ .worker = &worker,
		.lease = &lease,
		.record = { .facts = { .at_us = 1767225600000000LL + (int64_t)number * 1000000,
				.exchange = number * 0x9e3779b97f4a7c15ULL,
				.account = owner,
				.owner = owner },
		    .prompt = { .head = 4711,
			.conversation = number,
			.conversation_bytes = 99 },
		    .mode = mode } };
}

static const struct verdict tried = {
	.state = ENGINE_STATE_TAGGED, .score = 80, .trial = 1, .size = 9
};

START_TEST(a_trial_holds_three_tenths_of_one_half_in_half_of_the_epochs)
{
	uint64_t cohort = publish(tried);
	int on = 0, held = 0;

	for (uint64_t i = 1; i <= COUNT; i++) {
		struct exchange exchange = exchange_of(i, RECORD_MODE_ENFORCE);
		const struct record *record = &exchange.record;
		uint64_t wait_us = 0;
		bool is_refused = judge_exchange(&exchange, &wait_us);

		ck_assert_uint_eq(record->trial, cohort);
		ck_assert_uint_eq(
		    record->hold, displacement_draw(lease.hash, cohort, &record->facts));
		ck_assert(is_refused == (record->hold == RECORD_HOLD_HELD));
		ck_assert(is_refused == (record->verdict == RECORD_VERDICT_THROTTLE));
		ck_assert(!is_refused || wait_us);
		ck_assert(is_refused == (strstr(record->reasons, "displacement") != NULL));
		ck_assert(!is_refused || displacement_is_treated(&record->facts));
		on += record->hold != RECORD_HOLD_OFF;
		held += is_refused;
	}
	ck_assert_int_gt(on, COUNT * 3 / 10);
	ck_assert_int_lt(on, COUNT * 7 / 10);
	ck_assert_double_eq_tol((double)held / on, 0.15, 0.03);
	stop();
}
END_TEST

static int holds_of(uint8_t mode, enum config_switch wish)
{
	int held = 0;

	config.detection.displacement.enabled = wish;
	for (uint64_t i = 1; i <= COUNT; i++) {
		struct exchange exchange = exchange_of(i, mode);
		uint64_t wait_us;

		judge_exchange(&exchange, &wait_us);
		held += exchange.record.hold == RECORD_HOLD_HELD;
		ck_assert(wish != CONFIG_SWITCH_OFF || !exchange.record.hold);
	}
	return held;
}

START_TEST(nothing_is_held_but_in_enforce_or_where_it_was_asked_for)
{
	publish(tried);
	ck_assert_int_eq(holds_of(RECORD_MODE_SHADOW, CONFIG_SWITCH_AUTO), 0);
	ck_assert_int_eq(holds_of(RECORD_MODE_TAG, CONFIG_SWITCH_AUTO), 0);
	ck_assert_int_gt(holds_of(RECORD_MODE_ENFORCE, CONFIG_SWITCH_AUTO), 0);
	ck_assert_int_eq(holds_of(RECORD_MODE_ENFORCE, CONFIG_SWITCH_OFF), 0);
	ck_assert_int_gt(holds_of(RECORD_MODE_TAG, CONFIG_SWITCH_ON), 0);
	stop();
}
END_TEST

START_TEST(what_is_held_draws_no_coin_of_a_probe)
{
	struct verdict verdict = tried;
	int spared = 0;

	verdict.may_probe = true;
	publish(verdict);
	for (uint64_t i = 1; i <= COUNT; i++) {
		struct exchange exchange = exchange_of(i, RECORD_MODE_ENFORCE);
		uint64_t wait_us;

		judge_exchange(&exchange, &wait_us);
		ck_assert(exchange.record.hold != RECORD_HOLD_HELD || !exchange.record.coin);
		spared += exchange.record.coin == RECORD_COIN_SPARED;
	}
	ck_assert_int_gt(spared, COUNT / 2);
	stop();
}
END_TEST

START_TEST(what_a_bucket_shapes_is_not_tried)
{
	struct verdict verdict = tried;
	int shaped = 0;

	verdict.state = ENGINE_STATE_PROVEN;
	verdict.may_shape = true;
	verdict.rate = 0.1f;
	publish(verdict);
	for (uint64_t i = 1; i <= COUNT; i++) {
		struct exchange exchange = exchange_of(i, RECORD_MODE_ENFORCE);
		uint64_t wait_us;

		ck_assert(judge_exchange(&exchange, &wait_us) == exchange.record.is_shaped);
		ck_assert_uint_eq(exchange.record.hold, RECORD_HOLD_NONE);
		shaped += exchange.record.is_shaped;
	}
	ck_assert_int_gt(shaped, COUNT / 2);
	stop();
}
END_TEST

UNIT_MAIN("judge", a_trial_holds_three_tenths_of_one_half_in_half_of_the_epochs,
    nothing_is_held_but_in_enforce_or_where_it_was_asked_for,
    what_is_held_draws_no_coin_of_a_probe, what_a_bucket_shapes_is_not_tried)
