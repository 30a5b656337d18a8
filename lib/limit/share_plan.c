/*
 * Which entries go into the next batch: those that requests touched since the last one, and
 * after a new connection all that this node counted, in a walk. A stripe is entered for one
 * bounded copy at a time, so that no worker ever waits for more than that.
 */
#include "limit/share_plan.h"

#include "base/xalloc.h"
#include "limit/limit_queue.h"
#include "limit/share_batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define RETELL_EVERY_US                                                                        \
	10000000u           /* a store that loses keys is told everything at most so often */
#define WALK_STEPS    4096u /* of a walk in one batch */
#define STEPS_AT_ONCE 32u   /* entries looked at before a stripe is left again */
#define SMALL_SET     64u   /* larger sets and registers are shared at a slower pace */
#define PACES_A_PANE  256u

struct share_plan *share_plan_new(
    struct limit_table *table, const struct share_settings *settings, struct fault *fault)
{
	struct share_plan *plan;

	if (settings->prefix.len > sizeof(plan->prefix) ||
	    (settings->prefix.len > 0 &&
		(memchr(settings->prefix.at, '{', settings->prefix.len) ||
		    memchr(settings->prefix.at, '}', settings->prefix.len)))) {
		fault_say(fault, "the prefix of keys has at most %zu bytes and no braces",
		    sizeof(plan->prefix));
		return NULL;
	}
	plan = xalloc(sizeof(*plan));
	plan->table = table;
	if (settings->prefix.len > 0)
		memcpy(plan->prefix, settings->prefix.at, settings->prefix.len);
	plan->prefix_bytes = settings->prefix.len;
	plan->node = settings->node;
	plan->sync_interval_us = settings->sync_interval_us;
	plan->out = text_in(xalloc(SHARE_BATCH_BYTES + SHARE_ENTRY_BYTES),
	    SHARE_BATCH_BYTES + SHARE_ENTRY_BYTES);
	plan->questions = xalloc_array(
	    SHARE_BATCH_QUESTIONS + SHARE_ENTRY_QUESTIONS, sizeof(*plan->questions));
	return plan;
}

void share_plan_free(struct share_plan *plan)
{
	if (!plan)
		return;
	share_plan_end(plan);
	free(plan->out.at);
	free(plan->questions);
	free(plan);
}

static void begin_walk(struct share_plan *plan, bool is_retelling)
{
	plan->is_walking = true;
	plan->is_walks_turn = true; /* the queues first */
	plan->is_retelling = is_retelling;
	plan->walk_stripe = 0;
	plan->walk_place = 0;
}

void share_plan_begin(struct share_plan *plan)
{
	share_plan_end(plan);
	plan->generation = plan->last_generation + 1 ? plan->last_generation + 1 : 1;
	plan->last_generation = plan->generation;
	begin_walk(plan, false);
	limit_queue_open(plan->table, plan->generation);
}

void share_plan_end(struct share_plan *plan)
{
	limit_queue_close(plan->table);
	plan->generation = 0;
	plan->began_us = 0;
	plan->asked = plan->answered = 0;
	plan->awaited = 0;
	plan->is_walking = plan->has_more = plan->is_loss_seen = false;
}

/* What is large is shared at the pace of its window, not of the sync interval. */
static bool is_due(
    const struct share_plan *plan, const struct limit_entry *entry, uint64_t now_us)
{
	const struct distinct *distinct = &entry->distinct;

	if (entry->kind != LIMIT_KIND_DISTINCT || entry->generation != plan->generation ||
	    (!distinct->is_dense && distinct->count <= SMALL_SET))
		return true;
	return now_us - entry->heard_us >= distinct->width_us / PACES_A_PANE;
}

/* Copies the entry of a stripe that was entered. */
static void note_entry(struct share_plan *plan, const struct limit_entry *entry)
{
	struct share_note *note = &plan->note;

	note->entry = *entry;
	note->place = limit_table_place(plan->table, entry);
	note->is_fresh = entry->generation != plan->generation || plan->is_retelling;
	note->is_told = note->is_fresh || entry->is_changed;
	note->is_asked = true;
	if (entry->kind != LIMIT_KIND_DISTINCT)
		return;
	if (entry->distinct.is_dense) {
		plan->scratch.dense = *entry->distinct.dense;
		note->entry.distinct.dense = &plan->scratch.dense;
	} else if (entry->distinct.set_words > 0) {
		memcpy(plan->scratch.set, entry->distinct.set,
		    entry->distinct.set_words * sizeof(uint64_t));
		note->entry.distinct.set = plan->scratch.set;
	}
}

/* Takes one entry of the queue into |plan->note|; false if it is not due yet. */
static bool take_queued(struct share_plan *plan, unsigned stripe, uint64_t now_us)
{
	struct limit_entry *entry;
	bool is_taken = false;

	limit_table_enter(plan->table, stripe);
	entry = limit_queue_take(plan->table, stripe);
	if (entry && !is_due(plan, entry, now_us)) {
		limit_queue_add(plan->table, entry);
	} else if (entry) {
		limit_table_advance(plan->table, entry, now_us);
		note_entry(plan, entry);
		entry->is_changed = false;
		entry->is_dense_told = entry->kind == LIMIT_KIND_DISTINCT &&
				       entry->distinct.is_dense;
		entry->heard_us = now_us;
		is_taken = true;
	}
	limit_table_leave(plan->table, stripe);
	return is_taken;
}

