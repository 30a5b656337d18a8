#ifndef KEEPER_H
#define KEEPER_H

#include "base/fault.h"

#include <stdint.h>

/*
 * Carries the limit windows over a restart: reads their snapshot before the first request, and
 * a thread of its own writes it anew now and then and at the end. The file is replaced by a
 * rename, so that a crash leaves the old one or the new one. Requests never wait for it.
 */
struct keeper;
struct limit_table;

struct keeper_plan {
	const char *path;
	int64_t interval_us;
	uint64_t mark; /* of the identity secret: counts under another one mean nothing */
	struct limit_table *table; /* outlives the keeper */
};

/*
 * Reads the file into the table, which nobody uses yet, and starts the thread. A file that is
 * not there is an empty start; one that cannot be understood is too, with a warning, and is set
 * aside as PATH.rejected. NULL with a fault when the folder cannot be written or there is no
 * thread.
 */
struct keeper *keeper_start(const struct keeper_plan *plan, struct fault *fault);

/* Writes once more and ends the thread. Whoever counts has ended before. NULL is allowed. */
void keeper_stop(struct keeper *keeper);

/* Snapshots written, and those that failed. Any thread. */
uint64_t keeper_saved(const struct keeper *keeper);
uint64_t keeper_failed(const struct keeper *keeper);

#endif
