#ifndef UPSTREAM_H
#define UPSTREAM_H

#include "link.h"
#include "wire/http1_body.h"
#include "wire/http1_finder.h"
#include "worker_inside.h"

/*
 * Connections to upstream servers: a pool a server and worker, kept warm, chosen in turn,
 * passed over while the server fails. One connection carries one exchange at a time.
 */
#define UPSTREAM_TRAILER_BYTES 1024

struct exchange;
struct upstream_conn;

struct upstream_pool {
	struct upstream_pool *next;
	uint64_t identity; /* of the server: outlives a reload that does not change it */
	char name[300];
	struct upstream_conn *idle; /* last used first */
	int64_t idle_count;
	SSL_SESSION *session; /* to resume with */
	int64_t failures;     /* in a row */
	int64_t held_until_us;
	bool is_held;   /* passed over until then */
	bool is_leased; /* the newest snapshot names it */
};

enum upstream_phase {
	UPSTREAM_PHASE_IDLE,
	UPSTREAM_PHASE_HEAD,   /* waiting for a reply's head */
	UPSTREAM_PHASE_BODY,   /* relaying its body */
	UPSTREAM_PHASE_DONE,   /* the reply is whole, the exchange not yet settled */
	UPSTREAM_PHASE_TUNNEL, /* upgraded */
	UPSTREAM_PHASE_CLOSED,
};

struct upstream_conn {
	uint32_t magic;
	uint8_t phase;    /* enum upstream_phase */
	bool is_reused;   /* it has carried an exchange before */
	bool is_listed;   /* among the pool's idle ones */
	bool keeps_alive; /* the server will take another request */
	struct link link;
	struct deadline deadline;
	struct upstream_conn *next, **prev;
	struct upstream_pool *pool;
	struct exchange *exchange;            /* NULL while idle */
	const struct config_upstream *config; /* of the exchange's snapshot; NULL while idle */
	uint64_t sent_before;                 /* link.sent_bytes when the exchange took it */
	uint64_t wire_before;                 /* link_wire_bytes then */
	int64_t idle_since_us;
	struct http1_finder finder;
	struct http1_body body;
	char *trailer_line;
	char *stash; /* half a head */
	size_t stash_bytes;
	struct grave grave;
};

/*
 * Gives the exchange a connection to a server of its target: an idle one, unless |is_fresh|, or
 * a new one that is still connecting (what is written to it waits). 0, or -1 when none can even
 * be tried.
 */
int upstream_take(struct exchange *exchange, bool is_fresh);

/* Parts the exchange from its connection, which is kept for the next if |is_reusable| and it
 * can be. */
void upstream_release(struct exchange *exchange, bool is_reusable);

/* Closes a connection that no exchange holds. */
void upstream_discard(struct upstream_conn *conn);

/* The server answered, or failed to: for passing it over while it fails. */
void upstream_note(struct upstream_conn *conn, bool is_good);

/* The server sent or took something: its silence begins anew. */
void upstream_stirred(struct upstream_conn *conn);

/* The client is slow, so the server is neither read nor blamed for being silent;
 * upstream_stirred and link_want_reading end that. */
void upstream_rest(struct upstream_conn *conn);

/* For every server of a new lease, the worker's pool of that server; makes those that are
 * missing and empties those that the lease does not name. */
void upstream_bind(struct worker *worker, struct lease *lease);

void upstream_close_all(struct worker *worker);

#endif
