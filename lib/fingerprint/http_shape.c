/*
 * The order and case of header names as one number. Names come in one by one, are never kept,
 * and no value ever comes here.
 */
#include "fingerprint/http_shape.h"

#include <xxhash.h>

#define TAG_SETTING 0x5e771265
#define MOST_ROWS   9

/* A name that is left out, or how such names begin; in lower case, |len| 0 ends a list. */
struct row {
	const char *text;
	uint8_t len;
	bool is_whole;
};

#define IS(text)                                                                               \
	{                                                                                      \
		text, sizeof(text) - 1, true                                                   \
	}
#define BEGINS(text)                                                                           \
	{                                                                                      \
		text, sizeof(text) - 1, false                                                  \
	}

/* Names that say something of one request, or that a proxy adds, by the letter they begin with;
 * those in "x-" by the letter behind it. */
static const struct row plain[32][MOST_ROWS] = {
	['a' & 31] = { IS("anthropic-beta") },
	['b' & 31] = { IS("b3"), IS("baggage") },
	['c' & 31] = { IS("connection"), IS("content-length"), IS("content-encoding"),
	    IS("content-md5"), IS("cache-control"), IS("cookie"), IS("cdn-loop"),
	    BEGINS("cf-") },
	['d' & 31] = { IS("digest") },
	['e' & 31] = { IS("expect") },
	['f' & 31] = { IS("forwarded"), BEGINS("fly-") },
	['h' & 31] = { IS("http2-settings") },
	['i' & 31] = { IS("idempotency-key"), BEGINS("if-") },
	['k' & 31] = { IS("keep-alive") },
	['o' & 31] = { IS("openai-beta") },
	['p' & 31] = { IS("pragma"), BEGINS("proxy-") },
	['r' & 31] = { IS("range"), BEGINS("retort-") },
	['s' & 31] = { IS("sentry-trace") },
	['t' & 31] = { IS("te"), IS("trailer"), IS("traceparent"), IS("tracestate"),
	    IS("transfer-encoding"), IS("true-client-ip") },
	['u' & 31] = { IS("upgrade") },
	['v' & 31] = { IS("via") },
};

static const struct row extended[32][MOST_ROWS] = {
	['a' & 31] = { IS("x-amz-cf-id"), IS("x-amzn-trace-id") },
	['b' & 31] = { BEGINS("x-b3-") },
	['c' & 31] = { IS("x-client-ip"), IS("x-client-request-id"),
	    IS("x-cloud-trace-context"), IS("x-correlation-id") },
	['d' & 31] = { BEGINS("x-datadog-") },
	['e' & 31] = { BEGINS("x-envoy-") },
	['f' & 31] = { BEGINS("x-forwarded-") },
	['j' & 31] = { BEGINS("x-ja3"), BEGINS("x-ja4") },
	['o' & 31] = { BEGINS("x-original-") },
	['r' & 31] = { IS("x-real-ip"), IS("x-request-id") },
	['s' & 31] = { IS("x-stainless-retry-count"), IS("x-stainless-timeout"),
	    IS("x-stainless-read-timeout"), BEGINS("x-stainless-helper"),
	    BEGINS("x-stainless-raw"), BEGINS("x-stainless-poll"),
	    BEGINS("x-stainless-custom") },
};

/* The last byte tells most names that share their first letters apart. */
static bool is_in(struct bytes name, const struct row *row)
{
	for (; row->len; row++) {
		size_t last = row->len - 1u;

		if (row->is_whole ? name.len != row->len : name.len < row->len)
			continue;
		if (((name.at[last] ^ row->text[last]) & ~0x20) == 0 &&
		    bytes_start_with_nocase(name, bytes_of(row->text, row->len)))
			return true;
	}
	return false;
}

bool http_shape_leaves_out(struct bytes name)
{
	if (name.len < 2)
		return false;
	if ((name.at[0] | 0x20) == 'x' && name.at[1] == '-')
		return name.len > 2 && is_in(name, extended[name.at[2] & 31]);
	return is_in(name, plain[name.at[0] & 31]);
}

static bool has_body(struct bytes method)
{
	return bytes_equal(method, BYTES("POST")) || bytes_equal(method, BYTES("PUT")) ||
	       bytes_equal(method, BYTES("PATCH"));
}

static void mix(struct http_shape *shape, const void *at, size_t len)
{
	shape->state = XXH3_64bits_withSeed(at, len, shape->state);
}

void http_shape_init(struct http_shape *shape, unsigned version, struct bytes method)
{
	uint32_t head[2] = { version, has_body(method) };

	*shape = (struct http_shape){ 0 };
	mix(shape, head, sizeof(head));
}

void http_shape_setting(struct http_shape *shape, uint16_t identifier, uint32_t value)
{
	uint32_t setting[3] = { TAG_SETTING, identifier, value };

	mix(shape, setting, sizeof(setting));
}

void http_shape_add(struct http_shape *shape, struct bytes name)
{
	if (http_shape_leaves_out(name))
		return;
	mix(shape, name.at, name.len);
	shape->names++;
}

uint64_t http_shape_finish(const struct http_shape *shape, struct keyed_hash *hash)
{
	uint64_t whole[2] = { shape->state, shape->names };

	return shape->names ? keyed_hash_of(hash, HASH_SHAPE, bytes_of(whole, sizeof(whole)))
			    : 0;
}
