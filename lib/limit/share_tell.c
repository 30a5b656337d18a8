/*
 * The commands that one entry needs: what this node counted goes out, what the others counted
 * is asked for. It works on a copy and never enters a stripe.
 */
#include "limit/share_batch.h"
#include "limit/share_value.h"

#define LASTING_US   60000000u /* keys outlive their last use by a minute: clocks differ */
#define RETURN_US    10000000u /* how long others take to come back to a store that was away */
#define LAG_LEAST_US 1000000u  /* how late others may write into an epoch that is over */

/* The epochs of the entry: a window's of slots, a distinct count's of panes. */
struct span {
	uint64_t width_us, newest, oldest,
	    each; /* slots or panes: width, numbers, an epoch's */
	uint64_t first_epoch, last_epoch;
};

static struct span span_of(const struct limit_entry *entry)
{
	bool is_window = entry->kind == LIMIT_KIND_WINDOW;
	struct span span = { .each = is_window ? WINDOW_SLOTS : DISTINCT_PANES };

	span.width_us = is_window ? entry->window.width_us : entry->distinct.width_us;
	span.newest = is_window ? entry->window.newest : entry->distinct.newest;
	span.oldest = span.newest < span.each ? 0 : span.newest - span.each;
	span.first_epoch = span.oldest / span.each;
	span.last_epoch = span.newest / span.each;
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
		.incarnation = plan->note.entry.incarnation,
		.ask = (uint8_t)what };
	plan->figures.commands++;
	return question;
}

/* A value on its way: where it stands, and until when. */
struct telling {
	enum share_key kind;
	uint64_t number; /* epoch or pane */
	bool is_known;   /* the field is there already */
	uint64_t lasts_us;
};

/* Writes |value| as this node's field. A key that may be new is told how long it lasts. */
static void tell(struct share_plan *plan, const struct telling *telling, struct bytes value)
{
	char key_room[SHARE_KEY_BYTES], field_room[SHARE_FIELD_BYTES];
	struct bytes key = key_of(plan, key_room, telling->kind, telling->number);
	struct bytes field = share_command_field(
	    field_room, plan->node, plan->note.entry.incarnation);
	uint64_t epoch = telling->kind == SHARE_KEY_PANE ? 0 : telling->number;

	share_command_hset(&plan->out, key, field, value);
	ask(plan, SHARE_ASK_WRITTEN, epoch)->is_known = telling->is_known;
	if (telling->is_known)
		return;
	share_command_pexpire(&plan->out, key, telling->lasts_us / 1000 + 1);
	ask(plan, SHARE_ASK_LASTS, epoch)->is_known = true;
}

/* How long the key of what ends at |ends_us| must last: until it has left every window. */
static uint64_t lasts_us(const struct span *span, uint64_t ends_us, uint64_t now_us)
{
	uint64_t until_us = ends_us + (span->each + 1) * span->width_us + LASTING_US;

	return until_us > now_us ? until_us - now_us : LASTING_US;
}

static uint64_t epoch_ends_us(const struct span *span, uint64_t epoch)
{
	return (epoch + 1) * span->each * span->width_us;
}

/* The first slot or pane that may have changed since it was told. */
static uint64_t first_untold(const struct share_plan *plan, const struct span *span)
{
	uint64_t told = plan->note.entry.heard_us / span->width_us;

	return plan->note.is_fresh || told < span->oldest ? span->oldest
	       : told > span->newest                      ? span->newest
							  : told;
}

static struct bytes value_of(
    const struct limit_entry *entry, uint64_t epoch, unsigned char out[SHARE_SET_BYTES])
{
	if (entry->kind == LIMIT_KIND_WINDOW)
		return bytes_of(
		    out, share_value_write_counts(&entry->window, epoch, (char *)out));
	if (entry->distinct.is_dense)
		return BYTES(SHARE_DENSE);
	return bytes_of(out, share_value_write_set(&entry->distinct, epoch, out));
}

static void tell_epochs(struct share_plan *plan, const struct span *span, uint64_t now_us)
{
	const struct limit_entry *entry = &plan->note.entry;
	uint64_t epoch = first_untold(plan, span) / span->each;
	bool is_window = entry->kind == LIMIT_KIND_WINDOW;
	bool is_dense = !is_window && entry->distinct.is_dense;
	unsigned char room[SHARE_SET_BYTES];

	if (is_dense)
		epoch = span->last_epoch;
	for (; epoch <= span->last_epoch; epoch++) {
		struct bytes value = value_of(entry, epoch, room);
		bool is_known = !plan->note.is_fresh && epoch < entry->written;

		if (value.len == 0 || (is_dense && entry->is_dense_told && is_known))
			continue;
		tell(plan,
		    &(struct telling){ .kind = is_window ? SHARE_KEY_WINDOW : SHARE_KEY_SET,
			.number = epoch,
			.is_known = is_known,
			.lasts_us = lasts_us(span, epoch_ends_us(span, epoch), now_us) },
		    value);
	}
}

static bool is_empty(const uint8_t *registers)
{
	return registers[0] == 0 && memcmp(registers, registers + 1, HLL_REGISTERS - 1) == 0;
}

static void tell_panes(struct share_plan *plan, const struct span *span, uint64_t now_us)
{
	const struct limit_entry *entry = &plan->note.entry;
	uint64_t number = entry->is_dense_told ? first_untold(plan, span) : span->oldest;

	for (; number <= span->newest; number++) {
		const uint8_t *pane = entry->distinct.dense->pane[number % DISTINCT_RING];

		if (!is_empty(pane))
			tell(plan,
			    &(struct telling){ .kind = SHARE_KEY_PANE,
				.number = number,
				.lasts_us = lasts_us(
				    span, (number + 1) * span->width_us, now_us) },
			    bytes_of(pane, HLL_REGISTERS));
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

void share_tell_note(struct share_plan *plan, uint64_t now_us)
{
	const struct limit_entry *entry = &plan->note.entry;
	const struct span span = span_of(entry);
	bool is_window = entry->kind == LIMIT_KIND_WINDOW;
	bool is_dense = !is_window && entry->distinct.is_dense;
	enum share_key key = is_window ? SHARE_KEY_WINDOW : SHARE_KEY_SET;
	enum share_ask what = is_window ? SHARE_ASK_WINDOW : SHARE_ASK_SET;

	if (plan->note.is_told) {
		tell_epochs(plan, &span, now_us);
		if (is_dense)
			tell_panes(plan, &span, now_us);
	}
	if (!plan->note.is_asked)
		return;
	if (is_dense)
		ask_panes(plan, &span);
	if (span.first_epoch < span.last_epoch &&
	    may_be_stale(plan, &span, epoch_ends_us(&span, span.first_epoch)))
		ask_for(plan, key, what, span.first_epoch);
	ask_for(plan, key, what, span.last_epoch);
	plan->questions[plan->asked - 1].is_last = true;
}
