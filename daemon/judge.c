/*
 * Judging. The board says what is known; the mode says what may follow. It must never draw a
 * coin for an exchange that anything else refuses, nor let anything but the coin decide which
 * of two equal exchanges a probe refuses: the proof rests on that.
 */
#include "judge.h"

#include "cohort/conversation.h"
#include "engine/board.h"
#include "engine/decision.h"
#include "evidence/displacement.h"
#include "evidence/proof.h"

#define PROBE_WAIT_US      1000000 /* an honest 429: Retry-After of 1 to 2 s */
#define SHAPE_WAIT_US      1000000
#define SHAPE_WAIT_MOST_US 60000000

enum lists_word judge_listed(struct exchange *exchange)
{
	struct record *record = &exchange->record;
	enum lists_word word = lists_look(exchange->worker->seat.lists, &record->facts);

	if (word == LISTS_NONE)
		return word;
	metrics_count(exchange->worker->seat.metrics, METRIC_LISTED,
	    word == LISTS_DENY ? METRICS_LIST_DENY : METRICS_LIST_ALLOW);
	record_reason(record, word == LISTS_DENY ? "denied" : "allowed");
	if (word == LISTS_DENY) {
		record->heard.ruled = RECORD_VERDICT_BLOCK;
		record->is_limited = true;
		decision_settle(record);
	}
	return word;
}

/* Only what matches the cohort's own key is shaped, and only in mode enforce. */
static bool is_shaped(
    struct exchange *exchange, const struct verdict *verdict, uint64_t *wait_us)
{
	struct record *record = &exchange->record;

	if (record->mode != RECORD_MODE_ENFORCE || !verdict->may_shape ||
	    board_take(exchange->worker->seat.board, verdict, record->facts.at_us))
		return false;
	record->is_shaped = true;
	*wait_us = verdict->rate > 0 ? (uint64_t)(1e6f / verdict->rate) : SHAPE_WAIT_MOST_US;
	if (*wait_us < SHAPE_WAIT_US)
		*wait_us = SHAPE_WAIT_US;
	if (*wait_us > SHAPE_WAIT_MOST_US)
		*wait_us = SHAPE_WAIT_MOST_US;
	return true;
}

static bool is_switched_on(const struct record *record, enum config_switch wish)
{
	return wish == CONFIG_SWITCH_ON ||
	       (wish == CONFIG_SWITCH_AUTO && record->mode == RECORD_MODE_ENFORCE);
}

/* The trial's coin is noted for all that it might have touched, T or U. What a proven cohort's
 * bucket may shape is not tried: a bucket refuses both alike. */
static bool is_held(struct exchange *exchange, const struct verdict *verdict, uint64_t *wait_us)
{
	const struct config *config = exchange->lease->snapshot->config;
	struct record *record = &exchange->record;

	if (!is_switched_on(record, config->detection.displacement.enabled) ||
	    !verdict->trial || verdict->may_shape || !record->facts.account)
		return false;
	record->trial = verdict->trial;
	record->hold = (uint8_t)displacement_draw(
	    exchange->lease->hash, verdict->trial, &record->facts);
	if (record->hold != RECORD_HOLD_HELD)
		return false;
	record_reason(record, "displacement");
	*wait_us = PROBE_WAIT_US;
	return true;
}

static bool may_probe(const struct exchange *exchange, const struct verdict *verdict)
{
	const struct config *config = exchange->lease->snapshot->config;
	const struct record *record = &exchange->record;

	return is_switched_on(record, config->detection.probe.enabled) &&
	       board_is_chosen(verdict, record->facts.exchange) && record->facts.account &&
	       record->prompt.conversation &&
	       record->prompt.conversation_bytes >= CONVERSATION_BYTES &&
	       board_may_draw(exchange->worker->seat.board, record->facts.account,
		   (uint32_t)(record->facts.at_us / 1000000));
}

/* The nonce is the request id: ours, unique, and of no use without the key. */
static bool is_probed(struct exchange *exchange, uint64_t *wait_us)
{
	const struct config *config = exchange->lease->snapshot->config;
	struct record *record = &exchange->record;

	if (!proof_coin(
		exchange->lease->hash, record->facts.exchange, config->detection.probe.rate)) {
		record->coin = RECORD_COIN_SPARED;
		return false;
	}
	if (!board_refused(exchange->worker->seat.board, record->facts.account,
		(uint32_t)(record->facts.at_us / 1000000)))
		return false;
	record->coin = RECORD_COIN_REFUSED;
	record_reason(record, "probe");
	*wait_us = PROBE_WAIT_US;
	return true;
}

bool judge_exchange(struct exchange *exchange, uint64_t *wait_us)
{
	struct record *record = &exchange->record;
	struct verdict verdict = board_judge_edition(exchange->worker->seat.board,
	    &record->facts, &record->prompt, &record->heard.edition);
	bool is_refused;

	record->heard.state = verdict.state;
	record->heard.score = verdict.score;
	if (verdict.state == ENGINE_STATE_QUIET)
		return false;
	record->cohort = verdict.cohort; /* in shadow the record knows, nobody else */
	if (record->mode != RECORD_MODE_SHADOW)
		record_reason(record, "cohort");
	is_refused = is_shaped(exchange, &verdict, wait_us) ||
		     is_held(exchange, &verdict, wait_us) ||
		     (may_probe(exchange, &verdict) && is_probed(exchange, wait_us));
	decision_settle(record);
	return is_refused;
}
