/*
 * The watchdog's answer. It only reads counters; it must never ask a worker anything that a
 * stuck one would have to answer.
 */
#include "watchdog.h"

#include "base/xalloc.h"
#include "log.h"
#include "magic.h"
#include "metrics/metrics.h"

#include <event2/event.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

struct watchdog {
	uint32_t magic;
	bool is_stuck;
	struct event *timer;
	const struct metrics_block *const *workers;
	size_t worker_count;
	uint64_t *ticks; /* of each worker at the last turn */
};

static uint64_t ticks_of(const struct metrics_block *worker)
{
	return atomic_load_explicit(
	    &worker->slots[metrics_slot_of[METRIC_WORKER_TICKS]], memory_order_relaxed);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	watchdog_turn(magic_check(arg, MAGIC_WATCHDOG));
}

struct watchdog *watchdog_start(
    struct event_base *base, const struct metrics_block *const *workers, size_t worker_count)
{
	struct watchdog *watchdog;
	uint64_t interval_us;
	struct timeval half;

	if (sd_watchdog_enabled(0, &interval_us) <= 0)
		return NULL;
	watchdog = xalloc(sizeof(*watchdog));
	watchdog->magic = MAGIC_WATCHDOG;
	watchdog->workers = workers;
	watchdog->worker_count = worker_count;
	watchdog->ticks = xalloc_array(worker_count, sizeof(*watchdog->ticks));
	half.tv_sec = (time_t)(interval_us / 2 / 1000000);
	half.tv_usec = (suseconds_t)(interval_us / 2 % 1000000);
	watchdog->timer = event_new(base, -1, EV_PERSIST, on_turn, watchdog);
	if (watchdog->timer)
		event_add(watchdog->timer, &half);
	return watchdog;
}

void watchdog_stop(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	if (watchdog->timer)
		event_free(watchdog->timer);
	free(watchdog->ticks);
	watchdog->magic = 0;
	free(watchdog);
}

bool watchdog_turn(struct watchdog *watchdog)
{
	bool is_stuck = false;

	for (size_t i = 0; i < watchdog->worker_count; i++) {
		uint64_t now = ticks_of(watchdog->workers[i]);

		if (now == watchdog->ticks[i] && !watchdog->is_stuck)
			log_say(LOG_LEVEL_ERROR, "watchdog", "worker %zu stands still", i);
		is_stuck |= now == watchdog->ticks[i];
		watchdog->ticks[i] = now;
	}
	watchdog->is_stuck = is_stuck;
	if (!is_stuck)
		sd_notify(0, "WATCHDOG=1");
	return !is_stuck;
}
