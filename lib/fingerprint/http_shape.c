/*
 * The order and case of header names as one number. Names come in one by one, are never kept,
 * and no value ever comes here.
 */
#include "fingerprint/http_shape.h"

#include <xxhash.h>

#define PER_LENGTH  6
#define PER_LETTER  8
#define LONGEST     24
#define TAG_SETTING 0x5e771265

/* Names that say something of one request, or that a proxy adds; by length, lower case. */
static const char *const left_out[LONGEST + 1][PER_LENGTH] = {
	[2] = { "te", "b3" },
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

/* Beginnings of such names, by their first letter; each has at least three characters. */
static const char *const left_out_heads['z' - 'a' + 1][PER_LETTER] = {
	['c' - 'a'] = { "cf-" },
	['f' - 'a'] = { "fly-" },
	['i' - 'a'] = { "if-" },
	['p' - 'a'] = { "proxy-" },
	['r' - 'a'] = { "retort-" },
	['x' - 'a'] = { "x-forwarded-", "x-b3-", "x-datadog-", "x-envoy-", "x-original-",
	    "x-ja3", "x-ja4" },
};

/* Most of an SDK's names begin with "x-stainless-"; these are what may follow it. */
#define STAINLESS_BYTES 12
static const char *const left_out_stainless[] = { "helper", "raw", "poll", "custom" };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Whether |name| begins with the lower-case |head|, which is no longer than LONGEST. */
static bool begins(struct bytes name, const char *head)
{
	size_t i = 0;

	while (head[i] && i < name.len && lower(name.at[i]) == head[i])
		i++;
	return !head[i];
}

static bool is_left_out_whole(struct bytes name)
{
	const char *const *row = left_out[name.len];
	char last = lower(name.at[name.len - 1]);

	for (size_t i = 0; i < PER_LENGTH && row[i]; i++)
		if (row[i][name.len - 1] == last && begins(name, row[i]))
			return true;
	return false;
}

/* In either case, by words: or-ing 0x20 lowers letters and leaves '-' as it is. */
static bool is_stainless(struct bytes name)
{
	const uint64_t fold = 0x2020202020202020;
	uint64_t words[2] = { 0 }, expected[2] = { 0 };

	if (name.len < STAINLESS_BYTES)
		return false;
	memcpy(words, name.at, STAINLESS_BYTES);
	memcpy(expected, "x-stainless-", STAINLESS_BYTES);
	return (words[0] | fold) == (expected[0] | fold) &&
	       (words[1] | fold) == (expected[1] | fold);
}

static bool is_left_out_of_stainless(struct bytes rest)
{
	for (size_t i = 0; i < sizeof(left_out_stainless) / sizeof(*left_out_stainless); i++)
		if (begins(rest, left_out_stainless[i]))
			return true;
	return false;
}

static bool has_left_out_head(struct bytes name)
{
	char first = lower(name.at[0]), third = lower(name.at[2]);
	const char *const *row;

	if (first < 'a' || first > 'z')
		return false;
	if (is_stainless(name))
		return is_left_out_of_stainless(
		    bytes_of(name.at + STAINLESS_BYTES, name.len - STAINLESS_BYTES));
	row = left_out_heads[first - 'a'];
	for (size_t i = 0; i < PER_LETTER && row[i]; i++)
		if (row[i][2] == third && begins(name, row[i]))
			return true;
	return false;
}

bool http_shape_leaves_out(struct bytes name)
{
	if (name.len > 0 && name.len <= LONGEST && is_left_out_whole(name))
		return true;
	return name.len >= 3 && has_left_out_head(name);
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
