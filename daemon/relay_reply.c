/*
 * Replies from upstream to client. An upstream that speaks nonsense gets its connection closed
 * and the client a 502, or a visible break where the reply had begun. Must never end a reply
 * cleanly that the upstream did not end.
 */
#include "relay_reply.h"

#include "exchange.h"
#include "log.h"

#include <stdlib.h>

#define CODINGS_BYTES 128

static void drop_stash(struct upstream_conn *conn)
{
	if (conn->stash)
		explicit_bzero(conn->stash, conn->stash_bytes);
	free(conn->stash);
	conn->stash = NULL;
	conn->stash_bytes = 0;
}

static bool keep_stash(struct upstream_conn *conn, struct bytes rest)
{
	char *stash = malloc(rest.len);

	if (!stash || rest.len >= WORKER_READ_BYTES) {
		free(stash);
		return false;
	}
	memcpy(stash, rest.at, rest.len);
	drop_stash(conn);
	conn->stash = stash;
	conn->stash_bytes = rest.len;
	return true;
}

static bool speaks_nonsense(struct upstream_conn *conn, enum http1_fault fault)
{
	metrics_count(conn->link.worker->seat.metrics, METRIC_UPSTREAM_FAULTS, (int)fault);
	log_say(LOG_LEVEL_DEBUG, conn->pool->name, "bad reply: %s", http1_fault_text(fault));
	upstream_note(conn, false);
	exchange_answer(conn->exchange, REFUSAL_BAD_GATEWAY);
	return false;
}

static bool is_event_stream(const struct http1_head *head)
{
	return bytes_start_with_nocase(
	    http1_value(head, HTTP1_CONTENT_TYPE), BYTES("text/event-stream"));
}

static void note_reply(struct exchange *exchange, const struct http1_head *head)
{
	exchange->reply_begun = true;
	exchange->record.reply.status = head->status;
	exchange->record.reply.first_byte_us = (uint64_t)(exchange->worker->now_us -
							  exchange->began_us);
	exchange->record.reply.is_stream = is_event_stream(head);
	if (!exchange->record.reply.is_stream)
		return;
	exchange->is_counted_open = true;
	metrics_add(exchange->worker->seat.metrics, METRIC_STREAMS_OPEN, 0, 1);
}

/* Only what answers a prompt is metered. */
static void begin_tap(struct exchange *exchange, const struct http1_head *head)
{
	const struct record *record = &exchange->record;
	char codings[CODINGS_BYTES];
	struct text room = text_in(codings, sizeof(codings));

	if (record->prompt.dialect == DIALECT_NONE || exchange->is_head_request)
		return;
	exchange->tap = reply_tap_new(&exchange->arena, &exchange->lease->kit.keys,
	    &(struct reply_tap_ask){ .dialect = record->prompt.dialect,
		.status = head->status,
		.content_type = http1_value(head, HTTP1_CONTENT_TYPE),
		.content_encoding = http1_list(head, HTTP1_CONTENT_ENCODING, &room),
		.prompt_text_bytes = record->prompt.text_bytes,
		.decoded_limit =
		    (uint64_t)exchange->lease->snapshot->config->inspect.decoded_bytes });
}

static void send_head(struct upstream_conn *conn, const struct http1_head *head)
{
	struct exchange *exchange = conn->exchange;
	struct codec_header extra[2];
	char hex[16];
	struct text id = text_in(hex, sizeof(hex));
	int count = 0;

	text_add_hex64(&id, exchange->record.facts.exchange);
	extra[count++] = (struct codec_header){ BYTES("Retort-Request-Id"), text_bytes(&id) };
	if (exchange->record.reply.is_stream && !http1_find(head, HTTP1_X_ACCEL_BUFFERING))
		extra[count++] = (struct codec_header){ BYTES("X-Accel-Buffering"),
			BYTES("no") };
	exchange->codec->send_head(exchange, &(struct codec_reply){ .status = head->status,
						 .reason = head->reason,
						 .head = head,
						 .extra = extra,
						 .extra_count = count,
						 .framing = head->framing,
						 .content_length = head->content_length });
}

static bool begin_tunnel(struct upstream_conn *conn, const struct http1_head *head)
{
	struct exchange *exchange = conn->exchange;

	if (!exchange->is_upgrade || !head->wants_upgrade)
		return speaks_nonsense(conn, HTTP1_FAULT_STATUS_LINE);
	note_reply(exchange, head);
	exchange->is_tunnel = true;
	exchange->request_done = false;
	conn->phase = UPSTREAM_PHASE_TUNNEL;
	send_head(conn, head);
	metrics_count(exchange->worker->seat.metrics, METRIC_TUNNELS, 0);
	exchange->codec->want_body(exchange, true);
	return true;
}

