/*
 * HTTP/1 towards the client: heads and bodies in, replies out, one exchange at a time. What was
 * not understood is never forwarded: it is answered with its fault's status and the connection
 * closed. Must never look at limits, verdicts or upstreams.
 */
#include "client.h"
#include "exchange.h"
#include "http1_reply.h"
#include "http1_stash.h"
#include "magic.h"
#include "upstream.h"
#include "wire/http1_put.h"

#include <stdlib.h>

#define STASH_MOST    (64 * 1024)       /* of the next requests while a reply is under way */
#define LINGER_US     (2 * 1000 * 1000) /* for a client to read our last words */
#define TRAILER_BYTES 1024

static void on_deadline(struct deadline *deadline);

static const struct config *config_of(const struct client *client)
{
	return client->worker->lease->snapshot->config;
}

static void wait_for(struct client *client, int64_t after_us)
{
	worker_deadline(client->worker, &client->deadline, after_us, on_deadline);
}

static void open_http1(struct client *client)
{
	client->http1 = (struct http1_side){ .phase = HTTP1_PHASE_HEAD };
	wait_for(client, config_of(client)->timeouts.head_us);
}

static void drop_trailer_line(struct http1_side *side)
{
	if (side->trailer_line)
		explicit_bzero(side->trailer_line, TRAILER_BYTES);
	free(side->trailer_line);
	side->trailer_line = NULL;
}

/* A next request waits until the reply before it has gone out: a client that asks and asks and
 * does not read is not to fill our memory with answers. */
static bool is_reply_under_way(const struct client *client)
{
	return client->http1.phase == HTTP1_PHASE_REPLY || link_has_pending(&client->link);
}

/* Keeps |rest|, which may lie in the stash itself, for the next turn. */
static void keep_rest(struct client *client, struct bytes rest)
{
	if (!http1_stash_keep(&client->http1, rest))
		client_close(client, true);
	else if (rest.len >= STASH_MOST && is_reply_under_way(client))
		link_want_reading(&client->link, false);
}

static void end_our_side(struct client *client)
{
	wait_for(client, LINGER_US);
	link_shutdown(&client->link);
}

/* Our side is closed once everything is out; then the client has a moment to read it, so that a
 * reset for bytes we never read does not take our last words away (RFC 9112 §9.6). */
static void linger(struct client *client)
{
	client->http1.phase = HTTP1_PHASE_LINGER;
	http1_stash_drop(&client->http1);
	link_want_reading(&client->link, true);
	if (link_has_pending(&client->link))
		wait_for(client, config_of(client)->timeouts.send_us);
	else if (client->link.has_ended)
		client_close(client, false);
	else
		end_our_side(client);
}

static void answer_fault(struct client *client, int status, const char *detail)
{
	http1_reply_fault(client, status, detail);
	if (client->http1.phase != HTTP1_PHASE_CLOSED)
		linger(client);
}

static void begin_exchange(struct client *client, const struct http1_head *head)
{
	struct http1_side *side = &client->http1;

	side->minor = head->minor;
	side->keeps_alive = head->keeps_alive && !side->is_draining;
	side->expects_continue = head->expects_continue;
	side->has_last_chunk = side->is_chunked_out = side->ends_by_close = false;
	side->has_spoken = side->is_tunnel_ended = false;
	side->swallowed = 0;
	side->phase = HTTP1_PHASE_BODY;
	if (head->framing == HTTP1_FRAMING_CHUNKED && !side->trailer_line)
		side->trailer_line = malloc(TRAILER_BYTES);
	http1_body_init(&side->body, head->framing, head->content_length, side->trailer_line,
	    side->trailer_line ? TRAILER_BYTES : 0);
	wait_for(client, config_of(client)->timeouts.body_us);
	side->exchange = exchange_new(client, &codec_http1, head);
	if (side->exchange)
		exchange_go(side->exchange);
	else
		client_close(client, true);
}

static bool eat_head(struct client *client, struct bytes *input)
{
	const struct config *config = config_of(client);
	struct http1_limits limits = HTTP1_LIMITS_DEFAULT;
	struct http1_side *side = &client->http1;
	enum http1_fault fault = HTTP1_FAULT_NONE;
	struct bytes head;
	enum scan scan;

	limits.head_bytes = (uint32_t)config->http.head_bytes;
	limits.header_count = (uint32_t)config->http.header_count;
	scan = http1_finder_next(&side->finder, *input, &limits, &head, &fault);
	if (scan == SCAN_MORE) {
		if (!side->has_spoken && input->len) {
			side->has_spoken = true;
			wait_for(client, config->timeouts.head_us);
		}
		return false;
	}
	if (scan == SCAN_DONE) {
		*input = bytes_of(
		    head.at + head.len, (size_t)(input->at + input->len - head.at) - head.len);
		fault = http1_parse_request(head, &limits, client->worker->request);
	}
	if (fault != HTTP1_FAULT_NONE) {
		metrics_count(client->worker->seat.metrics, METRIC_CLIENT_FAULTS,
		    fault < HTTP1_FAULT_COUNT ? (int)fault : 0);
		answer_fault(client, http1_fault_status(fault), http1_fault_text(fault));
		return false;
	}
	begin_exchange(client, client->worker->request);
	return true;
}

