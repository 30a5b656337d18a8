/*
 * The arena of an exchange: bump allocation in blocks, a ceiling, a wipe at the end. It must
 * never call xalloc: a peer chooses how much of it is used.
 */
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK 2048

struct arena_block {
	struct arena_block *next;
	size_t size, used; /* |used| of all but the newest, whose is the arena's */
	_Alignas(8) unsigned char at[];
};

void arena_init(struct arena *arena, size_t ceiling)
{
	*arena = (struct arena){ .ceiling = ceiling };
}

static void close_newest(struct arena *arena)
{
	if (arena->blocks)
		arena->blocks->used = arena->used;
}

void arena_fini(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	close_newest(arena);
	while (block) {
		struct arena_block *next = block->next;

		explicit_bzero(block->at, block->used);
		free(block);
		block = next;
	}
	arena_init(arena, arena->ceiling);
}

static bool grow(struct arena *arena, size_t bytes)
{
	size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
	struct arena_block *block;

	if (bytes > arena->ceiling - arena->taken)
		return false;
	if (size > arena->ceiling - arena->taken)
		size = arena->ceiling - arena->taken;
	if (size < bytes)
		size = bytes;
	block = malloc(sizeof(*block) + size);
	if (!block)
		return false;
	close_newest(arena);
	block->next = arena->blocks;
	block->size = size;
	arena->blocks = block;
	arena->taken += size;
	arena->used = 0;
	arena->room = size;
	return true;
}

void *arena_take(struct arena *arena, size_t bytes)
{
	void *at;

	if (bytes > SIZE_MAX - 7)
		return NULL;
	bytes = (bytes + 7) & ~(size_t)7;
	if (bytes > arena->room - arena->used && !grow(arena, bytes))
		return NULL;
	at = arena->blocks->at + arena->used;
	arena->used += bytes;
	return at;
}

struct bytes arena_copy(struct arena *arena, struct bytes b)
{
	char *at = b.len < SIZE_MAX ? arena_take(arena, b.len + 1) : NULL;

	if (!at)
		return (struct bytes){ 0 };
	if (b.len)
		memcpy(at, b.at, b.len);
	at[b.len] = '\0';
	return bytes_of(at, b.len);
}
