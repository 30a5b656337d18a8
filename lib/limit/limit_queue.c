/*
 * The queues of entries that wait to be shared. They lie in the entries themselves: queueing
 * takes no memory and cannot fail. Nothing here ever waits for the store.
 */
#include "limit/limit_queue.h"

#include "limit/limit_stripe.h"

#include <assert.h>

void limit_queue_open(struct limit_table *table, uint32_t generation)
{
	assert(generation != 0);
	atomic_store_explicit(&table->generation, generation, memory_order_release);
}

void limit_queue_close(struct limit_table *table)
{
	atomic_store_explicit(&table->generation, 0, memory_order_release);
}

static void append(struct limit_stripe *stripe, struct limit_entry *entry)
{
	uint32_t place = (uint32_t)(entry - stripe->entries);

	entry->is_queued = true;
	entry->queued = 0;
	if (stripe->queue_last)
		stripe->entries[stripe->queue_last].queued = place;
	else
		stripe->queue_first = place;
	stripe->queue_last = place;
	stripe->queue_count++;
}

bool limit_queue_add(struct limit_table *table, struct limit_entry *entry)
{
	uint32_t generation = atomic_load_explicit(&table->generation, memory_order_relaxed);

	if (generation == 0)
		return false;
	if (!entry->is_queued)
		append(&table->stripes[limit_table_stripe(entry->id)], entry);
	return entry->generation == generation;
}

uint32_t limit_queue_count(const struct limit_table *table, unsigned stripe)
{
	return table->stripes[stripe].queue_count;
}

struct limit_entry *limit_queue_take(struct limit_table *table, unsigned number)
{
	struct limit_stripe *stripe = &table->stripes[number];
	struct limit_entry *entry = &stripe->entries[stripe->queue_first];

	if (!stripe->queue_first)
		return NULL;
	stripe->queue_first = entry->queued;
	for (size_t line = 0; line < sizeof(*entry); line += 64)
		__builtin_prefetch((char *)&stripe->entries[entry->queued] + line, 1);
	if (!entry->queued)
		stripe->queue_last = 0;
	stripe->queue_count--;
	entry->is_queued = false;
	entry->queued = 0;
	return entry;
}

struct limit_entry *limit_queue_walk(
    struct limit_table *table, unsigned number, uint32_t *place)
{
	struct limit_stripe *stripe = &table->stripes[number];

	while (++*place < stripe->fresh)
		if (stripe->entries[*place].kind != LIMIT_KIND_FREE)
			return &stripe->entries[*place];
	return NULL;
}
