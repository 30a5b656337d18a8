#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include "base/bytes.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <openssl/ssl.h>

/* What one run was asked to do. */
struct load_options {
	struct sockaddr_in target;
	bool is_tls, is_fresh, is_stream, is_held;
	unsigned connections, accounts;
	unsigned rate;     /* requests a second from a clock; 0: closed loop */
	uint64_t requests; /* stops after so many, warm ones not counted; 0: by time */
	unsigned warm_ms, run_ms;
	unsigned body_bytes, reply_bytes, events, pace_ms;
	unsigned expect; /* the status that is not an error */
	char watch[256]; /* process ids, with commas */
};

/* Why a request did not end well. */
enum load_error {
	LOAD_ERROR_NONE,
	LOAD_ERROR_CONNECT,
	LOAD_ERROR_HANDSHAKE,
	LOAD_ERROR_CLOSED, /* before the reply was whole */
	LOAD_ERROR_RESET,
	LOAD_ERROR_FRAMING,
	LOAD_ERROR_STATUS, /* whole, but not the one expected */
	LOAD_ERROR_COUNT
};

/* One run. Owned by main; shots report to it. */
struct load {
	struct load_options options;
	struct event_base *base;
	SSL_CTX *tls;
	bool is_measured; /* warm-up is over, the end is not reached */
	uint64_t sent, done, events, bytes;
	uint64_t errors[LOAD_ERROR_COUNT];
	unsigned ready; /* held connections that have had their reply */
};

/* A request ended: |at_us| is when it should have started. */
void load_done(struct load *load, uint64_t at_us, enum load_error error);

/* When the next request of a free connection should have started; false: none is due. */
bool load_next(struct load *load, uint64_t *at_us);

/* A held connection has what it was opened for. */
void load_ready(struct load *load);
uint64_t load_now_us(void);

#endif
