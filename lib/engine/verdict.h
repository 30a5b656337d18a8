#ifndef ENGINE_VERDICT_H
#define ENGINE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

/* Where a cohort stands (detection.md §6). */
enum engine_state {
	ENGINE_STATE_QUIET,    /* nothing said */
	ENGINE_STATE_WATCH,    /* recorded, may be probed */
	ENGINE_STATE_TAGGED,   /* said to the upstream, may be probed */
	ENGINE_STATE_PROVEN,   /* one controller behind it; what it sends may be shaped */
	ENGINE_STATE_RELEASED, /* was one of these, and is no more */
	ENGINE_STATE_COUNT
};

/* What is published of a cohort. */
struct verdict {
	uint64_t cohort;
	uint8_t state;  /* enum engine_state */
	uint8_t score;  /* 0–100 */
	bool may_probe; /* while an exchange of it is not otherwise limited */
	bool may_shape; /* proven, of a kind that is what was sent, and not held out */
	uint16_t
	    size;   /* how busy a cohort under trial is: the busiest of an exchange is tried */
	float rate; /* exchanges a second for all that match, while |may_shape| */
	uint64_t trial; /* the cohort whose displacement is on trial (§5b), 0: none */
};

/* One line of the board that changes: exchanges with this key, or of this account. */
struct verdict_change {
	uint64_t subject;
	struct verdict verdict; /* QUIET or RELEASED: take the line away */
};

#define VERDICT_CHANGES 32
struct verdict_changes {
	int count;
	uint64_t dropped; /* did not fit; they come again with the next sweep */
	struct verdict_change at[VERDICT_CHANGES];
};

const char *verdict_state_name(enum engine_state state);

#endif
