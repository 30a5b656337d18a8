#ifndef WINDOW_WINDOW_H
#define WINDOW_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A sliding count in slots of a sixteenth of the window. A slot's number is wall time divided
 * by its width, so that nodes which share a clock agree on it. The oldest slot, of which only a
 * part still lies in the window, counts in full: what is counted never passes for less than it
 * is, so in no interval as long as the window do more than the quota pass. What was counted is
 * forgotten between one window and 17/16 of a window later.
 *
 * |own| is what this node counted, |others| the last known sum of the other nodes. Slots stop
 * at UINT32_MAX, therefore no quota is larger than that. No lock, no memory of its own; zeroed
 * bytes are not a window: call window_init.
 */
#define WINDOW_SLOTS 16
#define WINDOW_RING  (WINDOW_SLOTS + 1)

struct window {
	uint64_t newest; /* the number of the slot that is counted into */
	uint64_t width_us;
	uint32_t own[WINDOW_RING], others[WINDOW_RING]; /* by slot number modulo WINDOW_RING */
};

/* Where slot |number| lies in |own| and |others|. */
static inline unsigned window_place(uint64_t number)
{
	return (unsigned)(number % WINDOW_RING);
}

/* The width of a slot of a window of |window_us|: a sixteenth, rounded up; at least 1. */
uint64_t window_width_us(uint64_t window_us);

/* An empty window whose newest slot is that of |now_us|. */
void window_init(struct window *window, uint64_t window_us, uint64_t now_us);

/*
 * Opens the slot of |now_us| and forgets what left the window. An earlier time changes nothing:
 * the newest slot goes on counting. A time that is earlier by more than the window and a minute
 * means that the clock was set: the window begins anew. Everything below speaks of the time of
 * the last advance.
 */
void window_advance(struct window *window, uint64_t now_us);

uint64_t window_own(const struct window *window);   /* what this node counted */
uint64_t window_total(const struct window *window); /* with the other nodes */

/* Whether |amount| more keeps the total at or below |quota|. */
bool window_has_room(const struct window *window, uint64_t amount, uint64_t quota);

/* Counts |amount| into the newest slot. */
void window_count(struct window *window, uint64_t amount);

/* The least time from |now_us| after which |amount| more will fit if nothing else is counted: 0
 * if it fits now; the time to forget everything if it never fits. */
uint64_t window_wait_us(
    const struct window *window, uint64_t amount, uint64_t quota, uint64_t now_us);

/* Raises the other nodes' sum in slot |number| to |sum|: what they counted only grows,
 * therefore a smaller sum is an older one. Slots outside the window are passed over. */
void window_raise_others(struct window *window, uint64_t number, uint64_t sum);

/* Whether slot |number| is in the window. */
bool window_covers(const struct window *window, uint64_t number);

#endif
