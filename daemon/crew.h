#ifndef CREW_H
#define CREW_H

#include "base/fault.h"

#include <stddef.h>

/*
 * All workers as one: their listening sockets, rings and counters, opened together, started
 * together, told together. Main thread only.
 */
struct board;
struct config;
struct crew;
struct inherit;
struct limit_table;
struct lists;
struct metrics_block;
struct ring;
struct share_state;
struct snapshot;

/*
 * Opens every listener for every worker, from |inherit| where systemd passed it. No thread runs
 * yet. NULL with a fault that names the listener.
 */
struct crew *crew_new(
    const struct config *config, struct inherit *inherit, struct fault *fault);

/* Starts the threads. -1 with a fault when one cannot; those that could have ended again. */
struct crew_seat {
	struct snapshot *snapshot;
	struct limit_table *limits;
	struct share_state *share; /* NULL = memory store */
	struct board *board;
	const struct lists *lists;
};
int crew_start(struct crew *crew, const struct crew_seat *seat, struct fault *fault);

void crew_adopt(struct crew *crew, struct snapshot *snapshot);

/* Afterwards crew_drained_fd becomes readable, once, when every worker has drained. */
void crew_drain(struct crew *crew);
int crew_drained_fd(const struct crew *crew);

/* Ends all threads, whatever they do, and waits for them. Rings and counters stay. */
void crew_stop(struct crew *crew);
void crew_free(struct crew *crew); /* NULL is allowed; stopped or never started */

size_t crew_workers(const struct crew *crew);
struct ring *const *crew_rings(const struct crew *crew);                  /* one a worker */
const struct metrics_block *const *crew_metrics(const struct crew *crew); /* likewise */

size_t crew_listeners(const struct crew *crew);
const char *crew_listener(const struct crew *crew, size_t number); /* "https://[::1]:8443" */

#endif
