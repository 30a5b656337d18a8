#ifndef LIMIT_LIMIT_SNAPSHOT_FORM_H
#define LIMIT_LIMIT_SNAPSHOT_FORM_H

#include "window/distinct.h"
#include "window/window.h"

/*
 * How a snapshot lies on disk: head, records, tail. Each record is followed by its items: slots
 * of a window, words of a set (as in memory), or all panes' registers.
 */
#define LIMIT_SNAPSHOT_MAGIC   "RETORTW\n"
#define LIMIT_SNAPSHOT_VERSION 1

struct snapshot_head {
	char magic[8];
	uint64_t version, mark, at_us;
};

struct snapshot_record {
	uint64_t id, rule, touched_us, newest, width_us;
	uint16_t kind, is_dense; /* enum limit_kind */
	uint32_t items;
};

struct snapshot_slot {
	uint32_t age, count; /* age: slots before the newest, ascending */
};

struct snapshot_tail {
	uint64_t entries, checksum;
};

#define SNAPSHOT_PANES_BYTES ((size_t)DISTINCT_RING * HLL_REGISTERS)
#define SNAPSHOT_RECORD_MOST (sizeof(struct snapshot_record) + SNAPSHOT_PANES_BYTES)

_Static_assert(sizeof(struct snapshot_record) == 48 && sizeof(struct snapshot_slot) == 8 &&
		   sizeof(struct snapshot_head) == 32 && sizeof(struct snapshot_tail) == 16,
    "no holes");
_Static_assert(WINDOW_RING * sizeof(struct snapshot_slot) < SNAPSHOT_PANES_BYTES &&
		   DISTINCT_EXACT * sizeof(uint64_t) < SNAPSHOT_PANES_BYTES,
    "registers are the largest items");
_Static_assert(
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records lie on disk as they lie in memory");

#endif
