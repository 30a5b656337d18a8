#ifndef ENGINE_THREAD_H
#define ENGINE_THREAD_H

#include "base/fault.h"
#include "question.h"

#include <stddef.h>

/*
 * The thread that owns the engine. It reads the workers' rings, shows every record to the
 * engine in the order in which it reads them, publishes what changes to the board, and hands
 * the records on in the same order, so that the decision log replays as it was judged. Nothing
 * waits for it: a worker whose ring is full drops and counts.
 */
struct board;
struct config;
struct engine_thread;
struct metrics_block;
struct ring;

struct engine_thread_plan {
	const struct config *config; /* of the start; read before engine_thread_start returns */
	uint64_t seed;               /* the mark of the identity secret */
	struct ring *const *rings;   /* of struct record, one a worker; outlive the thread */
	size_t ring_count;
};

/*
 * Loads references and kept evidence, fills the board and starts the thread. What cannot be
 * loaded is said and done without. NULL with a fault when there is no thread.
 */
struct engine_thread *engine_thread_start(
    const struct engine_thread_plan *plan, struct fault *fault);

/* For the workers: the verdicts as they stand. Lives until engine_thread_free. */
struct board *engine_thread_board(const struct engine_thread *thread);

/* The rings in which the records go on; of the first |count|. */
struct ring *const *engine_thread_rings(const struct engine_thread *thread, size_t *count);

/* Its own counters. */
const struct metrics_block *engine_thread_metrics(const struct engine_thread *thread);

/* Thresholds and probe rate of another configuration; to be told before the workers are. */
void engine_thread_adopt(struct engine_thread *thread, const struct config *config);

/* Asks; the descriptor becomes readable when there are answers, which the caller takes as a
 * list in the order of the questions. Main thread. */
void engine_thread_ask(struct engine_thread *thread, struct question *question);
int engine_thread_answered_fd(const struct engine_thread *thread);
struct question *engine_thread_answers(struct engine_thread *thread);

/* Reads what is left in the rings, whose writers have ended, keeps the evidence, answers what
 * was asked and ends the thread. NULL is allowed. */
void engine_thread_stop(struct engine_thread *thread);

/* After engine_thread_stop. NULL is allowed. */
void engine_thread_free(struct engine_thread *thread);

#endif
