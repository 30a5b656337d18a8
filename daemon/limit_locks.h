#ifndef LIMIT_LOCKS_H
#define LIMIT_LOCKS_H

#include "limit/limit_table.h"

/*
 * The limit table with a lock a stripe, so that workers, the thread that shares it and the one
 * that saves it may use it at once. A lock is held for pure arithmetic on one stripe only.
 */
struct limit_locks;

struct limit_locks *limit_locks_new(size_t memory_bytes);
void limit_locks_free(struct limit_locks *locks); /* NULL is allowed; nobody uses it any more */

/* The table; every function of lib/limit on it may be called from any thread. */
struct limit_table *limit_locks_table(struct limit_locks *locks);

#endif
