#ifndef ENCORE_H
#define ENCORE_H

#include "base/bytes.h"

#include <stdbool.h>

/*
 * What an exchange has said on a kept connection, so that it can be said once more on a fresh
 * one: a server may close a kept connection in the very moment of the next request, and nobody
 * has done wrong then (RFC 9112 §9.3.1). It is kept until the server says its first byte, the
 * exchange ends, or younger ones need the room.
 */
#define ENCORE_PIECES 8

struct exchange;
struct upstream_conn;

struct encore_piece {
	char *own; /* malloc'd; NULL = within |kept| */
	struct bytes b;
};

struct encore {
	struct encore *younger, *elder; /* of the worker's */
	struct exchange *exchange;
	size_t bytes;
	int count;
	struct encore_piece pieces[ENCORE_PIECES];
	bool is_of_hold; /* some piece lies in what the exchange holds */
	char *kept;      /* taken over from there; malloc'd */
	size_t kept_bytes;
};

/* A worker's, together within a bound. */
struct encore_shelf {
	struct encore *youngest, *eldest;
	size_t bytes;
};

/* What is gathered for the upstream is about to be written: remembers it, where the connection
 * was kept and all before it is remembered too. */
void encore_note(struct exchange *exchange);

/* The exchange lets go of its held body, of |bytes| at |kept|. True when the encore refers to
 * it and has taken it over. */
bool encore_take_kept(struct exchange *exchange, char *kept, size_t bytes);

/*
 * Whether the exchange may be said again, now that its connection has ended without a word. A
 * method that may be repeated (RFC 9110 §9.2.2) always; any other only when the server's kernel
 * has not confirmed a byte of the request: then no server has seen it.
 */
bool encore_may_play(const struct exchange *exchange);

/* Writes all that was said to the exchange's new connection, and forgets it. -1 when that
 * connection takes nothing. */
int encore_play(struct exchange *exchange);

/* Wipes and frees it; allowed at any time. */
void encore_drop(struct exchange *exchange);

#endif
