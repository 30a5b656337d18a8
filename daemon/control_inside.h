#ifndef CONTROL_INSIDE_H
#define CONTROL_INSIDE_H

#include "metrics/metrics.h"
#include "snapshot.h"

#include <event2/event.h>

/*
 * What the rooms of the main thread share: control, reload, admin, stats, store. Only the main
 * thread ever looks in here.
 */
enum control_state {
	CONTROL_STATE_STARTING,
	CONTROL_STATE_READY,
	CONTROL_STATE_DRAINING, /* told to end: open exchanges may, new ones may not begin */
	CONTROL_STATE_LEAVING,
	CONTROL_STATE_COUNT
};

#define CONTROL_SIGNALS 5

struct control {
	uint32_t magic;
	enum control_state state;
	const char *config_path;
	struct event_base *base;
	struct config *booted; /* the configuration of the start: what a restart would change */
	struct snapshot *snapshot; /* in force */
	struct crew *crew;
	struct journal *journal;
	struct store *store;
	struct engine_thread *engine;
	struct lists *lists;
	struct admin *admin;
	struct metrics_block *metrics; /* the main thread's own */
	int64_t started_us;            /* since the epoch */

	struct event *signals[CONTROL_SIGNALS];
	struct event *drained, *cap;
	struct watchdog *watchdog;
	struct refresh *refresh;
};

const char *control_state_name(enum control_state state);

/* Takes nothing new and leaves when what is open has ended, or at timeouts.drain. Told again,
 * it leaves now. */
void control_drain(struct control *control);

#endif
