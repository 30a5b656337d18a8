#ifndef WIRE_HTTP1_NAME_H
#define WIRE_HTTP1_NAME_H

#include "base/bytes.h"

/*
 * The header names that somebody in the house looks at, in lower case. Rows stand by growing
 * length (the look-up needs it, a test proves it), among equals the frequent ones first. The
 * kind of a name says what a proxy does with it: HOP ends here and is never forwarded, because
 * it belongs to this connection alone (RFC 9110 §7.6.1), because we answer it ourselves
 * (Expect), or because it is no header of HTTP but CGI programs take it for a setting (Proxy).
 * END belongs to the exchange. |row| is called as row(id, text, kind, extra).
 */
/* clang-format off */
#define HTTP1_NAMES(row, extra)							\
	row(TE, "te", HOP, extra)						\
	row(VIA, "via", END, extra)						\
	row(HOST, "host", END, extra)						\
	row(DATE, "date", END, extra)						\
	row(VARY, "vary", END, extra)						\
	row(ALLOW, "allow", END, extra)						\
	row(PROXY, "proxy", HOP, extra)						\
	row(ACCEPT, "accept", END, extra)					\
	row(EXPECT, "expect", HOP, extra)					\
	row(COOKIE, "cookie", END, extra)					\
	row(SERVER, "server", END, extra)					\
	row(ORIGIN, "origin", END, extra)					\
	row(API_KEY, "api-key", END, extra)					\
	row(REFERER, "referer", END, extra)					\
	row(TRAILER, "trailer", END, extra)					\
	row(UPGRADE, "upgrade", HOP, extra)					\
	row(ALT_SVC, "alt-svc", END, extra)					\
	row(LOCATION, "location", END, extra)					\
	row(PRIORITY, "priority", END, extra)					\
	row(X_API_KEY, "x-api-key", END, extra)					\
	row(FORWARDED, "forwarded", END, extra)					\
	row(X_REAL_IP, "x-real-ip", END, extra)					\
	row(USER_AGENT, "user-agent", END, extra)				\
	row(CONNECTION, "connection", HOP, extra)				\
	row(REQUEST_ID, "request-id", END, extra)				\
	row(KEEP_ALIVE, "keep-alive", HOP, extra)				\
	row(SET_COOKIE, "set-cookie", END, extra)				\
	row(TRACEPARENT, "traceparent", END, extra)				\
	row(RETRY_AFTER, "retry-after", END, extra)				\
	row(CONTENT_TYPE, "content-type", END, extra)				\
	row(X_REQUEST_ID, "x-request-id", END, extra)				\
	row(AUTHORIZATION, "authorization", END, extra)				\
	row(CACHE_CONTROL, "cache-control", END, extra)				\
	row(CONTENT_LENGTH, "content-length", END, extra)			\
	row(X_GOOG_API_KEY, "x-goog-api-key", END, extra)			\
	row(ACCEPT_CHARSET, "accept-charset", END, extra)			\
	row(HTTP2_SETTINGS, "http2-settings", HOP, extra)			\
	row(RETRY_AFTER_MS, "retry-after-ms", END, extra)			\
	row(SEC_FETCH_MODE, "sec-fetch-mode", END, extra)			\
	row(X_SHOULD_RETRY, "x-should-retry", END, extra)			\
	row(X_STAINLESS_OS, "x-stainless-os", END, extra)			\
	row(ACCEPT_ENCODING, "accept-encoding", END, extra)			\
	row(X_FORWARDED_FOR, "x-forwarded-for", END, extra)			\
	row(ACCEPT_LANGUAGE, "accept-language", END, extra)			\
	row(IDEMPOTENCY_KEY, "idempotency-key", END, extra)			\
	row(CONTENT_ENCODING, "content-encoding", END, extra)			\
	row(PROXY_CONNECTION, "proxy-connection", HOP, extra)			\
	row(X_FORWARDED_HOST, "x-forwarded-host", END, extra)			\
	row(X_FORWARDED_PORT, "x-forwarded-port", END, extra)			\
	row(X_STAINLESS_ARCH, "x-stainless-arch", END, extra)			\
	row(X_STAINLESS_LANG, "x-stainless-lang", END, extra)			\
	row(ANTHROPIC_VERSION, "anthropic-version", END, extra)			\
	row(TRANSFER_ENCODING, "transfer-encoding", HOP, extra)			\
	row(X_FORWARDED_PROTO, "x-forwarded-proto", END, extra)			\
	row(X_ACCEL_BUFFERING, "x-accel-buffering", END, extra)			\
	row(X_STAINLESS_ASYNC, "x-stainless-async", END, extra)			\
	row(X_GOOG_API_CLIENT, "x-goog-api-client", END, extra)			\
	row(PROXY_AUTHENTICATE, "proxy-authenticate", HOP, extra)		\
	row(OPENAI_ORGANIZATION, "openai-organization", END, extra)		\
	row(PROXY_AUTHORIZATION, "proxy-authorization", HOP, extra)		\
	row(X_STAINLESS_RUNTIME, "x-stainless-runtime", END, extra)		\
	row(X_STAINLESS_TIMEOUT, "x-stainless-timeout", END, extra)		\
	row(SEC_WEBSOCKET_PROTOCOL, "sec-websocket-protocol", END, extra)	\
	row(X_STAINLESS_RETRY_COUNT, "x-stainless-retry-count", END, extra)	\
	row(X_STAINLESS_READ_TIMEOUT, "x-stainless-read-timeout", END, extra)	\
	row(PROXY_AUTHENTICATION_INFO, "proxy-authentication-info", HOP, extra)	\
	row(X_STAINLESS_PACKAGE_VERSION, "x-stainless-package-version", END, extra)\
	row(X_STAINLESS_RUNTIME_VERSION, "x-stainless-runtime-version", END, extra)

#define HTTP1_NAME_ENUM(id, text, kind, extra) HTTP1_##id,
enum http1_name {
	HTTP1_OTHER, /* nobody here looks at it: it passes through */
	HTTP1_NAMES(HTTP1_NAME_ENUM,)
	HTTP1_RETORT,    /* retort-*: ours, stripped when it comes from outside */
	HTTP1_STAINLESS, /* other x-stainless-*: the SDKs write them */
	HTTP1_NAME_COUNT
};
#undef HTTP1_NAME_ENUM

/* clang-format on */

/* True for the HOP names and for HTTP1_RETORT: never forwarded. */
extern const bool http1_name_ends_here[HTTP1_NAME_COUNT];

/* Which of them |name| is, whatever its case. For any answer but HTTP1_OTHER and the classes,
 * |name| is a token. */
enum http1_name http1_name_of(struct bytes name);

/* True when |name| is unknown only for its '_' in place of '-'. Servers in the manner of CGI
 * cannot tell the two apart, so that X_Forwarded_For would pass for what a proxy wrote. */
bool http1_name_is_twin(struct bytes name);

/* The name in lower case; the prefix for a class, "other" for HTTP1_OTHER. */
struct bytes http1_name_text(enum http1_name name);

#endif
