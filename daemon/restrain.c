/*
 * Our own answers, in the words of the client's dialect. They go the way of every reply,
 * through the codec. Must never say which rule or feature fired.
 */
#include "restrain.h"

#define WAIT_LEAST_MS 1000u
#define WAIT_MOST_MS  60000u

/* 1 to 60 s with up to a quarter more or less, so that refused clients do not come back
 * together. The jitter is the exchange's own number, keyed by nothing: it need not be secret.
 */
static unsigned jittered_wait_ms(const struct exchange *exchange)
{
	uint64_t wait_ms = exchange->wait_us / 1000 + 1;
	uint64_t spread;

	if (wait_ms < WAIT_LEAST_MS)
		wait_ms = WAIT_LEAST_MS;
	if (wait_ms > WAIT_MOST_MS)
		wait_ms = WAIT_MOST_MS;
	spread = wait_ms / 4;
	wait_ms += exchange->record.facts.exchange * 0x9E3779B97F4A7C15u % (spread + 1);
	return wait_ms > WAIT_MOST_MS ? WAIT_MOST_MS - (unsigned)(wait_ms % (spread + 1))
				      : (unsigned)wait_ms;
}

static int headers_of(const struct refusal *refusal, struct bytes id, struct codec_header *out)
{
	int count = 0;

	out[count++] = (struct codec_header){ BYTES("Content-Type"),
		bytes_of_text(refusal->content_type) };
	for (size_t i = 0; i < refusal->header_count; i++)
		out[count++] = (struct codec_header){ bytes_of_text(refusal->headers[i].name),
			bytes_of_text(refusal->headers[i].value) };
	out[count++] = (struct codec_header){ BYTES("Retort-Request-Id"), id };
	return count;
}

void restrain_answer(struct exchange *exchange)
{
	enum refusal_kind kind = (enum refusal_kind)exchange->answer;
	struct codec_header headers[REFUSAL_HEADERS + 2];
	struct refusal refusal;
	char hex[16];
	struct text id = text_in(hex, sizeof(hex));

	text_add_hex64(&id, exchange->record.facts.exchange);
	refusal_write(&refusal, kind, exchange->voice, text_bytes(&id),
	    kind == REFUSAL_THROTTLE ? jittered_wait_ms(exchange) : 0);
	exchange->reply_begun = true;
	exchange->record.reply.status = (uint16_t)refusal.status;
	exchange->record.reply.body_bytes = refusal.body_len;
	exchange->codec->send_head(
	    exchange, &(struct codec_reply){ .status = (int)refusal.status,
			  .reason = bytes_of_text(refusal.reason),
			  .extra = headers,
			  .extra_count = headers_of(&refusal, text_bytes(&id), headers),
			  .framing = HTTP1_FRAMING_LENGTH,
			  .content_length = refusal.body_len });
	if (!exchange->is_head_request)
		exchange->codec->send_body(exchange, bytes_of(refusal.body, refusal.body_len));
	exchange->codec->send_end(exchange);
	exchange->codec->flush(exchange);
	exchange->reply_done = true;
}
