#ifndef MOCK_MOCK_H
#define MOCK_MOCK_H

#include "plan.h"

#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdio.h>

#define MOCK_KEYS          4096
#define MOCK_SCRATCH_BYTES (256u << 10)

struct peer;

/* What GET /mock/stats tells. */
struct mock_counts {
	uint64_t connections, handshakes, requests, events;
	uint64_t whole; /* answers that went out to their end */
	uint64_t gone;  /* clients that left before that */
	uint64_t open;  /* connections now */
};

/* The process: one loop, one thread. Owned by main. */
struct mock {
	struct event_base *base;
	SSL_CTX *tls; /* NULL: clear */
	struct plan defaults;
	FILE *log; /* NULL: none */
	struct mock_counts counts;
	struct peer *peers;
	struct pile head, page; /* under construction, used within one callback */
	struct mock_key {
		uint64_t hash;
		unsigned seen;
	} keys[MOCK_KEYS];
	char scratch[MOCK_SCRATCH_BYTES]; /* what was just read */
};

#endif
