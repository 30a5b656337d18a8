/*
 * Replies in HTTP/1. Body bytes are borrowed from the read that brought them and leave in the
 * same turn; only heads and chunk sizes are written here. Must never change a byte of a body.
 */
#include "http1_reply.h"

#include "client.h"
#include "exchange.h"
#include "wire/http1_put.h"

#include <assert.h>
#include <stdio.h>

#define INTERIM_TEXT_MOST (16 * 1024) /* the rest of a gather is for the head that counts */

static struct gather *gather_of(struct exchange *exchange)
{
	return exchange->worker->to_client;
}

int http1_reply_flush(struct client *client)
{
	struct gather *gather = client->worker->to_client;
	size_t bytes = gather->bytes;
	int result = link_write(&client->link, gather->spans, gather->count);

	gather_reset(gather);
	if (result == 0)
		metrics_add(client->worker->seat.metrics, METRIC_CLIENT_BYTES_OUT, 0, bytes);
	return result;
}

/* Room for one more chunk; a gather that is full goes out first. A broken client shows at the
 * next flush of the turn. */
static void make_room(struct exchange *exchange)
{
	if (!gather_has_room(gather_of(exchange), GATHER_CHUNK_SPANS, GATHER_CHUNK_TEXT))
		http1_reply_flush(exchange->client);
}

/* The headers that pass from one end to the other; framing and connection are ours. */
static void put_passing(struct text *text, const struct http1_head *head)
{
	for (size_t i = 0; i < head->count; i++) {
		const struct http1_header *header = &head->header[i];

		if (header->known == HTTP1_CONTENT_LENGTH || header->known == HTTP1_RETORT ||
		    header->is_hop_by_hop)
			continue;
		http1_put_header(text, header->name, header->value);
	}
}

void http1_reply_interim(struct exchange *exchange, const struct http1_head *head)
{
	struct gather *gather = gather_of(exchange);
	struct text text;

	if (exchange->client->http1.minor == 0) /* HTTP/1.0 knows no interim replies */
		return;
	if (gather->text_used > INTERIM_TEXT_MOST)
		http1_reply_flush(exchange->client);
	text = gather_open_text(gather);
	http1_put_status_line(&text, head->status, head->reason);
	put_passing(&text, head);
	http1_put_end(&text);
	if (!text.is_cut)
		gather_close_text(gather, &text);
}

void http1_reply_continue(struct exchange *exchange)
{
	exchange->client->http1.expects_continue = false;
	gather_copy(gather_of(exchange), BYTES("HTTP/1.1 100 Continue\r\n\r\n"));
}

static enum http1_framing choose_framing(
    struct http1_side *side, const struct codec_reply *reply)
{
	if (reply->framing == HTTP1_FRAMING_NONE || reply->framing == HTTP1_FRAMING_LENGTH)
		return reply->framing;
	if (side->minor > 0)
		return HTTP1_FRAMING_CHUNKED;
	side->ends_by_close = true;
	side->keeps_alive = false;
	return HTTP1_FRAMING_UNTIL_CLOSE;
}

/* A reply without a body (to HEAD, 304) still says how long that body would be. */
static void put_framing(
    struct text *text, enum http1_framing framing, const struct codec_reply *reply)
{
	const struct http1_header *length = reply->head
						? http1_find(reply->head, HTTP1_CONTENT_LENGTH)
						: NULL;

	if (framing != HTTP1_FRAMING_NONE)
		http1_put_framing(text, framing, reply->content_length);
	else if (length && reply->status != 204 && reply->status >= 200)
		http1_put_header(text, length->name, length->value);
}

static void put_connection(
    struct text *text, const struct http1_side *side, const struct codec_reply *reply)
{
	if (reply->status == 101 && reply->head) {
		http1_put_header(text, BYTES("Connection"), BYTES("Upgrade"));
		http1_put_header(
		    text, BYTES("Upgrade"), http1_value(reply->head, HTTP1_UPGRADE));
	} else if (!side->keeps_alive) {
		http1_put_header(text, BYTES("Connection"), BYTES("close"));
	} else if (side->minor == 0) {
		http1_put_header(text, BYTES("Connection"), BYTES("keep-alive"));
	}
}

