#ifndef SHARE_REDIS_H
#define SHARE_REDIS_H

#include "share_settings.h"

/*
 * Shares a limit table with the other nodes of the fleet through one Redis: a thread of its own
 * that tells and asks every |sync_interval_us| what limit/share_plan.h plans. No request ever
 * waits for it: workers and this thread meet only in the table's stripes, each held for a
 * bounded copy.
 *
 * Whatever happens to Redis (dead, frozen, unreachable, loading, full, a replica, empty after a
 * restart), decisions go on with this node's counts, the change is told once, and on return all
 * that was counted meanwhile is told. Of several servers the next is tried when one fails.
 */
struct share_redis;

/* Starts the thread, which connects at once; everything but the table is copied. NULL with a
 * fault when settings or system do not allow it. An absent Redis is no fault. */
struct share_redis *share_redis_start(
    const struct share_redis_settings *settings, struct fault *fault);

/* Shares what is left, for at most one second, and ends the thread. NULL is allowed. */
void share_redis_stop(struct share_redis *share);

struct share_state *share_redis_state(struct share_redis *share);

/* Why the last connection ended, or an empty text. */
void share_redis_why(struct share_redis *share, struct fault *why);

#endif
