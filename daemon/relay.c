/*
 * Bytes between client and upstream: written in the turn that read them, never kept, never
 * changed. While one side is slow the other is not read. Must never allocate for a body.
 */
#include "relay.h"

#include "client.h"
#include "forget.h"
#include "forward.h"
#include "magic.h"
#include "relay_reply.h"
#include "wire/http1_put.h"

#define TRIES_MOST 3

static struct gather *gather_of(struct exchange *exchange)
{
	return exchange->worker->to_upstream;
}

bool relay_send_head(struct exchange *exchange)
{
	struct gather *gather = gather_of(exchange);
	struct text text = gather_open_text(gather);

	forward_write_head(exchange, &text);
	if (text.is_cut)
		return false;
	gather_close_text(gather, &text);
	return true;
}

/* False when there is nobody to write to any more: what was gathered went out and failed. */
static bool make_room(struct exchange *exchange, int spans, size_t text_bytes)
{
	if (!gather_has_room(gather_of(exchange), spans, text_bytes))
		relay_request_flush(exchange);
	return exchange->upstream && !exchange->is_upstream_deaf;
}

void relay_request_body(struct exchange *exchange, struct bytes span)
{
	if (span.len == 0 || !make_room(exchange, GATHER_CHUNK_SPANS, GATHER_CHUNK_TEXT))
		return;
	if (exchange->is_request_chunked && !exchange->is_tunnel)
		gather_add_chunk(gather_of(exchange), span);
	else
		gather_add(gather_of(exchange), span);
}

/* The last chunk precedes the first trailer. */
static void end_chunks(struct exchange *exchange)
{
	if (!exchange->is_last_chunk_sent)
		gather_copy(gather_of(exchange), HTTP1_LAST_CHUNK);
	exchange->is_last_chunk_sent = true;
}

void relay_request_trailer(struct exchange *exchange, struct bytes line)
{
	struct gather *gather = gather_of(exchange);

	if (!make_room(exchange, 1, line.len + GATHER_CHUNK_TEXT))
		return;
	end_chunks(exchange);
	gather_copy(gather, line);
	gather_copy(gather, BYTES("\r\n"));
}

/* The client has ended its side: so do we towards the upstream, after what is pending. */
static void end_tunnel(struct exchange *exchange)
{
	if (!link_has_pending(&exchange->upstream->link))
		link_shutdown(&exchange->upstream->link);
	exchange_go(exchange);
}

void relay_request_end(struct exchange *exchange)
{
	if (exchange->is_tunnel) {
		end_tunnel(exchange);
		return;
	}
	if (!exchange->is_request_chunked || !make_room(exchange, 1, GATHER_CHUNK_TEXT))
		return;
	end_chunks(exchange);
	gather_copy(gather_of(exchange), BYTES("\r\n"));
}

static int write_gathered(struct exchange *exchange)
{
	struct gather *gather = gather_of(exchange);
	struct link *link = &exchange->upstream->link;

	encore_note(exchange);
	if (link_write(link, gather->spans, gather->count) < 0)
		return -1;
	metrics_add(
	    exchange->worker->seat.metrics, METRIC_UPSTREAM_BYTES_OUT, 0, gather->bytes);
	gather_reset(gather);
	return 0;
}

/* A connection that broke before it took a byte of this exchange says nothing about the
 * request: another may be tried. */
static bool may_try_again(const struct exchange *exchange)
{
	const struct upstream_conn *conn = exchange->upstream;

	return exchange->tries < TRIES_MOST && !exchange->reply_begun &&
	       conn->link.sent_bytes == conn->sent_before;
}

/* It takes no more of the request. It may have answered before that, so it is still read: its
 * reply, or its end, comes next. The rest of the request is read for nobody. */
static void note_deaf(struct exchange *exchange)
{
	gather_reset(gather_of(exchange));
	exchange->is_upstream_deaf = true;
	if (exchange->reply_done) { /* a tunnel: now both sides have ended */
		exchange->request_done = true;
		exchange_go(exchange);
	} else {
		exchange->codec->want_body(exchange, true);
	}
}

