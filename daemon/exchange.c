/*
 * The corridor: an exchange walks the itinerary below, station by station, and only here is
 * decided what comes next. Must never wait: a station that lacks something says PASS_WAIT and
 * is rung later.
 */
#include "exchange.h"

#include "client.h"
#include "forward.h"
#include "judge.h"
#include "know.h"
#include "magic.h"
#include "metrics/metrics_exchange.h"
#include "relay.h"
#include "restrain.h"
#include "ring.h"
#include "upstream.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_CEILING (256 * 1024)

enum pass {
	PASS_ON,    /* to the next station */
	PASS_ASIDE, /* |answer| or |end| was set: to settle */
	PASS_WAIT,  /* rung later */
};

static enum pass pass_read(struct exchange *exchange);
static enum pass pass_know(struct exchange *exchange);
static enum pass pass_limit(struct exchange *exchange);
static enum pass pass_hold(struct exchange *exchange);
static enum pass pass_judge(struct exchange *exchange);
static enum pass pass_send(struct exchange *exchange);
static enum pass pass_relay(struct exchange *exchange);
static enum pass pass_settle(struct exchange *exchange);
static enum pass pass_record(struct exchange *exchange);

/* The itinerary. The name is also the record's column and the label of latencies. */
static const struct {
	const char *name;
	enum pass (*pass)(struct exchange *exchange);
} itinerary[STATION_OVER] = {
	[STATION_READ] = { "read", pass_read },
	[STATION_KNOW] = { "know", pass_know },
	[STATION_LIMIT] = { "limit", pass_limit },
	[STATION_HOLD] = { "hold", pass_hold },
	[STATION_JUDGE] = { "judge", pass_judge },
	[STATION_SEND] = { "send", pass_send },
	[STATION_RELAY] = { "relay", pass_relay },
	[STATION_SETTLE] = { "settle", pass_settle },
	[STATION_RECORD] = { "record", pass_record },
};

const char *station_name(enum station station)
{
	return station < STATION_OVER ? itinerary[station].name : "over";
}

static void bury_exchange(void *dead)
{
	struct exchange *exchange = magic_check(dead, MAGIC_EXCHANGE);

	arena_fini(&exchange->arena);
	exchange->magic = 0;
	free(exchange);
}

/* The one place where an exchange leaves the house. */
static void lay_to_rest(struct exchange *exchange)
{
	struct worker *worker = exchange->worker;
	bool is_clean = exchange->reply_done && (exchange->end == EXCHANGE_END_DONE ||
						    exchange->end == EXCHANGE_END_ANSWERED);

	exchange->codec->release(exchange, is_clean);
	worker_lease_unref(worker, exchange->lease);
	worker_bury_later(worker, &exchange->grave, bury_exchange, exchange);
	worker_note_quiet(worker);
}

/* An answer of ours, or an end that came from outside, leads straight to settle. */
static void turn_aside(struct exchange *exchange)
{
	if (exchange->answer >= 0 && exchange->end == EXCHANGE_END_OPEN) {
		restrain_answer(exchange);
		if (exchange->end == EXCHANGE_END_OPEN)
			exchange->end = EXCHANGE_END_ANSWERED;
	}
	if (exchange->end == EXCHANGE_END_OPEN)
		return;
	memccpy(exchange->record.station, station_name(exchange->station), '\0',
	    sizeof(exchange->record.station) - 1);
	exchange->station = STATION_SETTLE;
}

static void walk(struct exchange *exchange)
{
	while (exchange->station < STATION_OVER) {
		if (exchange->station < STATION_SETTLE)
			turn_aside(exchange);
		switch (itinerary[exchange->station].pass(exchange)) {
		case PASS_ON:
			exchange->station++;
			break;
		case PASS_ASIDE:
			break;
		case PASS_WAIT:
			return;
		}
	}
}

