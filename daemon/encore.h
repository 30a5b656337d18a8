#ifndef ENCORE_H
#define ENCORE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What an exchange has said on a kept connection, so that it can be said once more on a fresh
 * one: a server may close a kept connection in the very moment of the next request, and nobody
 * has done wrong then (RFC 9112 §9.3.1). It is kept until the server says its first byte or the
 * exchange ends. Only a request that leaves in one write is: a short one, or one whose body was
 * held anyway, which is handed over and still counts as held; of those the eldest go where they
 * take more than a quarter of inspect.held_limit. A body that passes while it comes is never
 * copied.
 */
struct encore;
struct exchange;

/* A worker's encores that keep a held body. */
struct encore_shelf {
	struct encore *youngest, *eldest;
	size_t kept_bytes;
};

/* What is gathered for the upstream is about to be written: remembers it, if it is all of the
 * request and the connection was kept. */
void encore_note(struct exchange *exchange);

/* The exchange lets go of its held body, of |bytes| at |kept|. True when the encore refers to
 * it and has taken it over. */
bool encore_take_kept(struct exchange *exchange, char *kept, size_t bytes);

/* How much of a held body it has taken over. */
size_t encore_kept_bytes(const struct exchange *exchange);

/*
 * Whether the exchange may be said again, now that its connection has ended without a word. A
 * method that may be repeated (RFC 9110 §9.2.2) always; any other only when the server's FIN
 * has not confirmed a byte of the request: then no server has seen it. A reset leaves that
 * open.
 */
bool encore_may_play(const struct exchange *exchange);

/* Writes all that was said to the exchange's new connection, and forgets it. -1 when that
 * connection takes nothing. */
int encore_play(struct exchange *exchange);

/* Wipes and frees it; allowed at any time. */
void encore_drop(struct exchange *exchange);

#endif
