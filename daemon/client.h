#ifndef CLIENT_H
#define CLIENT_H

#include "codec.h"
#include "facts/address.h"
#include "facts/facts.h"
#include "http1.h"
#include "worker_inside.h"

/*
 * One client connection: the link, who is at its other end, the ClientHello's fingerprint, and
 * the codec that speaks to it. A client outlives its exchanges and is freed in one place, after
 * the turn of the loop in which it was closed.
 */
struct client {
	uint32_t magic;
	bool is_closed;
	struct link link;
	struct deadline deadline;
	struct client *next, **prev; /* the worker's list */
	struct worker *worker;
	const struct codec *codec; /* NULL until the link is open */
	struct address peer; /* the socket's, or the one that a trusted PROXY header named */
	size_t listener;     /* index into the configuration's list */
	uint64_t ja3, ja4;   /* HASH_TLS; 0 = none */
	char ja4_text[FACTS_JA4_BYTES];
	struct http1_side http1;
	struct grave grave;
};

/* Takes an accepted socket. */
void client_open(struct worker *worker, int fd, size_t listener, const struct address *peer);

/* The connection's own protocol begins: TLS or clear HTTP, as the listener says. */
void client_begin(struct client *client);

/* Fingerprints a raw ClientHello. */
void client_read_hello(struct client *client, struct bytes message);

/* Closes the connection and everything that hangs on it; allowed at any time. |is_abrupt| sends
 * a reset, so that a reply which ends at the close is not taken for whole. */
void client_close(struct client *client, bool is_abrupt);

/* No further request: idle clients go now, busy ones when their exchange is over. */
void client_drain(struct client *client);

#endif