/* A client that still sends, or waits to be told to, cannot be kept: where its request ends is
 * not known. */
static void settle_keeping(struct http1_side *side)
{
	if (side->phase == HTTP1_PHASE_BODY &&
	    (side->expects_continue || side->body.left > HTTP1_SWALLOW_MOST))
		side->keeps_alive = false;
}

void http1_reply_head(struct exchange *exchange, const struct codec_reply *reply)
{
	struct http1_side *side = &exchange->client->http1;
	struct gather *gather = gather_of(exchange);
	struct text text = gather_open_text(gather);
	enum http1_framing framing;

	settle_keeping(side);
	framing = choose_framing(side, reply);
	side->is_chunked_out = framing == HTTP1_FRAMING_CHUNKED;
	http1_put_status_line(&text, reply->status, reply->reason);
	if (reply->head)
		put_passing(&text, reply->head);
	for (int i = 0; i < reply->extra_count; i++)
		http1_put_header(&text, reply->extra[i].name, reply->extra[i].value);
	put_framing(&text, framing, reply);
	put_connection(&text, side, reply);
	http1_put_end(&text);
	assert(!text.is_cut); /* the limits of heads leave room in the gather */
	gather_close_text(gather, &text);
	if (reply->status == 101)
		side->phase = HTTP1_PHASE_TUNNEL;
}

void http1_reply_body(struct exchange *exchange, struct bytes span)
{
	make_room(exchange);
	if (exchange->client->http1.is_chunked_out)
		gather_add_chunk(gather_of(exchange), span);
	else
		gather_add(gather_of(exchange), span);
}

/* The first trailer is preceded by the last chunk. */
static void end_chunks(struct exchange *exchange)
{
	struct http1_side *side = &exchange->client->http1;

	make_room(exchange);
	if (!side->has_last_chunk)
		gather_copy(gather_of(exchange), HTTP1_LAST_CHUNK);
	side->has_last_chunk = true;
}

void http1_reply_trailer(struct exchange *exchange, struct bytes line)
{
	struct gather *gather = gather_of(exchange);

	if (!exchange->client->http1.is_chunked_out)
		return; /* nowhere to put it: RFC 9110 §6.5.1 lets it be dropped */
	end_chunks(exchange);
	if (!gather_has_room(gather, 1, line.len + 2))
		http1_reply_flush(exchange->client);
	gather_copy(gather, line);
	gather_copy(gather, BYTES("\r\n"));
}

void http1_reply_end(struct exchange *exchange)
{
	struct http1_side *side = &exchange->client->http1;

	side->is_tunnel_ended = side->phase == HTTP1_PHASE_TUNNEL;
	if (!side->is_chunked_out)
		return;
	end_chunks(exchange);
	gather_copy(gather_of(exchange), BYTES("\r\n"));
}

void http1_reply_fault(struct client *client, int status, const char *detail)
{
	struct gather *gather = client->worker->to_client;
	struct text text = gather_open_text(gather);
	char body[256];
	int len = snprintf(body, sizeof(body),
	    "{\"type\":\"about:blank\",\"title\":\"%.*s\",\"status\":%d,\"detail\":\"%s\"}\n",
	    (int)http1_put_reason(status).len, http1_put_reason(status).at, status, detail);

	assert(len > 0 && len < (int)sizeof(body));
	http1_put_status_line(&text, status, (struct bytes){ 0 });
	http1_put_header(&text, BYTES("Content-Type"), BYTES("application/problem+json"));
	http1_put_framing(&text, HTTP1_FRAMING_LENGTH, (uint64_t)len);
	http1_put_header(&text, BYTES("Connection"), BYTES("close"));
	http1_put_end(&text);
	text_add(&text, bytes_of(body, (size_t)len));
	gather_close_text(gather, &text);
	if (http1_reply_flush(client) < 0)
		client_close(client, true);
}