void exchange_go(struct exchange *exchange)
{
	magic_check(exchange, MAGIC_EXCHANGE);
	exchange->is_rung = true;
	if (exchange->is_walking || exchange->station == STATION_OVER)
		return;
	exchange->is_walking = true;
	while (exchange->is_rung && exchange->station < STATION_OVER) {
		exchange->is_rung = false;
		walk(exchange);
	}
	exchange->is_walking = false;
	if (exchange->station == STATION_OVER)
		lay_to_rest(exchange);
}

/* Trust: any other protocol (h2c above all) would be a tunnel for requests that nobody counts.
 * An upgrade may always be left aside (RFC 9110 §7.8). */
static bool is_websocket(const struct http1_head *head)
{
	return head->wants_upgrade &&
	       bytes_equal_nocase(http1_value(head, HTTP1_UPGRADE), BYTES("websocket"));
}

struct exchange *exchange_new(
    struct client *client, const struct codec *codec, const struct http1_head *head)
{
	struct worker *worker = client->worker;
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	exchange->magic = MAGIC_EXCHANGE;
	exchange->worker = worker;
	exchange->lease = worker_lease_ref(worker->lease);
	exchange->codec = codec;
	exchange->client = client;
	exchange->head = head;
	exchange->answer = -1;
	exchange->is_request_chunked = head->framing == HTTP1_FRAMING_CHUNKED;
	exchange->request_length = head->content_length;
	exchange->is_head_request = bytes_equal(head->method, BYTES("HEAD"));
	exchange->is_upgrade = is_websocket(head);
	exchange->began_us = worker->now_us;
	exchange->record.facts.at_us = worker_wall_us(worker);
	exchange->record.facts.exchange = worker_next_exchange(worker);
	exchange->record.generation = (uint32_t)worker->lease->snapshot->generation;
	exchange->record.prompt.temperature_milli = PROMPT_UNSET;
	exchange->record.prompt.top_p_milli = PROMPT_UNSET;
	exchange->record.mode = atomic_load_explicit(
	    &worker->lease->snapshot->detection_mode, memory_order_relaxed);
	arena_init(&exchange->arena, ARENA_CEILING);
	metrics_add(worker->seat.metrics, METRIC_EXCHANGES_OPEN, 0, 1);
	return exchange;
}

static const struct snapshot_route *find_route(const struct exchange *exchange)
{
	const struct snapshot *snapshot = exchange->lease->snapshot;

	for (size_t i = 0; i < snapshot->route_count; i++)
		if (snapshot_route_matches(
			&snapshot->routes[i], exchange->head->path, exchange->head->host))
			return &snapshot->routes[i];
	return NULL;
}

static enum pass aside(struct exchange *exchange, enum refusal_kind kind)
{
	exchange->answer = (int)kind;
	return PASS_ASIDE;
}

static enum pass pass_read(struct exchange *exchange)
{
	const struct snapshot *snapshot = exchange->lease->snapshot;
	const struct snapshot_route *route = find_route(exchange);
	int64_t body_bytes = snapshot->config->http.body_bytes;

	know_voice(exchange, route);
	if (!route)
		return aside(exchange, REFUSAL_NO_ROUTE);
	if (body_bytes > 0 && exchange->request_length > (uint64_t)body_bytes)
		return aside(exchange, REFUSAL_TOO_LARGE);
	exchange->target_index = route->upstream;
	exchange->target = &snapshot->upstreams[route->upstream];
	return PASS_ON;
}

static enum pass pass_know(struct exchange *exchange)
{
	know_head(exchange);
	return PASS_ON;
}

static enum pass ask_limits(struct exchange *exchange, enum limit_phase phase)
{
	const struct limit_set *set = exchange->lease->snapshot->limits;
	struct record *record = &exchange->record;

	struct limit_verdict verdict;

