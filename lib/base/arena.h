#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/bytes.h"

/*
 * Memory that ends all at once: what one exchange needs. Grows by blocks up to |ceiling| bytes;
 * a request beyond it returns NULL, and that exchange is refused, never the process.
 * What was taken is wiped before it is given back: prompts and credentials pass through here.
 * An arena is owned by one thread.
 */
struct arena_block;
struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used, room;          /* in the newest block */
	size_t taken, ceiling;      /* over all blocks */
};

/* An empty arena in place; allocates nothing before the first |arena_take|. */
void arena_init(struct arena *arena, size_t ceiling);

/* Wipes and frees everything; the arena is empty and usable again. */
void arena_fini(struct arena *arena);

/* |bytes| uninitialised bytes aligned to 8, or NULL at the ceiling or when memory is out. */
void *arena_take(struct arena *arena, size_t bytes);

/* A copy of |b| with a terminator behind it (not counted in its length); at == NULL on failure.
 */
struct bytes arena_copy(struct arena *arena, struct bytes b);

#endif
