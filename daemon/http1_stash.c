/*
 * What a client sent too early. Its owner bounds it by not reading; here is only the memory.
 * Must never leave a byte behind in what it gives back.
 */
#include "http1_stash.h"

#include <stdlib.h>

#define STEP (4 * 1024)

void http1_stash_drop(struct http1_side *side)
{
	if (side->stash)
		explicit_bzero(side->stash, side->stash_room);
	free(side->stash);
	side->stash = NULL;
	side->stash_bytes = side->stash_room = 0;
}

static bool is_within(const struct http1_side *side, struct bytes rest)
{
	return side->stash && rest.at >= side->stash &&
	       rest.at < side->stash + side->stash_room;
}

/* |rest| in memory of its own, with room for more; what was kept goes. */
static bool move_to(struct http1_side *side, struct bytes rest, size_t room)
{
	char *more = malloc(room);

	if (more)
		memcpy(more, rest.at, rest.len);
	http1_stash_drop(side);
	side->stash = more;
	side->stash_room = more ? room : 0;
	return more;
}

bool http1_stash_keep(struct http1_side *side, struct bytes rest)
{
	if (rest.len == 0) {
		http1_stash_drop(side);
		return true;
	}
	if (is_within(side, rest))
		memmove(side->stash, rest.at, rest.len);
	else if (!move_to(side, rest, rest.len + STEP))
		return false;
	side->stash_bytes = rest.len;
	return true;
}

struct bytes http1_stash_room(struct http1_side *side)
{
	size_t bytes = side->stash_bytes;

	if (side->stash_room - bytes < STEP) {
		if (!move_to(side, http1_stash_bytes(side), side->stash_room * 2))
			return (struct bytes){ 0 };
		side->stash_bytes = bytes;
	}
	return bytes_of(side->stash + bytes, side->stash_room - bytes);
}
