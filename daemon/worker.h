#ifndef WORKER_H
#define WORKER_H

#include "base/fault.h"

#include <stddef.h>

struct allowance;
struct board;
struct limit_table;
struct lists;
struct metrics_block;
struct ring;
struct share_state;
struct snapshot;

/*
 * A worker: one thread, one event base, its own listeners, clients and upstream connections.
 * Workers share nothing that changes but the limit table, and post what they saw to their own
 * ring. The main thread starts them, hands them snapshots, drains them and stops them; nothing
 * here waits for detection, Redis or the disk.
 */
struct worker_seat {
	int number, count;         /* this one of so many, 0-based */
	struct snapshot *snapshot; /* the worker takes its own reference */
	const int *listen_fds; /* one a listener of the configuration, owned by the worker from
				  now on */
	size_t listen_count;
	struct limit_table *limits;    /* shared by all workers */
	struct share_state *share;     /* NULL = memory store */
	struct board *board;           /* verdicts on cohorts; read without waiting */
	const struct lists *lists;     /* the operator's; likewise */
	struct allowance *held;        /* of held bodies, shared by all workers */
	struct ring *records;          /* struct record; this worker is its only writer */
	struct metrics_block *metrics; /* this worker is its only writer */
	void (*on_drained)(
	    void *arg); /* called once, on the worker's thread, when a drain has ended */
	void *on_drained_arg;
};

struct worker;

/* Builds and starts the thread. NULL with a fault when an event base or a thread is not to be
 * had. */
struct worker *worker_start(const struct worker_seat *seat, struct fault *fault);

/* Letters, from the main thread; each returns at once and is carried out on the worker's loop.
 */
void worker_adopt(
    struct worker *worker, struct snapshot *snapshot); /* new exchanges begin under it, and its
							  book as it is now */
void worker_drain(
    struct worker *worker); /* no new connection, no next request; ends by on_drained */
void worker_stop(struct worker *worker); /* aborts what is left and ends the loop */

/* Waits for the thread's end and frees everything. Only after worker_stop. */
void worker_join(struct worker *worker);

#endif
