#ifndef HTTP1_STASH_H
#define HTTP1_STASH_H

#include "base/bytes.h"
#include "http1.h"

/*
 * Bytes of a client that cannot be used yet: half a head, the next pipelined request. Kept from
 * one turn to the next in |side->stash|, and wiped when they go.
 */

/* Where the next bytes may be read to, right behind what is kept: NULL without memory. */
struct bytes http1_stash_room(struct http1_side *side);

/* What is kept. */
static inline struct bytes http1_stash_bytes(const struct http1_side *side)
{
	return bytes_of(side->stash, side->stash_bytes);
}

/* Keeps |rest| and nothing else; it may lie in the stash itself. False without memory: then
 * nothing is kept. */
bool http1_stash_keep(struct http1_side *side, struct bytes rest);

void http1_stash_drop(struct http1_side *side);

#endif