static void refuse_body(struct exchange *exchange, enum http1_fault fault)
{
	if (exchange->reply_begun)
		exchange_end(exchange, EXCHANGE_END_CLIENT_BAD);
	else
		exchange_answer(exchange, http1_fault_status(fault) == 431
					      ? REFUSAL_HEAD_TOO_LARGE
					      : REFUSAL_BAD_REQUEST);
}

static bool eat_body(struct client *client, struct bytes *input)
{
	struct http1_side *side = &client->http1;
	struct exchange *exchange = side->exchange;
	struct bytes span = { 0 };

	switch (http1_body_next(&side->body, input, &span)) {
	case HTTP1_STEP_SPAN:
		exchange_request_body(exchange, span);
		return true;
	case HTTP1_STEP_TRAILER:
		exchange_request_trailer(exchange, span);
		return true;
	case HTTP1_STEP_DONE:
		side->phase = HTTP1_PHASE_REPLY;
		deadline_clear(&client->deadline);
		exchange_request_end(exchange);
		return true;
	case HTTP1_STEP_BAD:
		metrics_count(
		    client->worker->seat.metrics, METRIC_CLIENT_FAULTS, side->body.fault);
		side->keeps_alive = false;
		refuse_body(exchange, side->body.fault);
		return false;
	default:
		return false;
	}
}

static void next_request(struct client *client)
{
	struct http1_side *side = &client->http1;

	side->phase = HTTP1_PHASE_HEAD;
	drop_trailer_line(side);
	side->finder = (struct http1_finder){ 0 };
	side->has_spoken = false;
	if (side->is_draining) {
		linger(client);
		return;
	}
	wait_for(client, link_has_pending(&client->link) ? config_of(client)->timeouts.send_us
							 : config_of(client)->timeouts.idle_us);
	link_want_reading(&client->link, true);
}

static bool eat_unwanted(struct client *client, struct bytes *input)
{
	struct http1_side *side = &client->http1;
	struct bytes span = { 0 };

	switch (http1_body_next(&side->body, input, &span)) {
	case HTTP1_STEP_SPAN:
		side->swallowed += span.len;
		if (side->swallowed > HTTP1_SWALLOW_MOST)
			linger(client);
		return true;
	case HTTP1_STEP_TRAILER:
		return true;
	case HTTP1_STEP_DONE:
		next_request(client);
		return true;
	case HTTP1_STEP_BAD:
		linger(client);
		return false;
	default:
		return false;
	}
}

/* One step; false when nothing more can be made of the input now. */
static bool eat(struct client *client, struct bytes *input)
{
	struct http1_side *side = &client->http1;

	switch (side->phase) {
	case HTTP1_PHASE_HEAD:
		return input->len && !link_has_pending(&client->link) &&
		       eat_head(client, input);
	case HTTP1_PHASE_BODY:
		return eat_body(client, input);
	case HTTP1_PHASE_SWALLOW:
		return eat_unwanted(client, input);
	case HTTP1_PHASE_TUNNEL:
		exchange_request_body(side->exchange, *input);
		*input = (struct bytes){ 0 };
		return false;
	case HTTP1_PHASE_LINGER:
		*input = (struct bytes){ 0 };
		return false;
	default:
		return false;
	}
}

static ssize_t read_into(struct client *client, struct bytes room, enum link_end *end)
{
	ssize_t got = link_read(&client->link, (char *)room.at, room.len, end);

	if (got <= 0)
		return got;
	metrics_add(client->worker->seat.metrics, METRIC_CLIENT_BYTES_IN, 0, (uint64_t)got);
	if (client->http1.phase == HTTP1_PHASE_BODY)
		wait_for(client, config_of(client)->timeouts.body_us);
	return got;
}

/* Whether more of the body may come in this turn: while it is held, and while the upstream
 * takes all that it is given. */
static bool wants_more(struct client *client)
{
	struct http1_side *side = &client->http1;
	struct exchange *exchange = side->exchange;

	if (side->phase != HTTP1_PHASE_BODY)
		return false;
	if (exchange->station == STATION_HOLD)
		return true;
	exchange_request_flush(exchange);
	return side->exchange == exchange && side->phase == HTTP1_PHASE_BODY &&
	       exchange->upstream && exchange->upstream->link.state == LINK_OPEN &&
	       !link_has_pending(&exchange->upstream->link);
}

