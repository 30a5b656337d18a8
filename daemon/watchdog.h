#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Telling systemd that we live (WatchdogSec=): that the main thread turns is seen by its
 * asking, and that every worker does by its ticks. A worker that stands still is a daemon that
 * serves nobody on a part of its connections: systemd then ends it and starts another. Main
 * thread only.
 */
struct event_base;
struct metrics_block;
struct watchdog;

/* Begins when systemd asked for it; NULL otherwise. |workers| are borrowed blocks. */
struct watchdog *watchdog_start(
    struct event_base *base, const struct metrics_block *const *workers, size_t worker_count);
void watchdog_stop(struct watchdog *watchdog); /* NULL is allowed */

/* One turn, twice as often as systemd wants to hear from us. False, said once, when a worker
 * has not ticked since the last turn: systemd is then told nothing. */
bool watchdog_turn(struct watchdog *watchdog);

#endif
