/*
 * The one way out of a worker: a lock-free queue with one writer and one reader. Each side owns
 * a cache line and keeps its own copy of the other's counter, so that a quiet ring costs
 * neither side a shared line. It must never wait, wake or allocate after it was made.
 */
#include "ring.h"

#include "base/pages.h"
#include "base/xalloc.h"

#include <stdatomic.h>
#include <stdlib.h>

#define LINE_BYTES 128 /* two lines: neighbours are fetched in pairs */
#define WARM_MOST  128 /* entries after which a ring that was read empty begins anew */

struct ring {
	size_t mask, entry_bytes;
	unsigned char *entries;
	char before_writer[LINE_BYTES];

	_Atomic uint64_t written; /* entries committed so far */
	_Atomic uint64_t first;   /* the entry that stands at the start of |entries| */
	_Atomic uint64_t dropped;
	uint64_t read_seen; /* the writer's last look at |read| */
	char before_reader[LINE_BYTES];

	_Atomic uint64_t read;             /* entries released so far */
	uint64_t written_seen, first_seen; /* the reader's last look at |written| and |first| */
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
	ring->entries = pages_new(room, entry_bytes);
	return ring;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	pages_free(ring->entries, ring->mask + 1, ring->entry_bytes);
	free(ring);
}

static void *entry_at(const struct ring *ring, uint64_t place)
{
	return ring->entries + (place & ring->mask) * ring->entry_bytes;
}

/*
 * A ring that was read empty begins at its start again, so that one whose reader keeps up stays
 * in the caches however long it is. |first| changes only here, while the reader has nothing to
 * read, and is told with the next entry.
 */
static uint64_t begin_anew(struct ring *ring, uint64_t written)
{
	uint64_t first = atomic_load_explicit(&ring->first, memory_order_relaxed);

	if (written - first < WARM_MOST)
		return first;
	ring->read_seen = atomic_load_explicit(&ring->read, memory_order_acquire);
	if (ring->read_seen != written)
		return first;
	atomic_store_explicit(&ring->first, written, memory_order_relaxed);
	return written;
}

void *ring_reserve(struct ring *ring)
{
	uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
	uint64_t first = begin_anew(ring, written);

	if (written - ring->read_seen > ring->mask)
		ring->read_seen = atomic_load_explicit(&ring->read, memory_order_acquire);
	if (written - ring->read_seen > ring->mask) {
		uint64_t dropped = atomic_load_explicit(&ring->dropped, memory_order_relaxed);

		atomic_store_explicit(&ring->dropped, dropped + 1, memory_order_relaxed);
		return NULL;
	}
	return entry_at(ring, written - first);
}

void ring_commit(struct ring *ring)
{
	uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);

	atomic_store_explicit(&ring->written, written + 1, memory_order_release);
}

/* While there is something to read, |first| stands still. */
static void look(struct ring *ring)
{
	ring->written_seen = atomic_load_explicit(&ring->written, memory_order_acquire);
	ring->first_seen = atomic_load_explicit(&ring->first, memory_order_relaxed);
}

const void *ring_peek(struct ring *ring)
{
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

	if (read == ring->written_seen)
		look(ring);
	return read == ring->written_seen ? NULL : entry_at(ring, read - ring->first_seen);
}

void ring_release(struct ring *ring)
{
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

	atomic_store_explicit(&ring->read, read + 1, memory_order_release);
}

const void *ring_peek_ahead(struct ring *ring, unsigned ahead)
{
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

	return ring->written_seen - read > ahead
		   ? entry_at(ring, read - ring->first_seen + ahead)
		   : NULL;
}

uint64_t ring_dropped(const struct ring *ring)
{
	return atomic_load_explicit(&ring->dropped, memory_order_relaxed);
}
