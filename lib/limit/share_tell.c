/*
 * The commands that one entry needs: what this node counted goes out, what the others counted
 * is asked for. It works on a copy and never enters a stripe.
 */
#include "limit/share_batch.h"
#include "limit/share_value.h"

#define LASTING_US   60000000u /* keys outlive their last use by a minute: clocks differ */
#define RETURN_US    10000000u /* how long others take to come back to a store that was away */
#define LAG_LEAST_US 1000000u  /* how late others may write into an epoch that is over */

/* The time of an entry, in slots of a window or panes of a distinct count. */
struct span {
	uint64_t width_us, newest, oldest;
	uint64_t each;      /* in one window */
	uint64_t per_epoch; /* in one epoch, a whole number of windows */
};

static struct span span_of(const struct limit_entry *entry)
{
	bool is_window = entry->kind == LIMIT_KIND_WINDOW;
	struct span span = { .each = is_window ? WINDOW_SLOTS : DISTINCT_PANES };

	span.width_us = is_window ? entry->window.width_us : entry->distinct.width_us;
	span.newest = is_window ? entry->window.newest : entry->distinct.newest;
	span.oldest = span.newest < span.each ? 0 : span.newest - span.each;
	span.per_epoch = span.each * share_value_windows(span.each * span.width_us);
	return span;
}

static struct bytes key_of(
    struct share_plan *plan, char out[SHARE_KEY_BYTES], enum share_key kind, uint64_t number)
{
	return share_command_key(
	    out, bytes_of(plan->prefix, plan->prefix_bytes), plan->note.entry.id, kind, number);
}

static struct share_question *ask(struct share_plan *plan, enum share_ask what, uint64_t number)
{
	struct share_question *question = &plan->questions[plan->asked++];

	*question = (struct share_question){ .id = plan->note.entry.id,
		.number = number,
		.place = plan->note.place,
		.incarnation = plan->note.entry.incarnation,
		.ask = (uint8_t)what };
	plan->figures.commands++;
	return question;
}

/* A value on its way. */
struct telling {
	struct bytes value;
	enum share_key kind;
	uint64_t number;   /* of the key: epoch or pane */
	uint64_t window;   /* the number of the window that is written in */
	bool is_known;     /* the field is there already, and so is the key's end */
	uint64_t lasts_us; /* else: the key's end from now */
};

/* Writes a value as this node's field. A key that may be new, or soon ends, is told how long it
 * lasts. */
static void tell(struct share_plan *plan, const struct telling *telling)
{
	char key_room[SHARE_KEY_BYTES], field_room[SHARE_FIELD_BYTES];
	struct bytes key = key_of(plan, key_room, telling->kind, telling->number);
	struct bytes field = share_command_field(
	    field_room, plan->node, plan->note.entry.incarnation);

	share_command_hset(&plan->out, key, field, telling->value);
	ask(plan, SHARE_ASK_WRITTEN, telling->window)->is_known = telling->is_known;
	if (telling->is_known)
		return;
	share_command_pexpire(&plan->out, key, telling->lasts_us / 1000 + 1);
	ask(plan, SHARE_ASK_LASTS, telling->window)->is_known = true;
}

/* Keys live for two windows after they were told to: longer than what they hold counts, and
 * long enough that each is told again while it is in use. */
static uint64_t lasts_us(const struct span *span)
{
	return 2 * (span->each + 1) * span->width_us + LASTING_US;
}

/* The first slot or pane that may have changed since it was told. */
static uint64_t first_untold(const struct share_plan *plan, const struct span *span)
{
	uint64_t told = plan->note.entry.heard_us / span->width_us;

	return plan->note.is_fresh || told < span->oldest ? span->oldest
	       : told > span->newest                      ? span->newest
							  : told;
}

/* This node's slots, epoch by epoch. */
static void tell_window(struct share_plan *plan, const struct span *span)
{
	const struct limit_entry *entry = &plan->note.entry;
	uint64_t last = span->newest / span->per_epoch, window = span->newest / span->each;
	char room[SHARE_COUNTS_BYTES];

	for (uint64_t epoch = first_untold(plan, span) / span->per_epoch; epoch <= last;
	     epoch++) {
		struct share_range range = { epoch * span->per_epoch, span->per_epoch };
		struct telling telling = { .kind = SHARE_KEY_WINDOW,
			.number = epoch,
			.window = epoch == last ? window
						: (range.first + range.count) / span->each - 1,
			.lasts_us = lasts_us(span) };

		telling.value = bytes_of(
		    room, share_value_write_counts(&entry->window, range, room));
		telling.is_known = !plan->note.is_fresh && entry->written == telling.window + 1;
		if (telling.value.len > 0)
			tell(plan, &telling);
	}
}

