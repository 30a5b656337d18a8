/*
 * Holding a body back while it is read for facts. Must never hold more than inspect.body_limit,
 * nor all exchanges together more than inspect.held_limit, nor leave a word of a body in memory
 * once it has gone on.
 */
#include "hold.h"

#include "allowance.h"
#include "exchange.h"
#include "relay.h"
#include "upstream.h"
#include "wire/http1_keep.h"

#include <stdlib.h>

#define READER_CEILING (256 * 1024) /* of the reader's arena */
#define CODINGS_BYTES  128
#define KEPT_STEP      (64 * 1024)

static bool has_body(const struct http1_head *head)
{
	return head->framing == HTTP1_FRAMING_CHUNKED ||
	       (head->framing == HTTP1_FRAMING_LENGTH && head->content_length > 0);
}

static bool has_something_to_say(const struct exchange *exchange)
{
	enum dialect dialect = exchange->record.prompt.dialect;

	return exchange->lease->snapshot->config->inspect.body_bytes > 0 &&
	       has_body(exchange->head) && !exchange->is_upgrade && dialect != DIALECT_NONE &&
	       dialect != DIALECT_OPAQUE;
}

/* What no dialect reads is not held, but said. */
static void note_opaque(struct exchange *exchange)
{
	struct prompt_facts *prompt = &exchange->record.prompt;

	if (prompt->dialect != DIALECT_OPAQUE || !has_body(exchange->head))
		return;
	prompt->state = PROMPT_OPAQUE;
	prompt->why = PROMPT_WHY_UNKNOWN_DIALECT;
}

void hold_begin(struct exchange *exchange)
{
	const struct config *config = exchange->lease->snapshot->config;
	struct hold *hold = &exchange->hold;
	char codings[CODINGS_BYTES];
	struct text room = text_in(codings, sizeof(codings));

	note_opaque(exchange);
	if (!has_something_to_say(exchange))
		return;
	arena_init(&hold->arena, READER_CEILING);
	hold->is_on = true;
	hold->reader = prompt_reader_new(&hold->arena, &exchange->lease->kit,
	    &(struct prompt_reader_ask){ .dialect = exchange->record.prompt.dialect,
		.path = exchange->head->path,
		.content_encoding = http1_list(exchange->head, HTTP1_CONTENT_ENCODING, &room),
		.body_limit = (uint64_t)config->inspect.body_bytes,
		.decoded_limit = (uint64_t)config->inspect.decoded_bytes });
}

bool hold_take(struct exchange *exchange, struct bytes span)
{
	struct hold *hold = &exchange->hold;
	struct hold_turn *turn = exchange->worker->held;

	if (turn->count == HOLD_SPANS)
		hold_end_turn(exchange);
	if (exchange->station != STATION_HOLD) /* there was no room for it */
		return false;
	turn->spans[turn->count++] = span;
	hold->bytes += span.len;
	if (!prompt_reader_take(hold->reader, span) ||
	    hold->bytes >= (uint64_t)exchange->lease->snapshot->config->inspect.body_bytes)
		hold->is_fed = true;
	return true;
}

static uint64_t held_limit(const struct exchange *exchange)
{
	return (uint64_t)exchange->lease->snapshot->config->inspect.held_bytes;
}

static void note_charged(struct exchange *exchange, int64_t bytes)
{
	exchange->hold.charged_bytes += (uint64_t)bytes;
	metrics_add(exchange->worker->seat.metrics, METRIC_HELD_BYTES, 0, bytes);
}

/* All memory that an exchange takes when it is held beyond this turn. */
static uint64_t cost_of(const struct exchange *exchange)
{
	const struct hold *hold = &exchange->hold;
	const struct hold_turn *turn = exchange->worker->held;
	uint64_t bytes = hold->kept_bytes + hold->arena.taken + exchange->arena.taken +
			 prompt_reader_bytes(hold->reader);

	for (int i = 0; i < turn->count; i++)
		bytes += turn->spans[i].len;
	return bytes;
}

/* Charges it in steps. False when all workers together hold too much. */
static bool charge(struct exchange *exchange)
{
	const struct hold *hold = &exchange->hold;
	uint64_t cost = cost_of(exchange), more;

	if (cost <= hold->charged_bytes)
		return true;
	more = (cost - hold->charged_bytes + KEPT_STEP - 1) / KEPT_STEP * KEPT_STEP;
	if (!allowance_take(
		exchange->worker->seat.held, hold->charged_bytes, more, held_limit(exchange)))
		return false;
	note_charged(exchange, (int64_t)more);
	return true;
}

