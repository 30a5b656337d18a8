/*
 * The order of events. Deterministic: ties are broken by number, never by address.
 */
#include "sim_queue.h"

#include "base/xalloc.h"

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_us < b->at_us || (a->at_us == b->at_us && a->who < b->who);
}

void sim_queue_put(struct sim_queue *queue, struct sim_event event)
{
	uint32_t at = queue->count++;

	if (queue->count > queue->room) {
		queue->room = queue->room ? queue->room * 2 : 1024;
		queue->at = xalloc_grow(queue->at, queue->room, sizeof(*queue->at));
	}
	for (; at && is_before(&event, queue->at + (at - 1) / 2); at = (at - 1) / 2)
		queue->at[at] = queue->at[(at - 1) / 2];
	queue->at[at] = event;
}

bool sim_queue_take(struct sim_queue *queue, struct sim_event *event)
{
	struct sim_event last;
	uint32_t at = 0, child;

	if (!queue->count)
		return false;
	*event = queue->at[0];
	last = queue->at[--queue->count];
	while ((child = 2 * at + 1) < queue->count) {
		if (child + 1 < queue->count &&
		    is_before(queue->at + child + 1, queue->at + child))
			child++;
		if (!is_before(queue->at + child, &last))
			break;
		queue->at[at] = queue->at[child];
		at = child;
	}
	queue->at[at] = last;
	return true;
}