/* A long body is read on, where a read was full, behind what this turn has read: one that is
 * held and whole when the turn ends is never copied. What passes comes in portions, for a slow
 * upstream is to cost no more than one. An end met here is met again by the next read. */
static bool read_on(struct client *client, struct bytes *input)
{
	struct worker *worker = client->worker;
	uintptr_t used = (uintptr_t)input->at - (uintptr_t)worker->input;
	size_t room = WORKER_READ_BYTES;
	enum link_end end;
	ssize_t got;

	if (input->len || used == 0 || used >= WORKER_INPUT_BYTES || used % WORKER_READ_BYTES ||
	    !wants_more(client))
		return false;
	if (client->http1.exchange->station == STATION_HOLD)
		room = WORKER_INPUT_BYTES - used;
	got = read_into(client, bytes_of(input->at, room), &end);
	*input = bytes_of(input->at, got > 0 ? (size_t)got : 0);
	return got > 0;
}

/* Where the last write ends an exchange, what follows in |input| is the next one's. Until all
 * is eaten nothing else may feed the stash: |input| may lie in it. */
static void feed(struct client *client, struct bytes input)
{
	struct http1_side *side = &client->http1;
	const struct exchange *flushed;

	side->is_feeding = true;
	do {
		while (eat(client, &input) || read_on(client, &input))
			;
		flushed = side->exchange;
		if (flushed)
			exchange_request_flush(side->exchange);
	} while (flushed && side->exchange != flushed);
	side->is_feeding = false;
	if (side->phase != HTTP1_PHASE_CLOSED && side->phase != HTTP1_PHASE_LINGER)
		keep_rest(client, input); /* else the input may be gone with the stash */
}

static void feed_stash(struct client *client)
{
	struct http1_side *side = &client->http1;

	if (!side->is_feeding && side->stash_bytes && side->phase != HTTP1_PHASE_CLOSED)
		feed(client, http1_stash_bytes(side));
}

/* A client that ends its side has gone: half a connection cannot be told from none, and a reply
 * for nobody costs the upstream dearly. Only in a tunnel each side ends for itself. */
static void ended(struct client *client, enum link_end end)
{
	struct exchange *exchange = client->http1.exchange;

	if (client->http1.phase == HTTP1_PHASE_TUNNEL && end == LINK_END_EOF) {
		link_note_ended(&client->link);
		exchange_request_end(exchange);
		return;
	}
	if (exchange)
		exchange_end(exchange, EXCHANGE_END_CLIENT_GONE);
	if (client->http1.phase != HTTP1_PHASE_CLOSED)
		client_close(client, false);
}

/* Where the next read goes: behind the stash, or into the worker's buffer. */
static struct bytes room_to_read(struct client *client)
{
	if (client->http1.stash_bytes == 0)
		return bytes_of(client->worker->input, WORKER_READ_BYTES);
	return http1_stash_room(&client->http1);
}

static void readable(struct client *client)
{
	struct http1_side *side = &client->http1;
	struct bytes room = room_to_read(client);
	enum link_end end;
	ssize_t got;

	if (!room.at) {
		client_close(client, true);
		return;
	}
	got = read_into(client, room, &end);
	if (got < 0) {
		ended(client, end);
	} else if (got == 0) {
		return;
	} else if (side->stash_bytes) {
		side->stash_bytes += (size_t)got;
		feed(client, http1_stash_bytes(side));
	} else {
		feed(client, bytes_of(room.at, (size_t)got));
	}
}

static void drained(struct client *client)
{
	struct http1_side *side = &client->http1;

	switch (side->phase) {
	case HTTP1_PHASE_LINGER:
		end_our_side(client);
		break;
	case HTTP1_PHASE_HEAD:
		wait_for(client, config_of(client)->timeouts.idle_us);
		link_want_reading(&client->link, true);
		feed_stash(client);
		break;
	case HTTP1_PHASE_REPLY:
	case HTTP1_PHASE_TUNNEL:
		deadline_clear(&client->deadline);
		if (side->is_tunnel_ended)
			link_shutdown(&client->link);
		break;
	case HTTP1_PHASE_BODY:
		wait_for(
		    client, client->link.is_reading ? config_of(client)->timeouts.body_us : 0);
		break;
	default:
		break;
	}
	if (side->exchange)
		exchange_client_drained(side->exchange);
}

static void drain(struct client *client)
{
	struct http1_side *side = &client->http1;

	side->is_draining = true;
	if (side->phase == HTTP1_PHASE_HEAD && !side->has_spoken && !side->stash_bytes &&
	    !link_has_input(&client->link))
		client_close(client, false);
	else
		side->keeps_alive = false;
}