static bool is_full(const struct share_plan *plan)
{
	return plan->out.len >= SHARE_BATCH_BYTES || plan->asked >= SHARE_BATCH_QUESTIONS;
}

static void tell_note(struct share_plan *plan)
{
	share_tell_note(plan);
	plan->figures.keys++;
	assert(!plan->out.is_cut);
}

/* Empties a stripe's queue; false when the batch is full before. */
static bool fill_from_queue(struct share_plan *plan, unsigned stripe, uint64_t now_us)
{
	uint32_t count;

	limit_table_enter(plan->table, stripe);
	count = limit_queue_count(plan->table, stripe);
	limit_table_leave(plan->table, stripe);
	for (; count > 0; count--) {
		if (is_full(plan))
			return false;
		if (take_queued(plan, stripe, now_us))
			tell_note(plan);
	}
	return true;
}

static bool has_own(const struct limit_entry *entry)
{
	if (entry->kind == LIMIT_KIND_WINDOW)
		return window_own(&entry->window) > 0;
	return entry->distinct.count > 0;
}

/* Goes on with the walk in its stripe for a few entries, up to one that has something to tell:
 * it is taken into |plan->note|. False at the end of the stripe. */
static bool walk_on(struct share_plan *plan, uint64_t now_us, bool *is_taken)
{
	struct limit_entry *entry = NULL;

	*is_taken = false;
	limit_table_enter(plan->table, plan->walk_stripe);
	for (unsigned step = 0; step < STEPS_AT_ONCE && !*is_taken; step++) {
		entry = limit_queue_walk(plan->table, plan->walk_stripe, &plan->walk_place);
		if (!entry)
			break;
		if (entry->is_queued && plan->is_retelling)
			entry->generation = 0; /* the queue tells it, and then all of it */
		if (entry->is_queued ||
		    (entry->generation == plan->generation && !plan->is_retelling))
			continue;
		limit_table_advance(plan->table, entry, now_us);
		*is_taken = has_own(entry);
	}
	if (*is_taken) {
		note_entry(plan, entry);
		plan->note.is_asked = false;
	}
	limit_table_leave(plan->table, plan->walk_stripe);
	return entry;
}

static void fill_from_walk(struct share_plan *plan, uint64_t now_us)
{
	bool is_taken;

	for (unsigned steps = 0; steps < WALK_STEPS && !is_full(plan); steps++) {
		if (plan->walk_stripe == LIMIT_STRIPES) {
			plan->is_walking = plan->is_retelling = false;
			return;
		}
		if (!walk_on(plan, now_us, &is_taken)) {
			plan->walk_stripe++;
			plan->walk_place = 0;
		}
		if (is_taken)
			tell_note(plan);
	}
}

/* The store lost something that it should have kept: tell everything anew, now and then. */
static void answer_loss(struct share_plan *plan, uint64_t now_us)
{
	if (!plan->is_loss_seen || plan->is_walking ||
	    now_us - plan->retold_us < RETELL_EVERY_US)
		return;
	plan->is_loss_seen = false;
	plan->retold_us = now_us;
	begin_walk(plan, true);
}

/* Whether every queue was emptied. */
static bool fill_from_queues(struct share_plan *plan, uint64_t now_us)
{
	for (unsigned i = 0; i < LIMIT_STRIPES; i++) {
		if (!fill_from_queue(plan, plan->next_stripe, now_us))
			return false;
		plan->next_stripe = (plan->next_stripe + 1) % LIMIT_STRIPES;
	}
	return true;
}

struct bytes share_plan_fill(struct share_plan *plan, uint64_t now_us)
{
	assert(plan->generation != 0 && plan->answered == plan->asked && plan->awaited == 0);
	plan->out.len = 0;
	plan->asked = plan->answered = 0;
	plan->unsettled_id = plan->written_id = plan->written = 0;
	if (plan->began_us == 0)
		plan->began_us = now_us;
	answer_loss(plan, now_us);
	/* In turns: what requests wait for does not starve, and no entry is told twice. */
	plan->is_walks_turn = plan->is_walking && !plan->is_walks_turn;
	if (plan->is_walks_turn) {
		fill_from_walk(plan, now_us);
		plan->has_more = true;
	} else {
		plan->has_more = !fill_from_queues(plan, now_us) || plan->is_walking;
	}
	plan->figures.sent_bytes += plan->out.len;
	return text_bytes(&plan->out);
}

bool share_plan_has_more(const struct share_plan *plan)
{
	return plan->has_more;
}

unsigned share_plan_unanswered(const struct share_plan *plan)
{
	return plan->asked - plan->answered;
}

const struct share_figures *share_plan_figures(const struct share_plan *plan)
{
	return &plan->figures;
}
