#ifndef LIMIT_LIMIT_SNAPSHOT_H
#define LIMIT_LIMIT_SNAPSHOT_H

#include "base/bytes.h"
#include "base/fault.h"
#include "limit/limit_table.h"

/*
 * The table as a run of bytes, so that a restart does not forget. Little endian: a head (magic,
 * version, the mark of the identity secret, time), one record an entry, a tail (number of
 * entries, XXH3 of everything before). Only numbers and keyed hashes are in it. What other
 * nodes counted is written as our own: a snapshot is for a table that nobody shares.
 */
struct limit_snapshot;

/* Begins to write |table|. |mark| is keyed_hash_mark of the secret that its ids come from. */
struct limit_snapshot *limit_snapshot_new(
    struct limit_table *table, uint64_t mark, uint64_t now_us);

/* The next piece, valid until the next call; empty after the last. A stripe is entered for a
 * few entries at a time: what is counted meanwhile may be in it or not. */
struct bytes limit_snapshot_next(struct limit_snapshot *snapshot);
void limit_snapshot_free(struct limit_snapshot *snapshot); /* NULL is allowed */

/*
 * Reads all of |bytes| into |table|, which is empty and not yet in use; entries whose windows
 * are over are left out. 0, or -1 with a fault and the table as it was: not a snapshot, of
 * another version or another secret, cut short, damaged.
 */
int limit_snapshot_read(struct limit_table *table, struct bytes bytes, uint64_t mark,
    uint64_t now_us, struct fault *fault);

#endif
