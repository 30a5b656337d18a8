#ifndef LIMIT_SHARE_VALUE_H
#define LIMIT_SHARE_VALUE_H

#include "base/bytes.h"
#include "window/distinct.h"
#include "window/window.h"

/*
 * What one node writes about one window: its own counts, absolute, so that writing twice
 * changes nothing. A key holds one epoch: some windows of time, so that what is live lies in
 * one key most of the time and in two at most.
 *
 * The store is foreign ground: whatever does not read as written here is garbled and passed
 * over; what is too old to matter is passed over too.
 */

/* How many windows an epoch has: 1 to 16, and no longer than a day if it can be. */
uint64_t share_value_windows(uint64_t window_us);

/* Slots: two letters for the slot ('a' + the upper and the lower half of its number in the
 * epoch) and its decimal count, ascending, empty slots left out: "aa12gc7". */
#define SHARE_COUNTS_BYTES (WINDOW_RING * 12)

/* Slots |first| … |first| + |count| − 1. */
struct share_range {
	uint64_t first, count;
};

/* Writes this node's live counts in |epoch| and returns their length; 0 when there are none. */
size_t share_value_write_counts(
    const struct window *window, struct share_range epoch, char out[SHARE_COUNTS_BYTES]);

/* Adds another node's counts in |epoch| to the sums of the WINDOW_RING slots from |oldest|.
 * False, with nothing added, when they are garbled. */
bool share_value_read_counts(
    struct bytes value, struct share_range epoch, uint64_t oldest, uint64_t sums[WINDOW_RING]);

/* Elements: 8 bytes each, little endian. The first is the number of the newest pane; then all
 * that this node saw, with the pane's number modulo 16 in the low bits. */
#define SHARE_SET_BYTES ((1 + DISTINCT_EXACT) * 8)

size_t share_value_write_set(
    const struct distinct *distinct, unsigned char out[SHARE_SET_BYTES]);
bool share_value_is_set(struct bytes value);

/* How many elements a set has; element |number| and the pane it was seen in. */
struct share_element {
	uint64_t element, pane;
};
size_t share_value_elements(struct bytes set);
struct share_element share_value_element(struct bytes set, size_t number);

/* What a node whose count turned to registers writes instead: 'D' and the newest pane. */
size_t share_value_write_dense(
    const struct distinct *distinct, unsigned char out[SHARE_SET_BYTES]);
bool share_value_is_dense(struct bytes value, uint64_t *newest);

/* Registers of one pane: HLL_REGISTERS bytes as they are. */
bool share_value_is_registers(struct bytes value);

#endif
