/*
 * The one way out of a worker: a lock-free queue with one writer and one reader. Each side owns
 * a cache line and keeps its own copy of the other's counter, so that a quiet ring costs
 * neither side a shared line. It must never wait, wake or allocate after it was made.
 */
#include "ring.h"

#include "base/xalloc.h"

#include <stdatomic.h>
#include <stdlib.h>

#define LINE_BYTES 128 /* two lines: neighbours are fetched in pairs */

struct ring {
	size_t mask, entry_bytes;
	unsigned char *entries;
	char before_writer[LINE_BYTES];

	_Atomic uint64_t written; /* entries committed so far */
	_Atomic uint64_t dropped;
	uint64_t read_seen; /* the writer's last look at |read| */
	char before_reader[LINE_BYTES];

	_Atomic uint64_t read; /* entries released so far */
	uint64_t written_seen; /* the reader's last look at |written| */
	char after_reader[LINE_BYTES];
};

struct ring *ring_new(size_t entries, size_t entry_bytes)
{
	struct ring *ring = xalloc(sizeof(*ring));
	size_t room = 1;

	while (room < entries)
		room *= 2;
	ring->mask = room - 1;
	ring->entry_bytes = entry_bytes;
	ring->entries = xalloc_array(room, entry_bytes);
	return ring;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	free(ring->entries);
	free(ring);
}

static void *entry_at(const struct ring *ring, uint64_t count)
{
	return ring->entries + (count & ring->mask) * ring->entry_bytes;
}

void *ring_reserve(struct ring *ring)
{
	uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);

	if (written - ring->read_seen > ring->mask)
		ring->read_seen = atomic_load_explicit(&ring->read, memory_order_acquire);
	if (written - ring->read_seen > ring->mask) {
		uint64_t dropped = atomic_load_explicit(&ring->dropped, memory_order_relaxed);

		atomic_store_explicit(&ring->dropped, dropped + 1, memory_order_relaxed);
		return NULL;
	}
	return entry_at(ring, written);
}

void ring_commit(struct ring *ring)
{
	uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);

	atomic_store_explicit(&ring->written, written + 1, memory_order_release);
}

const void *ring_peek(struct ring *ring)
{
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

	if (read == ring->written_seen)
		ring->written_seen = atomic_load_explicit(&ring->written, memory_order_acquire);
	return read == ring->written_seen ? NULL : entry_at(ring, read);
}

void ring_release(struct ring *ring)
{
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

	atomic_store_explicit(&ring->read, read + 1, memory_order_release);
}

const void *ring_peek_ahead(struct ring *ring, unsigned ahead)
{
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

	return ring->written_seen - read > ahead ? entry_at(ring, read + ahead) : NULL;
}

uint64_t ring_dropped(const struct ring *ring)
{
	return atomic_load_explicit(&ring->dropped, memory_order_relaxed);
}
