#ifndef LIMIT_LIMIT_QUEUE_H
#define LIMIT_LIMIT_QUEUE_H

#include "limit/limit_table.h"

/*
 * Which entries wait to be shared with the fleet. While the table is shared, every entry that a
 * request touched waits once in its stripe's queue; while it is local, nothing is queued: what
 * was counted stays in the entries, and whoever shares it later walks the whole table first.
 *
 * A generation is one unbroken connection with the store: totals of an earlier one count as
 * local.
 */

/* From now on touched entries are queued. |generation| is not 0 and differs from the last one.
 */
void limit_queue_open(struct limit_table *table, uint32_t generation);

/* Back to local: totals of other nodes stay in the windows until they leave them. */
void limit_queue_close(struct limit_table *table);

/* Queues the entry of a stripe that was entered; whether its totals are the fleet's. */
bool limit_queue_add(struct limit_table *table, struct limit_entry *entry);

/* How many wait in a stripe that was entered. */
uint32_t limit_queue_count(const struct limit_table *table, unsigned stripe);

/* Takes the first of a stripe's queue, or NULL. The stripe was entered. */
struct limit_entry *limit_queue_take(struct limit_table *table, unsigned stripe);

/* The entry in use at |*place| of the stripe or the first one after it, with |*place| moved
 * behind it; NULL at the end. A walk begins at 0 and may leave and enter the stripe at any
 * point. */
struct limit_entry *limit_queue_walk(
    struct limit_table *table, unsigned stripe, uint32_t *place);

#endif
