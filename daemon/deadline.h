#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Deadlines of a worker's connections: a hashed wheel turned by the worker's tick, so that
 * moving a deadline later (what nearly every byte of traffic does) is one store and never a
 * system call. Precision is one tick (DEADLINE_TICK_MS); a deadline never comes early. Times
 * are the worker's monotonic milliseconds. Source: Varghese & Lauck, "Hashed and hierarchical
 * timing wheels", 1987 (scheme 6).
 */
#define DEADLINE_TICK_MS 128
#define DEADLINE_SLOTS   512

struct deadline {
	struct deadline *next, **link; /* link == NULL: not waiting */
	int64_t at_ms;
	int64_t slot_ms; /* the time of the slot that it stands in; ≤ at_ms */
	void (*on_due)(struct deadline *deadline);
};

struct deadline_wheel {
	int64_t turned_ms; /* every slot up to here has been looked at */
	struct deadline *slots[DEADLINE_SLOTS];
};

void deadline_wheel_init(struct deadline_wheel *wheel, int64_t now_ms);

/* Waits until |at_ms|, then calls |on_due| once. Replaces what the deadline waited for before.
 */
void deadline_set(struct deadline_wheel *wheel, struct deadline *deadline, int64_t at_ms,
    void (*on_due)(struct deadline *));

/* Waits for nothing. Allowed at any time, also from within on_due of another deadline. */
void deadline_clear(struct deadline *deadline);

/* Calls what has come due by |now_ms|. Callbacks may set and clear any deadline. */
void deadline_turn(struct deadline_wheel *wheel, int64_t now_ms);

#endif
