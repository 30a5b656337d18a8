/*
 * Counted, wiped memory for decoders. Must never be used for what lives longer than an
 * exchange.
 */
#include "base/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct block {
	_Alignas(16) size_t size;
	_Alignas(16) unsigned char at[];
};

void *pool_take(struct pool *pool, size_t bytes)
{
	struct block *block;

	if (bytes > pool->ceiling - pool->taken)
		return NULL;
	block = malloc(sizeof(*block) + bytes);
	if (!block)
		return NULL;
	block->size = bytes;
	pool->taken += bytes;
	/* cppcheck-suppress memleak ; pool_give finds the block before it */
	return block->at;
}

void pool_give(struct pool *pool, void *at)
{
	struct block *block;

	if (!at)
		return;
	block = (struct block *)((unsigned char *)at - offsetof(struct block, at));
	assert(block->size <= pool->taken);
	pool->taken -= block->size;
	explicit_bzero(block->at, block->size);
	free(block);
}
