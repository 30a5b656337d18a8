/*
 * When an exchange is announced to the engine. It must never change what the engine finds, only
 * when memory is asked for it.
 */
#include "engine/lookahead.h"

#include <assert.h>

static struct exchange_seen *waiting(struct lookahead *lookahead, uint32_t number)
{
	return lookahead->waiting + number % LOOKAHEAD_MOST;
}

void lookahead_add(
    struct lookahead *lookahead, const struct engine *engine, const struct exchange_seen *seen)
{
	uint32_t newest = lookahead->added++;
	struct exchange_seen *place = waiting(lookahead, newest);

	assert(lookahead_count(lookahead) <= LOOKAHEAD_MOST);
	*place = *seen;
	keys_of_exchange(&place->keys, seen->facts, seen->prompt);
	engine_prefetch_tags(engine, place);
	if (lookahead_count(lookahead) > LOOKAHEAD_GAP)
		engine_prefetch_entries(engine, waiting(lookahead, newest - LOOKAHEAD_GAP));
}

const struct exchange_seen *lookahead_take(struct lookahead *lookahead)
{
	if (!lookahead_count(lookahead))
		return NULL;
	return waiting(lookahead, lookahead->taken++);
}