static void begin_body(struct upstream_conn *conn, const struct http1_head *head)
{
	conn->keeps_alive = head->keeps_alive;
	conn->phase = UPSTREAM_PHASE_BODY;
	if (head->framing == HTTP1_FRAMING_CHUNKED && !conn->trailer_line)
		conn->trailer_line = malloc(UPSTREAM_TRAILER_BYTES);
	http1_body_init(&conn->body, head->framing, head->content_length, conn->trailer_line,
	    conn->trailer_line ? UPSTREAM_TRAILER_BYTES : 0);
	upstream_note(conn, true);
	note_reply(conn->exchange, head);
	begin_tap(conn->exchange, head);
	send_head(conn, head);
}

/* One head: interim ones are passed on, a final one begins the reply. */
static bool eat_head(struct upstream_conn *conn, struct bytes *input)
{
	struct exchange *exchange = conn->exchange;
	struct http1_head *response = conn->link.worker->response;
	struct http1_limits limits = HTTP1_LIMITS_DEFAULT;
	enum http1_fault fault = HTTP1_FAULT_NONE;
	struct bytes head = { 0 };
	enum scan scan;

	limits.head_bytes = WORKER_READ_BYTES - 1024;
	scan = http1_finder_next(&conn->finder, *input, &limits, &head, &fault);
	if (scan == SCAN_MORE) {
		if (!keep_stash(conn, *input))
			return speaks_nonsense(conn, HTTP1_FAULT_HEAD_TOO_LARGE);
		return false;
	}
	if (scan == SCAN_DONE)
		fault = http1_parse_response(
		    head, &limits, exchange->is_head_request, response);
	if (fault != HTTP1_FAULT_NONE)
		return speaks_nonsense(conn, fault);
	drop_stash(conn);
	*input = bytes_of(
	    head.at + head.len, (size_t)(input->at + input->len - head.at) - head.len);
	conn->finder = (struct http1_finder){ .is_response = true };
	if (response->status == 101)
		return begin_tunnel(conn, response);
	if (response->status >= 200)
		begin_body(conn, response);
	else if (response->status > 100)
		exchange->codec->send_interim(exchange, response);
	return true;
}

/* One piece of the body; false when no more can be made of the input. */
static bool eat_body(struct upstream_conn *conn, struct bytes *input)
{
	struct exchange *exchange = conn->exchange;
	struct bytes span = { 0 };

	switch (http1_body_next(&conn->body, input, &span)) {
	case HTTP1_STEP_SPAN:
		exchange->record.reply.body_bytes += span.len;
		if (exchange->tap)
			reply_tap_take(exchange->tap, span);
		if (!exchange->is_head_request)
			exchange->codec->send_body(exchange, span);
		return true;
	case HTTP1_STEP_TRAILER:
		exchange->codec->send_trailer(exchange, span);
		return true;
	case HTTP1_STEP_DONE:
		conn->phase = UPSTREAM_PHASE_DONE;
		if (input->len) /* more than was announced: this connection cannot be trusted */
			conn->keeps_alive = false;
		return false;
	case HTTP1_STEP_BAD:
		return speaks_nonsense(conn, conn->body.fault);
	default:
		return false;
	}
}

static bool eat(struct upstream_conn *conn, struct bytes *input)
{
	switch (conn->phase) {
	case UPSTREAM_PHASE_HEAD:
		return input->len && eat_head(conn, input);
	case UPSTREAM_PHASE_BODY:
		return eat_body(conn, input);
	case UPSTREAM_PHASE_TUNNEL:
		if (input->len)
			conn->exchange->codec->send_body(conn->exchange, *input);
		conn->exchange->record.reply.body_bytes += input->len;
		*input = (struct bytes){ 0 };
		return false;
	default:
		return false;
	}
}

bool relay_reply_feed(struct upstream_conn *conn, struct bytes input)
{
	struct exchange *exchange = conn->exchange;

	upstream_stirred(conn);
	encore_drop(exchange); /* it has taken the request, and says so */
	while (eat(conn, &input))
		;
	if (conn->exchange != exchange) /* it ended within a step */
		return false;
	if (conn->phase == UPSTREAM_PHASE_DONE) {
		relay_reply_finish(conn);
		return false;
	}
	if (exchange->worker->to_client->bytes == 0)
		return true;
	if (!exchange->codec->flush(exchange)) {
		if (conn->exchange == exchange)
			upstream_rest(conn);
		return false;
	}
	return true;
}

bool relay_reply_may_end(const struct upstream_conn *conn)
{
	return conn->phase == UPSTREAM_PHASE_TUNNEL ||
	       (conn->phase == UPSTREAM_PHASE_BODY && http1_body_may_end(&conn->body));
}

void relay_reply_finish(struct upstream_conn *conn)
{
	struct exchange *exchange = conn->exchange;

	if (conn->phase == UPSTREAM_PHASE_BODY) /* it lasted until the close */
		conn->keeps_alive = false;
	if (conn->phase == UPSTREAM_PHASE_TUNNEL)
		link_note_ended(&conn->link);
	exchange->codec->send_end(exchange);
	conn->phase = UPSTREAM_PHASE_DONE;
	exchange->codec->flush(exchange);
	if (conn->exchange != exchange)
		return;
	exchange->reply_done = true;
	exchange_go(exchange);
}
