#ifndef FINGERPRINT_HTTP_SHAPE_H
#define FINGERPRINT_HTTP_SHAPE_H

#include "base/bytes.h"
#include "base/keyed_hash.h"

/*
 * The HTTP shape: how a client's library writes a request, without a word of what it says. Our
 * own definition, a keyed hash over, in order:
 *
 *   - the HTTP version and the method class (with or without a body),
 *   - every header name in order, in the case it was sent, without its value,
 *   - for HTTP/2 also the SETTINGS of the connection and the pseudo-header names, in order.
 *
 * So that one client has one shape for plain, streamed, first and repeated requests, and
 * behind a proxy the same as before it, these names are left out, wherever they stand:
 *
 *   - what depends on the body: content-length, content-encoding, content-md5, digest, expect
 *   - hop by hop (RFC 9110 §7.6.1): connection, keep-alive, te, trailer, transfer-encoding,
 *     upgrade, http2-settings, proxy-*
 *   - state and conditions: cookie, cache-control, pragma, range, if-*
 *   - retries and SDK helpers: x-stainless-retry-count, -timeout, -read-timeout, -helper*,
 * -raw*, -poll*, -custom*; idempotency-key; feature switches of single calls: anthropic-beta,
 *     openai-beta
 *   - traces: traceparent, tracestate, baggage, b3, x-b3-*, x-request-id, x-correlation-id,
 *     x-client-request-id, x-amzn-trace-id, x-cloud-trace-context, x-datadog-*, sentry-trace
 *   - what proxies add: forwarded, via, x-forwarded-*, x-real-ip, x-client-ip, true-client-ip,
 *     x-envoy-*, x-original-*, x-amz-cf-id, cdn-loop, cf-*, fly-*, x-ja3*, x-ja4*, and retort-*
 *
 * The name of the credential header stays: it is one choice per client. The running hash is
 * XXH3, whose collisions only let a client look like another, which sending that one's
 * headers does anyway; only the keyed hash leaves this room.
 */
struct http_shape {
	uint64_t state;
	uint32_t names; /* that count */
};

/* Begins a request. |version| is major·10 + minor: 10, 11, 20. */
void http_shape_init(struct http_shape *shape, unsigned version, struct bytes method);

/* One SETTINGS parameter (RFC 9113 §6.5.1) or, as identifier 0, the first WINDOW_UPDATE. Fed
 * before any name. */
void http_shape_setting(struct http_shape *shape, uint16_t identifier, uint32_t value);

/* One header name in order, as sent; ":method" and its like as well. */
void http_shape_add(struct http_shape *shape, struct bytes name);

/* The keyed shape; 0 when no name counted (no shape, explicitly). |shape| may be fed on. */
uint64_t http_shape_finish(const struct http_shape *shape, struct keyed_hash *hash);

/* Whether |name| is left out of shapes. */
bool http_shape_leaves_out(struct bytes name);

#endif
