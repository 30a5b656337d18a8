#ifndef ENGINE_LOOKAHEAD_H
#define ENGINE_LOOKAHEAD_H

#include "engine/engine.h"

/*
 * The exchanges that come next, in order. Their keys are made once, and each is announced to
 * the engine in two steps, LOOKAHEAD_GAP exchanges apart, so that memory answers in time.
 * What they point to is borrowed until they were taken.
 */
#define LOOKAHEAD_GAP  3
#define LOOKAHEAD_MOST 8 /* exchanges that may wait; a power of two */

struct lookahead {
	struct exchange_seen waiting[LOOKAHEAD_MOST];
	uint32_t added, taken;
};

/* How many wait: at most LOOKAHEAD_MOST. */
static inline uint32_t lookahead_count(const struct lookahead *lookahead)
{
	return lookahead->added - lookahead->taken;
}

/* Adds one behind the others; its keys are made here. There must be room. */
void lookahead_add(
    struct lookahead *lookahead, const struct engine *engine, const struct exchange_seen *seen);

/* Takes the oldest, NULL when none waits; it stands until the next is added. */
const struct exchange_seen *lookahead_take(struct lookahead *lookahead);

#endif
