#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A bounded queue of fixed-size entries from exactly one writing thread to exactly one reading
 * thread. Writing never waits: a full ring drops the entry and counts it. Nobody is woken: the
 * reader looks in at its own pace, which costs the writer no system call.
 */
struct ring;

/* |entries| is rounded up to a power of two; |entry_bytes| is the size of one. Dies without
 * memory. */
struct ring *ring_new(size_t entries, size_t entry_bytes);
void ring_free(struct ring *ring);

/* A place to fill, or NULL (counted as dropped) when the ring is full. Writer only. */
void *ring_reserve(struct ring *ring);
/* Hands the reserved place to the reader. Writer only. */
void ring_commit(struct ring *ring);

/* The oldest entry, or NULL; it stays valid until ring_release. Reader only. */
const void *ring_peek(struct ring *ring);
void ring_release(struct ring *ring);

/* The entry |ahead| places behind the one that ring_peek gave, NULL when it has not come yet.
 */
const void *ring_peek_ahead(struct ring *ring, unsigned ahead);

/* Entries dropped so far. Any thread. */
uint64_t ring_dropped(const struct ring *ring);

#endif