void relay_request_flush(struct exchange *exchange)
{
	if (gather_of(exchange)->bytes == 0)
		return;
	while (write_gathered(exchange) < 0) {
		if (!may_try_again(exchange)) {
			note_deaf(exchange);
			return;
		}
		upstream_release(exchange, false);
		if (upstream_take(exchange, true) < 0) {
			gather_reset(gather_of(exchange));
			exchange_answer(exchange, REFUSAL_BAD_GATEWAY);
			return;
		}
	}
	upstream_stirred(exchange->upstream);
	if (link_has_pending(&exchange->upstream->link) && !exchange->request_done)
		exchange->codec->want_body(exchange, false);
}

void relay_on_drained(struct upstream_conn *conn)
{
	struct exchange *exchange = conn->exchange;

	if (!exchange)
		return;
	upstream_stirred(conn);
	hold_discharge(exchange);
	if (!exchange->request_done)
		exchange->codec->want_body(exchange, true);
	else if (exchange->is_tunnel)
		link_shutdown(&conn->link);
}

void relay_resume(struct exchange *exchange)
{
	link_want_reading(&exchange->upstream->link, true);
	upstream_stirred(exchange->upstream);
}

/* It never opened: all that was meant for it is pending, and can be meant for another. */
static bool try_another(struct exchange *exchange)
{
	struct upstream_conn *failed = exchange->upstream;

	upstream_note(failed, false);
	if (!may_try_again(exchange))
		return false;
	exchange->upstream = NULL;
	if (upstream_take(exchange, true) < 0) {
		exchange->upstream = failed;
		return false;
	}
	link_move_pending(&failed->link, &exchange->upstream->link);
	failed->exchange = NULL;
	upstream_discard(failed);
	return true;
}

/* A fresh connection in the place of a kept one that has closed; nobody is blamed for that. */
static bool play_again(struct exchange *exchange)
{
	struct upstream_conn *closed = exchange->upstream;

	exchange->upstream = NULL;
	if (upstream_take(exchange, true) < 0) {
		exchange->upstream = closed;
		return false;
	}
	closed->exchange = NULL;
	upstream_discard(closed);
	exchange->is_upstream_deaf = false;
	return encore_play(exchange) == 0;
}

void relay_on_end(struct upstream_conn *conn, enum link_end end)
{
	struct exchange *exchange = conn->exchange;

	if (!exchange) {
		upstream_discard(conn);
		return;
	}
	if (conn->link.state != LINK_OPEN) {
		if (!try_another(exchange))
			exchange_answer(exchange, REFUSAL_BAD_GATEWAY);
		return;
	}
	if (end == LINK_END_DEAF) {
		note_deaf(exchange);
		return;
	}
	if (end == LINK_END_EOF && !exchange->is_upstream_deaf && relay_reply_may_end(conn)) {
		relay_reply_finish(conn);
		return;
	}
	if (encore_may_play(exchange) && play_again(exchange))
		return;
	if (!exchange->reply_begun)
		upstream_note(conn, false);
	exchange_answer(exchange, REFUSAL_BAD_GATEWAY);
}

void relay_on_readable(struct upstream_conn *conn)
{
	struct worker *worker = conn->link.worker;
	enum link_end end = LINK_END_NONE;
	ssize_t got;

	for (int reads = 0; reads < 4; reads++) {
		size_t kept = conn->stash_bytes;

		if (kept) {
			memcpy(worker->input, conn->stash, kept);
			forget_later(worker, worker->input, kept);
		}
		got = link_read(
		    &conn->link, worker->input + kept, WORKER_READ_BYTES - kept, &end);
		if (got <= 0)
			break;
		metrics_add(worker->seat.metrics, METRIC_UPSTREAM_BYTES_IN, 0, (uint64_t)got);
		if (!conn->exchange) { /* bytes that nobody asked for */
			upstream_discard(conn);
			return;
		}
		if (!relay_reply_feed(conn, bytes_of(worker->input, kept + (size_t)got)))
			return;
		if ((size_t)got < WORKER_READ_BYTES - kept)
			return;
	}
	if (got < 0)
		relay_on_end(conn, end);
}