void hold_discharge(struct exchange *exchange)
{
	const struct hold *hold = &exchange->hold;
	uint64_t left = encore_kept_bytes(exchange);
	uint64_t over;

	if (exchange->upstream)
		left += exchange->upstream->link.pending_room;
	if (hold->charged_bytes <= left)
		return;
	over = hold->charged_bytes - left;
	note_charged(exchange, -(int64_t)over);
	allowance_return(exchange->worker->seat.held, over, held_limit(exchange));
}

/* The first room is what the head declared, within the bound: then nothing is moved again. */
static size_t first_room(const struct exchange *exchange)
{
	uint64_t most = (uint64_t)exchange->lease->snapshot->config->inspect.body_bytes;
	uint64_t declared = exchange->request_length < most ? exchange->request_length : most;

	return declared > KEPT_STEP ? declared : KEPT_STEP;
}

static bool make_room(struct exchange *exchange, size_t bytes)
{
	struct hold *hold = &exchange->hold;
	size_t room = hold->kept_room ? hold->kept_room : first_room(exchange);
	char *more;

	if (hold->kept_room - hold->kept_bytes >= bytes)
		return true;
	while (room - hold->kept_bytes < bytes)
		room *= 2;
	more = malloc(room);
	if (!more)
		return false;
	if (hold->kept_bytes) {
		memcpy(more, hold->kept, hold->kept_bytes);
		explicit_bzero(hold->kept, hold->kept_bytes);
	}
	free(hold->kept);
	hold->kept = more;
	hold->kept_room = room;
	return true;
}

static bool keep_turn(struct exchange *exchange)
{
	struct hold *hold = &exchange->hold;
	struct hold_turn *turn = exchange->worker->held;

	for (int i = 0; i < turn->count; i++) {
		struct bytes span = turn->spans[i];

		if (!make_room(exchange, span.len))
			return false;
		memcpy(hold->kept + hold->kept_bytes, span.at, span.len);
		hold->kept_bytes += span.len;
	}
	turn->count = 0;
	return true;
}

/* The exchange goes on unheld: what came is sent, what comes passes. */
static void leave(struct exchange *exchange)
{
	prompt_reader_leave(exchange->hold.reader, PROMPT_WHY_HELD_LIMIT);
	exchange->hold.is_fed = true;
	exchange_go(exchange);
}

void hold_end_turn(struct exchange *exchange)
{
	struct http1_head *head = NULL;

	if (!charge(exchange)) {
		leave(exchange);
		return;
	}
	if (!exchange->is_head_kept)
		head = http1_keep(&exchange->arena, exchange->head);
	if (head)
		exchange->head = head;
	exchange->is_head_kept = exchange->is_head_kept || head;
	if (!exchange->is_head_kept || !keep_turn(exchange)) {
		exchange->worker->held->count = 0;
		exchange_answer(exchange, REFUSAL_OVERLOADED);
	}
}

void hold_finish(struct exchange *exchange, bool is_cut)
{
	struct hold *hold = &exchange->hold;
	uint8_t dialect = exchange->record.prompt.dialect;

	if (!hold->is_on)
		return;
	prompt_reader_finish(hold->reader, is_cut, &exchange->record.prompt);
	exchange->record.prompt.dialect = dialect;
	hold->reader = NULL;
	hold->is_on = false;
	arena_fini(&hold->arena);
}

void hold_forward(struct exchange *exchange)
{
	struct hold *hold = &exchange->hold;
	struct hold_turn *turn = exchange->worker->held;

	relay_request_body(exchange, bytes_of(hold->kept, hold->kept_bytes));
	for (int i = 0; i < turn->count; i++)
		relay_request_body(exchange, turn->spans[i]);
	turn->count = 0;
}

static void wipe_kept(struct hold *hold)
{
	if (hold->kept)
		explicit_bzero(hold->kept, hold->kept_bytes);
	free(hold->kept);
}

void hold_let_go(struct exchange *exchange)
{
	struct hold *hold = &exchange->hold;

	if (hold->is_on)
		hold_finish(exchange, true);
	if (!encore_take_kept(exchange, hold->kept, hold->kept_bytes))
		wipe_kept(hold);
	hold->kept = NULL;
	hold->kept_bytes = hold->kept_room = 0;
	hold_discharge(exchange);
}
