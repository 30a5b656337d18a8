/*
 * The wheel of deadlines. A deadline that moved later stays in its old slot and is moved on
 * when that slot comes round. Must never call a clock: time is an argument.
 */
#include "deadline.h"

#include <stddef.h>

static struct deadline **slot_of(struct deadline_wheel *wheel, int64_t at_ms)
{
	return &wheel->slots[(uint64_t)(at_ms / DEADLINE_TICK_MS) % DEADLINE_SLOTS];
}

static void enlist(struct deadline **slot, struct deadline *deadline)
{
	deadline->next = *slot;
	deadline->link = slot;
	if (deadline->next)
		deadline->next->link = &deadline->next;
	*slot = deadline;
}

void deadline_wheel_init(struct deadline_wheel *wheel, int64_t now_ms)
{
	*wheel = (struct deadline_wheel){ .turned_ms = now_ms };
}

void deadline_clear(struct deadline *deadline)
{
	if (!deadline->link)
		return;
	*deadline->link = deadline->next;
	if (deadline->next)
		deadline->next->link = deadline->link;
	deadline->link = NULL;
}

/* The slot is the first whose whole tick lies at or after |at_ms|, so that nothing comes early.
 */
static void place(struct deadline_wheel *wheel, struct deadline *deadline)
{
	int64_t slot_ms = (deadline->at_ms / DEADLINE_TICK_MS + 1) * DEADLINE_TICK_MS;

	if (slot_ms <= wheel->turned_ms)
		slot_ms = (wheel->turned_ms / DEADLINE_TICK_MS + 1) * DEADLINE_TICK_MS;
	deadline->slot_ms = slot_ms;
	enlist(slot_of(wheel, slot_ms), deadline);
}

void deadline_set(struct deadline_wheel *wheel, struct deadline *deadline, int64_t at_ms,
    void (*on_due)(struct deadline *))
{
	bool may_stay = deadline->link && at_ms >= deadline->slot_ms - DEADLINE_TICK_MS;

	deadline->on_due = on_due;
	deadline->at_ms = at_ms;
	if (may_stay)
		return;
	deadline_clear(deadline);
	place(wheel, deadline);
}

/* One slot: what is due is called, what is not is placed anew. The list is popped from its
 * head, so a callback may clear any other entry of it. */
static void turn_slot(struct deadline_wheel *wheel, struct deadline **slot, int64_t now_ms)
{
	struct deadline *waiting = *slot, *deadline;

	*slot = NULL;
	if (waiting)
		waiting->link = &waiting;
	while ((deadline = waiting)) {
		deadline_clear(deadline);
		if (deadline->at_ms <= now_ms)
			deadline->on_due(deadline);
		else
			place(wheel, deadline);
	}
}

void deadline_turn(struct deadline_wheel *wheel, int64_t now_ms)
{
	int64_t slot_ms = (wheel->turned_ms / DEADLINE_TICK_MS + 1) * DEADLINE_TICK_MS;
	int turned = 0;

	for (; slot_ms <= now_ms && turned < DEADLINE_SLOTS;
	     turned++, slot_ms += DEADLINE_TICK_MS) {
		wheel->turned_ms = slot_ms;
		turn_slot(wheel, slot_of(wheel, slot_ms), now_ms);
	}
	if (slot_ms <= now_ms) /* a sleep of more than a whole turn: every slot was looked at */
		wheel->turned_ms = now_ms;
}