	if (!limit_set_has_phase(set, phase))
		return PASS_ON;
	limit_evaluate(set, exchange->worker->seat.limits, &exchange->subject,
	    (uint64_t)record->facts.at_us, &verdict);
	know_limits(exchange, &verdict);
	if (record->verdict == RECORD_VERDICT_BLOCK)
		return aside(exchange, REFUSAL_BLOCK);
	if (record->verdict == RECORD_VERDICT_THROTTLE)
		return aside(exchange, REFUSAL_THROTTLE);
	return PASS_ON;
}

static enum pass pass_limit(struct exchange *exchange)
{
	enum lists_word word = judge_listed(exchange);

	if (word == LISTS_DENY)
		return aside(exchange, REFUSAL_BLOCK);
	exchange->is_allowed = word == LISTS_ALLOW;
	return exchange->is_allowed ? PASS_ON : ask_limits(exchange, LIMIT_PHASE_HEAD);
}

static enum pass pass_hold(struct exchange *exchange)
{
	struct hold *hold = &exchange->hold;

	if (!exchange->is_entered) {
		exchange->is_entered = true;
		hold_begin(exchange);
		if (exchange->head->expects_continue) {
			exchange->codec->send_continue(exchange);
			exchange->codec->flush(exchange);
		}
	}
	if (hold->is_on && !hold->is_fed && !exchange->request_done)
		return PASS_WAIT;
	hold_finish(exchange, false);
	return PASS_ON;
}

/* The limits that need the prompt, then the verdict on the cohorts that it matches. */
static enum pass pass_judge(struct exchange *exchange)
{
	enum pass pass;

	know_prompt(exchange);
	if (exchange->is_allowed)
		return PASS_ON;
	pass = ask_limits(exchange, LIMIT_PHASE_PROMPT);
	if (pass == PASS_ON && judge_exchange(exchange, &exchange->wait_us))
		return aside(exchange, REFUSAL_THROTTLE);
	return pass;
}

static enum pass pass_send(struct exchange *exchange)
{
	exchange->sent_us = exchange->worker->now_us;
	if (upstream_take(exchange, false) < 0)
		return aside(exchange, REFUSAL_BAD_GATEWAY);
	if (!relay_send_head(exchange))
		return aside(exchange, REFUSAL_HEAD_TOO_LARGE);
	exchange->head = NULL;
	hold_forward(exchange);
	if (exchange->request_done)
		relay_request_end(exchange);
	if (exchange->hold.kept)
		relay_request_flush(exchange);
	hold_let_go(exchange);
	arena_fini(&exchange->arena);
	return PASS_ON;
}

static enum pass pass_relay(struct exchange *exchange)
{
	if (!exchange->reply_done || (exchange->is_tunnel && !exchange->request_done))
		return PASS_WAIT;
	exchange->end = EXCHANGE_END_DONE;
	return PASS_ASIDE;
}

static int status_of(const struct exchange *exchange)
{
	if (exchange->end == EXCHANGE_END_CLIENT_GONE && !exchange->is_tunnel)
		return 499;
	return exchange->record.reply.status;
}

static void count_outcome(struct exchange *exchange)
{
	struct metrics_block *metrics = exchange->worker->seat.metrics;
	struct record *record = &exchange->record;

	record->reply.status = (uint16_t)status_of(exchange);
	record->total_us = (uint64_t)(exchange->worker->now_us - exchange->began_us);
	record->own_us = (uint64_t)(exchange->sent_us ? exchange->sent_us - exchange->began_us
						      : (int64_t)record->total_us);
	record->reply.last_byte_us = record->total_us;
	metrics_add(metrics, METRIC_EXCHANGES_OPEN, 0, -1);
	metrics_exchange(metrics, record);
	if (exchange->tries > 1)
		metrics_add(metrics, METRIC_UPSTREAM_RETRIES, 0, exchange->tries - 1);
	if (exchange->end == EXCHANGE_END_CLIENT_GONE)
		metrics_count(metrics, METRIC_CLIENT_GONE, 0);
	if (exchange->is_counted_open)
		metrics_add(metrics, METRIC_STREAMS_OPEN, 0, -1);
}

