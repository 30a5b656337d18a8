/*
 * The order and case of header names as one number. Names come in one by one, are never kept,
 * and no value ever comes here.
 */
#include "fingerprint/http_shape.h"

#include <xxhash.h>

#define PER_LENGTH  6
#define LONGEST     24
#define TAG_SETTING 0x5e771265

/* Names that say something of one request, or that a proxy adds; by length, lower case. */
static const char *const left_out[LONGEST + 1][PER_LENGTH] = {
	[3] = { "via" },
	[5] = { "range" },
	[6] = { "cookie", "expect", "pragma", "digest" },
	[7] = { "upgrade", "trailer", "baggage" },
	[8] = { "cdn-loop" },
	[9] = { "forwarded", "x-real-ip" },
	[10] = { "connection", "keep-alive", "tracestate" },
	[11] = { "traceparent", "openai-beta", "x-client-ip", "x-amz-cf-id", "content-md5" },
	[12] = { "x-request-id", "sentry-trace" },
	[13] = { "cache-control" },
	[14] = { "content-length", "anthropic-beta", "true-client-ip", "http2-settings" },
	[15] = { "idempotency-key", "x-amzn-trace-id" },
	[16] = { "content-encoding", "x-correlation-id" },
	[17] = { "transfer-encoding" },
	[19] = { "x-stainless-timeout", "x-client-request-id" },
	[21] = { "x-cloud-trace-context" },
	[23] = { "x-stainless-retry-count" },
	[24] = { "x-stainless-read-timeout" },
};

static const struct bytes left_out_heads[] = {
	BYTES("x-forwarded-"),
	BYTES("x-stainless-helper"),
	BYTES("x-stainless-raw"),
	BYTES("x-stainless-poll"),
	BYTES("x-stainless-custom"),
	BYTES("x-b3-"),
	BYTES("x-datadog-"),
	BYTES("x-envoy-"),
	BYTES("x-original-"),
	BYTES("x-ja3"),
	BYTES("x-ja4"),
	BYTES("cf-"),
	BYTES("fly-"),
	BYTES("if-"),
	BYTES("proxy-"),
	BYTES("retort-"),
};

/* Whether |name| is, or begins with, |head|, which has three bytes at least. Most names differ
 * from most heads in their first or third byte ("x-…"), or at the head's end. */
static bool begins(struct bytes name, struct bytes head)
{
	return ((name.at[0] ^ head.at[0]) & ~0x20) == 0 &&
	       ((name.at[2] ^ head.at[2]) & ~0x20) == 0 && name.len >= head.len &&
	       ((name.at[head.len - 1] ^ head.at[head.len - 1]) & ~0x20) == 0 &&
	       bytes_start_with_nocase(name, head);
}

bool http_shape_leaves_out(struct bytes name)
{
	if (name.len < 3)
		return bytes_equal_nocase(name, BYTES("te")) ||
		       bytes_equal_nocase(name, BYTES("b3"));
	if (name.len <= LONGEST) {
		const char *const *row = left_out[name.len];

		for (size_t i = 0; i < PER_LENGTH && row[i]; i++)
			if (begins(name, bytes_of(row[i], name.len)))
				return true;
	}
	for (size_t i = 0; i < sizeof(left_out_heads) / sizeof(*left_out_heads); i++)
		if (begins(name, left_out_heads[i]))
			return true;
	return false;
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