static void close_http1(struct client *client)
{
	struct http1_side *side = &client->http1;
	struct exchange *exchange = side->exchange;

	side->phase = HTTP1_PHASE_CLOSED;
	side->exchange = NULL;
	http1_stash_drop(side);
	drop_trailer_line(side);
	if (exchange)
		exchange_end(exchange, EXCHANGE_END_STOPPED);
}

/* It does not read what it asked for, or lingers. Whoever reads slowly but reads is waited for;
 * what the kernel still holds for a client that lingers is left to it. */
static void end_late(struct client *client)
{
	int64_t taken = link_taken_bytes(&client->link), before = client->http1.taken_bytes;

	client->http1.taken_bytes = taken;
	if (link_has_pending(&client->link) && taken > before)
		wait_for(client, config_of(client)->timeouts.send_us);
	else
		client_close(client, link_has_pending(&client->link));
}

/* A client that says nothing: before its first byte it just goes; within a head or a body it is
 * told. */
static void on_deadline(struct deadline *deadline)
{
	struct client *client = (void *)((char *)deadline - offsetof(struct client, deadline));
	struct http1_side *side = &client->http1;

	magic_check(client, MAGIC_CLIENT);
	switch (side->phase) {
	case HTTP1_PHASE_HEAD:
		metrics_count(client->worker->seat.metrics, METRIC_CLIENT_TIMEOUTS, 0);
		if (side->has_spoken)
			answer_fault(client, 408, "the request took too long to arrive");
		else
			client_close(client, false);
		break;
	case HTTP1_PHASE_BODY:
		metrics_count(client->worker->seat.metrics, METRIC_CLIENT_TIMEOUTS, 0);
		side->keeps_alive = false;
		exchange_answer(side->exchange, REFUSAL_SLOW);
		break;
	default:
		end_late(client);
		break;
	}
}

/* Whether what is left of an unwanted body is worth reading to keep the connection. */
static bool may_swallow(const struct http1_side *side)
{
	return side->keeps_alive && !side->expects_continue &&
	       side->body.left <= HTTP1_SWALLOW_MOST;
}

static void go_on(struct client *client)
{
	struct http1_side *side = &client->http1;

	if (side->phase == HTTP1_PHASE_BODY && may_swallow(side)) {
		side->phase = HTTP1_PHASE_SWALLOW;
		wait_for(client, config_of(client)->timeouts.body_us);
		link_want_reading(&client->link, true);
	} else if (side->phase != HTTP1_PHASE_BODY && side->keeps_alive) {
		next_request(client);
	} else if (side->phase == HTTP1_PHASE_BODY || link_has_pending(&client->link) ||
		   link_has_input(&client->link)) { /* a close on unread bytes is a reset */
		linger(client);
	} else {
		client_close(client, false);
	}
}

static void release(struct exchange *exchange, bool is_clean)
{
	struct client *client = exchange->client;
	struct http1_side *side = &client->http1;

	side->exchange = NULL;
	if (side->phase == HTTP1_PHASE_CLOSED)
		return;
	if (!is_clean) {
		client_close(client, side->ends_by_close);
		return;
	}
	if (side->phase == HTTP1_PHASE_TUNNEL) {
		linger(client);
		return;
	}
	go_on(client);
	feed_stash(client);
}

static void want_body(struct exchange *exchange, bool is_wanted)
{
	struct client *client = exchange->client;
	struct http1_side *side = &client->http1;

	if (side->phase != HTTP1_PHASE_BODY && side->phase != HTTP1_PHASE_TUNNEL)
		return;
	link_want_reading(&client->link, is_wanted);
	if (side->phase == HTTP1_PHASE_BODY) /* nobody is slow who is not read */
		wait_for(client, is_wanted ? config_of(client)->timeouts.body_us : 0);
	if (is_wanted)
		feed_stash(client);
}

static bool flush(struct exchange *exchange)
{
	struct client *client = exchange->client;

	if (http1_reply_flush(client) < 0) {
		exchange_end(exchange, EXCHANGE_END_CLIENT_GONE);
		return false;
	}
	if (link_has_pending(&client->link)) {
		wait_for(client, config_of(client)->timeouts.send_us);
		return false;
	}
	if (client->http1.is_tunnel_ended)
		link_shutdown(&client->link);
	return true;
}

const struct codec codec_http1 = {
	.name = "http/1.1",
	.major = 1,
	.open = open_http1,
	.readable = readable,
	.drained = drained,
	.ended = ended,
	.drain = drain,
	.close = close_http1,
	.send_interim = http1_reply_interim,
	.send_continue = http1_reply_continue,
	.send_head = http1_reply_head,
	.send_body = http1_reply_body,
	.send_trailer = http1_reply_trailer,
	.send_end = http1_reply_end,
	.flush = flush,
	.want_body = want_body,
	.release = release,
};