/* All that this node saw, or that it went over to registers. */
static void tell_set(struct share_plan *plan, const struct span *span)
{
	const struct limit_entry *entry = &plan->note.entry;
	const struct distinct *distinct = &entry->distinct;
	unsigned char room[SHARE_SET_BYTES];
	struct telling telling = { .kind = SHARE_KEY_SET,
		.number = span->newest / span->per_epoch,
		.window = span->newest / span->each,
		.lasts_us = lasts_us(span) };

	telling.is_known = !plan->note.is_fresh && entry->written == telling.window + 1;
	telling.value = bytes_of(room, distinct->is_dense
					   ? share_value_write_dense(distinct, room)
					   : share_value_write_set(distinct, room));
	if (distinct->is_dense && entry->is_dense_told && telling.is_known)
		return;
	if (telling.value.len > 0)
		tell(plan, &telling);
}

static bool is_empty(const uint8_t *registers)
{
	return registers[0] == 0 && memcmp(registers, registers + 1, HLL_REGISTERS - 1) == 0;
}

static void tell_panes(struct share_plan *plan, const struct span *span)
{
	const struct limit_entry *entry = &plan->note.entry;
	uint64_t number = entry->is_dense_told ? first_untold(plan, span) : span->oldest;

	for (; number <= span->newest; number++) {
		const uint8_t *pane = entry->distinct.dense->pane[number % DISTINCT_RING];
		struct telling telling = { .kind = SHARE_KEY_PANE,
			.value = bytes_of(pane, HLL_REGISTERS),
			.number = number,
			.lasts_us = lasts_us(span) };

		if (!is_empty(pane))
			tell(plan, &telling);
	}
}

static void ask_for(
    struct share_plan *plan, enum share_key kind, enum share_ask what, uint64_t number)
{
	char name[SHARE_KEY_BYTES];

	share_command_hgetall(&plan->out, key_of(plan, name, kind, number));
	ask(plan, what, number);
}

/* Whether what ended at |ends_us| may have been written to since it was last heard. */
static bool may_be_stale(
    const struct share_plan *plan, const struct span *span, uint64_t ends_us)
{
	uint64_t heard_us = plan->note.entry.heard_us;

	return plan->note.is_fresh || heard_us < span->newest * span->width_us ||
	       heard_us < ends_us + LAG_LEAST_US + 2 * plan->sync_interval_us ||
	       heard_us < plan->began_us + RETURN_US;
}

/* All panes once a pane, so that a node that was away is heard in the end. */
static void ask_panes(struct share_plan *plan, const struct span *span)
{
	uint64_t begins_us = span->newest * span->width_us;
	bool is_new = plan->note.is_fresh || plan->note.entry.heard_us < begins_us;
	uint64_t number = is_new ? span->oldest : span->newest;

	if (!is_new && number > 0 && may_be_stale(plan, span, begins_us))
		number--;
	for (; number <= span->newest; number++)
		ask_for(plan, SHARE_KEY_PANE, SHARE_ASK_PANE, number);
}

static void ask_epoch(struct share_plan *plan, const struct span *span, uint64_t number)
{
	bool is_window = plan->note.entry.kind == LIMIT_KIND_WINDOW;
	struct share_question *question = &plan->questions[plan->asked];

	ask_for(plan, is_window ? SHARE_KEY_WINDOW : SHARE_KEY_SET,
	    is_window ? SHARE_ASK_WINDOW : SHARE_ASK_SET, number);
	question->oldest = span->oldest;
	question->slots = (uint16_t)span->per_epoch;
	question->is_last = number == span->newest / span->per_epoch;
}

/* Both epochs that live slots or panes lie in; the older one only while it may have changed. */
static void ask_epochs(struct share_plan *plan, const struct span *span)
{
	uint64_t last = span->newest / span->per_epoch;

	if (span->oldest / span->per_epoch < last &&
	    may_be_stale(plan, span, last * span->per_epoch * span->width_us))
		ask_epoch(plan, span, last - 1);
	ask_epoch(plan, span, last);
}

void share_tell_note(struct share_plan *plan)
{
	const struct limit_entry *entry = &plan->note.entry;
	const struct span span = span_of(entry);
	bool is_window = entry->kind == LIMIT_KIND_WINDOW;
	bool is_dense = !is_window && entry->distinct.is_dense;

	if (plan->note.is_told && is_window)
		tell_window(plan, &span);
	else if (plan->note.is_told)
		tell_set(plan, &span);
	if (plan->note.is_told && is_dense)
		tell_panes(plan, &span);
	if (plan->note.is_asked && is_dense)
		ask_panes(plan, &span);
	if (plan->note.is_asked)
		ask_epochs(plan, &span);
}
