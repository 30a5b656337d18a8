#ifndef WORKER_INSIDE_H
#define WORKER_INSIDE_H

#include "deadline.h"
#include "encore.h"
#include "fingerprint/digest.h"
#include "fingerprint/prompt_shape.h"
#include "gather.h"
#include "metrics/metrics.h"
#include "snapshot.h"
#include "wire/http1.h"
#include "worker.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>

/* What the rooms of the data plane share of their worker. Only its own thread looks in here. */
#define WORKER_READ_BYTES    (64 * 1024)  /* at once, and so what a slow peer may cost */
#define WORKER_INPUT_BYTES   (256 * 1024) /* most bodies of agents fit in */
#define WORKER_SCRATCH_BYTES (GATHER_TEXT_BYTES + WORKER_READ_BYTES)

struct client;
struct listener;
struct upstream_pool;

/* A worker's hold on a snapshot: the reference, and what a thread must have for itself. Every
 * exchange holds the lease that it began under; the last one lets the snapshot go. */
struct lease {
	unsigned refs;
	struct snapshot *snapshot;
	struct server_book *book; /* of the snapshot's upstreams: a reference */
	struct keyed_hash *hash;
	struct prompt_kit kit;
	struct upstream_pool ***pools; /* [upstream][server], owned by the worker */
	size_t *next_server;           /* [upstream]: where round-robin goes on */
};

/* Something to free when no callback can be on its way to it any more. */
struct grave {
	struct grave *next;
	void (*bury)(void *dead);
	void *dead;
};

struct worker {
	uint32_t magic;
	struct worker_seat seat;
	struct event_base *base;
	pthread_t thread;

	int64_t now_us;         /* monotonic, read at the start of every callback */
	int64_t wall_offset_us; /* wall clock = now_us + this; refreshed every tick */
	struct deadline_wheel wheel;
	struct event *tick;

	struct lease *lease; /* new exchanges begin under it */
	struct digest *digest;
	struct listener *listeners;
	struct client *clients;
	size_t client_count, client_most;
	struct upstream_pool *pools;
	struct grave *graves;
	uint64_t next_exchange;

	bool is_draining, is_stopping, has_drained;
	bool is_short_said; /* that accepting rests */

	int letter_fd; /* eventfd: letters have come */
	struct event *letter_event;
	pthread_mutex_t letter_lock;
	struct letter *letters;

	char *input;   /* WORKER_INPUT_BYTES: what this turn reads */
	char *scratch; /* WORKER_SCRATCH_BYTES: one run of bytes for a write */
	size_t input_most, scratch_most;        /* of these, in use since forget_turns */
	struct gather *to_client, *to_upstream; /* what this turn writes, each way */
	struct http1_head *request;             /* the head this turn reads */
	struct http1_head *response;
	struct encore_shelf encores;
	struct hold_turn *held; /* what this turn brought of a held body */
};

void worker_clock_read(struct worker *worker);

static inline int64_t worker_now_ms(const struct worker *worker)
{
	return worker->now_us / 1000;
}

static inline int64_t worker_wall_us(const struct worker *worker)
{
	return worker->now_us + worker->wall_offset_us;
}

static inline void worker_deadline(struct worker *worker, struct deadline *deadline,
    int64_t after_us, void (*on_due)(struct deadline *))
{
	if (after_us > 0)
		deadline_set(
		    &worker->wheel, deadline, worker_now_ms(worker) + after_us / 1000, on_due);
	else
		deadline_clear(deadline);
}

/* The next request id: a random start and a count, so that ids of a fleet do not meet. */
uint64_t worker_next_exchange(struct worker *worker);

/* |dead| is freed by |bury| after this turn of the loop; |grave| is a member of it. */
void worker_bury_later(
    struct worker *worker, struct grave *grave, void (*bury)(void *dead), void *dead);

struct lease *worker_lease_ref(struct lease *lease);
void worker_lease_unref(struct worker *worker, struct lease *lease);

/* A client or an exchange has gone: a drain may have ended. */
void worker_note_quiet(struct worker *worker);

#endif
