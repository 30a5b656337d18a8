#ifndef LIMIT_SHARE_VALUE_H
#define LIMIT_SHARE_VALUE_H

#include "base/bytes.h"
#include "window/distinct.h"
#include "window/window.h"

/*
 * What one node writes about one window: its own counts, absolute, so that writing twice
 * changes nothing. A window's slots, and a distinct count's panes, are told by epochs as long
 * as the window itself: slot or pane number divided by the number of slots or panes. The live
 * slots lie in at most two epochs.
 *
 * The store is foreign ground: whatever does not read as written here is garbled and passed
 * over.
 */

/* Slots of one epoch: a letter for the slot, 'a' + number modulo WINDOW_SLOTS, and its decimal
 * count, ascending, empty slots left out: "a12c7". */
#define SHARE_COUNTS_BYTES (WINDOW_SLOTS * 11)

/* Writes this node's counts in |epoch| and returns their length; 0 when there are none. */
size_t share_value_write_counts(
    const struct window *window, uint64_t epoch, char out[SHARE_COUNTS_BYTES]);

/* Adds another node's counts to |sums|. False, with nothing added, when they are garbled. */
bool share_value_read_counts(struct bytes value, uint64_t sums[WINDOW_SLOTS]);

/* Elements of one epoch: 8 bytes each, little endian: the element, its pane modulo
 * DISTINCT_PANES in the low bits. A node whose count turned to registers writes SHARE_DENSE
 * instead. */
#define SHARE_SET_BYTES (DISTINCT_EXACT * 8)
#define SHARE_DENSE     "D"

size_t share_value_write_set(
    const struct distinct *distinct, uint64_t epoch, unsigned char out[SHARE_SET_BYTES]);
bool share_value_is_set(struct bytes value);
bool share_value_is_dense(struct bytes value);

/* Element |number| of a set's value, and the pane that it was seen in. */
struct share_element {
	uint64_t element, pane;
};
struct share_element share_value_element(struct bytes set, size_t number, uint64_t epoch);

/* Registers of one pane: HLL_REGISTERS bytes as they are. */
bool share_value_is_registers(struct bytes value);

#endif
