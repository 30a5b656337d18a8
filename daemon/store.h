#ifndef STORE_H
#define STORE_H

#include "base/fault.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Where counts live: the table of limit windows, and what carries it over a restart (memory) or
 * through the fleet (Redis). Opened once; a reload never touches it. Main thread only, but for
 * the table itself.
 */
struct limit_table;
struct metrics_block;
struct share_state;
struct snapshot;
struct store;

/* Opens the store that the first |snapshot| names and starts its threads. NULL with a fault. A
 * Redis that is not there is none. */
struct store *store_open(const struct snapshot *snapshot, struct fault *fault);

/* Ends sharing, and writes what is to be kept. The workers have ended. NULL is allowed. */
void store_close(struct store *store);

struct limit_table *store_table(struct store *store);
struct share_state *store_share(struct store *store); /* NULL = memory store */

/* Whether decisions stand on the counts of the whole fleet right now. */
bool store_is_shared(struct store *store);

void store_fill_metrics(struct store *store, struct metrics_block *metrics);

/* Kind, state and, of a Redis, how it is. */
void store_write_json(struct store *store, FILE *out);

#endif
