#ifndef API_REFUSAL_H
#define API_REFUSAL_H

#include "api/dialect.h"

/*
 * What a refused client is told, in the error shape its SDK parses. It never says which rule or
 * feature fired. Shapes: the error references of the three APIs; RFC 9457.
 */
enum refusal_kind {
	REFUSAL_INTERNAL,        /* 500 */
	REFUSAL_BAD_REQUEST,     /* 400 */
	REFUSAL_BLOCK,           /* 403, with x-should-retry: false */
	REFUSAL_NO_ROUTE,        /* 404 */
	REFUSAL_SLOW,            /* 408: the client took too long to send */
	REFUSAL_TOO_LARGE,       /* 413 */
	REFUSAL_THROTTLE,        /* 429 */
	REFUSAL_HEAD_TOO_LARGE,  /* 431 */
	REFUSAL_UNSUPPORTED,     /* 501: a coding or method nobody here knows */
	REFUSAL_BAD_GATEWAY,     /* 502: the upstream failed or spoke nonsense */
	REFUSAL_OVERLOADED,      /* 503, to Anthropic's clients 529: no capacity, draining */
	REFUSAL_GATEWAY_TIMEOUT, /* 504 */
	REFUSAL_KIND_COUNT
};

#define REFUSAL_HEADERS 4
#define REFUSAL_VALUE   72
#define REFUSAL_BODY    512

struct refusal_header {
	const char *name; /* a literal */
	char value[REFUSAL_VALUE];
};

struct refusal {
	unsigned status;
	const char *reason;       /* the phrase of an HTTP/1.1 status line */
	const char *content_type; /* a literal */
	size_t header_count, body_len;
	struct refusal_header headers[REFUSAL_HEADERS]; /* beyond Content-Type and -Length */
	char body[REFUSAL_BODY];
};

/*
 * Fills |refusal|. |request_id| (visible ASCII, at most 64 bytes; more is cut) goes into the
 * body and the header where the dialect has one. |retry_after_ms| 0 means no Retry-After;
 * otherwise it is sent in whole seconds, rounded up, and exactly in retry-after-ms.
 */
void refusal_write(struct refusal *refusal, enum refusal_kind kind, enum dialect_voice voice,
    struct bytes request_id, unsigned retry_after_ms);

#endif
