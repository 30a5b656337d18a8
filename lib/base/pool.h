#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

/*
 * Allocations on behalf of a library whose sizes a peer chooses: counted against a ceiling, and
 * wiped when they are freed, because decoded prompts lie in them. For one thread.
 */
struct pool {
	size_t taken, ceiling;
};

/* |bytes| uninitialised bytes aligned to 16, or NULL at the ceiling or when memory is out. */
void *pool_take(struct pool *pool, size_t bytes);

/* Wipes and frees; NULL is allowed. */
void pool_give(struct pool *pool, void *at);

#endif