/* What the reply cost is known now, and charged to the limits that count tokens. */
static void settle_tokens(struct exchange *exchange)
{
	struct reply_facts *reply = &exchange->record.reply;

	if (!exchange->tap)
		return;
	reply_tap_finish(exchange->tap, exchange->end != EXCHANGE_END_DONE, reply);
	exchange->tap = NULL;
	limit_settle(exchange->lease->snapshot->limits, exchange->worker->seat.limits,
	    &exchange->subject,
	    (struct limit_tokens){ reply->input_tokens, reply->output_tokens },
	    (uint64_t)worker_wall_us(exchange->worker));
}

static enum pass pass_settle(struct exchange *exchange)
{
	bool is_reusable = exchange->end == EXCHANGE_END_DONE && exchange->request_done;

	/* what came before the break still goes to its client, and never to another */
	if (exchange->end == EXCHANGE_END_UPSTREAM_CUT)
		exchange->codec->flush(exchange);
	gather_reset(exchange->worker->to_client);
	gather_reset(exchange->worker->to_upstream);
	exchange->worker->held->count = 0;
	hold_let_go(exchange);
	if (exchange->upstream)
		upstream_release(exchange, is_reusable);
	hold_discharge(exchange);
	settle_tokens(exchange);
	count_outcome(exchange);
	return PASS_ON;
}

static enum pass pass_record(struct exchange *exchange)
{
	struct record *place = exchange->worker->seat.records
				   ? ring_reserve(exchange->worker->seat.records)
				   : NULL;

	if (place) {
		*place = exchange->record;
		ring_commit(exchange->worker->seat.records);
	}
	return PASS_ON;
}

static void take_held(struct exchange *exchange, struct bytes span)
{
	if (exchange->station != STATION_HOLD)
		return; /* an exchange that has ended wants no more */
	if (!hold_take(exchange, span) && exchange->upstream)
		relay_request_body(exchange, span);
	else if (exchange->hold.is_fed)
		exchange_go(exchange);
}

void exchange_request_body(struct exchange *exchange, struct bytes span)
{
	int64_t body_bytes = exchange->lease->snapshot->config->http.body_bytes;

	exchange->record.request_bytes += span.len;
	if (body_bytes > 0 && !exchange->is_tunnel &&
	    exchange->record.request_bytes > (uint64_t)body_bytes)
		exchange_answer(exchange, REFUSAL_TOO_LARGE);
	else if (exchange->upstream)
		relay_request_body(exchange, span);
	else
		take_held(exchange, span);
}

void exchange_request_trailer(struct exchange *exchange, struct bytes line)
{
	if (exchange->station == STATION_HOLD) { /* nothing is left to wait for */
		exchange->hold.is_fed = true;
		exchange_go(exchange);
	}
	if (exchange->upstream)
		relay_request_trailer(exchange, line);
}

void exchange_request_end(struct exchange *exchange)
{
	exchange->request_done = true;
	if (exchange->upstream)
		relay_request_end(exchange);
	else
		exchange_go(exchange);
}

void exchange_request_flush(struct exchange *exchange)
{
	if (exchange->station == STATION_HOLD)
		hold_end_turn(exchange);
	if (exchange->upstream)
		relay_request_flush(exchange);
}

void exchange_client_drained(struct exchange *exchange)
{
	if (exchange->upstream)
		relay_resume(exchange);
}

void exchange_end(struct exchange *exchange, enum exchange_end end)
{
	if (exchange->end == EXCHANGE_END_OPEN)
		exchange->end = (uint8_t)end;
	exchange_go(exchange);
}

void exchange_answer(struct exchange *exchange, enum refusal_kind kind)
{
	if (exchange->reply_begun) {
		exchange_end(exchange, EXCHANGE_END_UPSTREAM_CUT);
		return;
	}
	if (exchange->answer < 0)
		exchange->answer = (int)kind;
	exchange_go(exchange);
}
