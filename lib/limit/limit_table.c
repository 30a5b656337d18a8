/*
 * The memory of all limits: entries found by id, in lines by their last touch, in a fixed
 * number of pages. It must never grow beyond what it was given, and never take an entry away
 * from an evaluation that holds it.
 */
#include "limit/limit_table.h"

#include "base/pages.h"
#include "base/xalloc.h"
#include "limit/limit_stripe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_ENTRIES   128u     /* a stripe: more than one evaluation can hold */
#define LEAST_SET_BYTES 65536u   /* a stripe: some sets, or a few counts in registers */
#define LINE_STEP_US    1000000u /* an entry moves up its line at most this often */

static uint32_t power_of_two_from(uint64_t least)
{
	uint32_t power = 1;

	while (power < least)
		power *= 2;
	return power;
}

struct limit_table *limit_table_new(size_t memory_bytes, struct limit_guard guard)
{
	struct limit_table *table = NULL;
	size_t set_bytes = memory_bytes / 4 / LIMIT_STRIPES;
	size_t most = memory_bytes / 4 * 3 / LIMIT_STRIPES /
		      (sizeof(struct limit_entry) + 2 * sizeof(uint32_t));
	uint32_t buckets;

	if (posix_memalign((void **)&table, 64, sizeof(*table)) != 0)
		abort();
	memset(table, 0, sizeof(*table));
	set_bytes = set_bytes < LEAST_SET_BYTES ? LEAST_SET_BYTES : set_bytes;
	most = most < LEAST_ENTRIES    ? LEAST_ENTRIES
	       : most > UINT32_MAX / 2 ? UINT32_MAX / 2
				       : most;
	buckets = power_of_two_from(most);
	table->guard = guard;
	table->entries = xalloc_array((most + 1) * LIMIT_STRIPES, sizeof(*table->entries));
	table->buckets = pages_new((size_t)buckets * LIMIT_STRIPES, sizeof(uint32_t));
	for (size_t i = 0; i < LIMIT_STRIPES; i++) {
		struct limit_stripe *stripe = &table->stripes[i];

		stripe->entries = table->entries + i * (most + 1);
		stripe->buckets = table->buckets + i * buckets;
		stripe->bucket_mask = buckets - 1;
		stripe->most = (uint32_t)most;
		stripe->fresh = 1;
		stripe->room.most_bytes = set_bytes;
	}
	return table;
}

static void forget(struct limit_stripe *stripe, struct limit_entry *entry)
{
	if (entry->kind == LIMIT_KIND_DISTINCT)
		distinct_clear(&entry->distinct, &stripe->room);
}

void limit_table_free(struct limit_table *table)
{
	if (!table)
		return;
	for (unsigned i = 0; i < LIMIT_STRIPES; i++)
		for (uint32_t at = 1; at < table->stripes[i].fresh; at++)
			forget(&table->stripes[i], &table->stripes[i].entries[at]);
	free(table->entries);
	pages_free(table->buckets, ((size_t)table->stripes[0].bucket_mask + 1) * LIMIT_STRIPES,
	    sizeof(uint32_t));
	free(table);
}

void limit_table_enter(struct limit_table *table, unsigned stripe)
{
	if (table->guard.enter)
		table->guard.enter(table->guard.arg, stripe);
}

void limit_table_leave(struct limit_table *table, unsigned stripe)
{
	if (table->guard.leave)
		table->guard.leave(table->guard.arg, stripe);
}

static struct limit_stripe *stripe_of(struct limit_table *table, uint64_t id)
{
	return &table->stripes[limit_table_stripe(id)];
}

static uint32_t *bucket_of(const struct limit_stripe *stripe, uint64_t id)
{
	return &stripe->buckets[id & stripe->bucket_mask];
}

void limit_table_expect(const struct limit_table *table, uint64_t id)
{
	__builtin_prefetch(bucket_of(&table->stripes[limit_table_stripe(id)], id));
}

void limit_table_expect_entry(const struct limit_table *table, uint64_t id)
{
	const struct limit_stripe *stripe = &table->stripes[limit_table_stripe(id)];
	const char *entry = (const char *)&stripe->entries[*bucket_of(stripe, id)];

	for (size_t at = 0; at < sizeof(struct limit_entry); at += 64)
		__builtin_prefetch(entry + at, 1);
}

static struct limit_entry *find(struct limit_stripe *stripe, uint64_t id)
{
	uint32_t at = *bucket_of(stripe, id);

	while (at && stripe->entries[at].id != id)
		at = stripe->entries[at].next;
	return at ? &stripe->entries[at] : NULL;
}

struct limit_entry *limit_table_find(struct limit_table *table, uint64_t id)
{
	return find(stripe_of(table, id), id);
}

uint32_t limit_table_place(struct limit_table *table, const struct limit_entry *entry)
{
	return (uint32_t)(entry - stripe_of(table, entry->id)->entries);
}

struct limit_entry *limit_table_at(struct limit_table *table, uint64_t id, uint32_t place)
{
	return &stripe_of(table, id)->entries[place];
}

/* The lines. */

static void leave_line(struct limit_stripe *stripe, struct limit_entry *entry)
{
	struct limit_line *line = &stripe->lines[entry->kind];

	if (entry->newer)
		stripe->entries[entry->newer].older = entry->older;
	else
		line->newest = entry->older;
	if (entry->older)
		stripe->entries[entry->older].newer = entry->newer;
	else
		line->oldest = entry->newer;
}

static void join_line(struct limit_stripe *stripe, struct limit_entry *entry)
{
	struct limit_line *line = &stripe->lines[entry->kind];
	uint32_t place = (uint32_t)(entry - stripe->entries);

	entry->newer = 0;
	entry->older = line->newest;
	if (line->newest)
		stripe->entries[line->newest].newer = place;
	else
		line->oldest = place;
	line->newest = place;
}

static void move_up(struct limit_stripe *stripe, struct limit_entry *entry, uint64_t now_us)
{
	if (now_us >= entry->touched_us && now_us - entry->touched_us < LINE_STEP_US)
		return;
	entry->touched_us = now_us;
	if (!entry->newer)
		return;
	leave_line(stripe, entry);
	join_line(stripe, entry);
}

/* Taking an entry away. */

static uint64_t span_us(const struct limit_entry *entry)
{
	return entry->kind == LIMIT_KIND_DISTINCT ? entry->distinct.width_us * DISTINCT_RING
						  : entry->window.width_us * WINDOW_RING;
}

static bool still_counts(const struct limit_entry *entry, uint64_t now_us)
{
	return now_us < entry->touched_us + LINE_STEP_US + span_us(entry);
}

static void leave_bucket(struct limit_stripe *stripe, const struct limit_entry *entry)
{
	uint32_t *at = bucket_of(stripe, entry->id);

	while (&stripe->entries[*at] != entry)
		at = &stripe->entries[*at].next;
	*at = entry->next;
}

static void leave_queue(struct limit_stripe *stripe, const struct limit_entry *entry)
{
	uint32_t place = (uint32_t)(entry - stripe->entries), before = 0;
	uint32_t at = stripe->queue_first;

	if (!entry->is_queued)
		return;
	while (at != place) {
		before = at;
		at = stripe->entries[at].queued;
	}
	if (before)
		stripe->entries[before].queued = entry->queued;
	else
		stripe->queue_first = entry->queued;
	if (stripe->queue_last == place)
		stripe->queue_last = before;
	stripe->queue_count--;
}

static void evict(struct limit_stripe *stripe, struct limit_entry *entry, uint64_t now_us)
{
	if (still_counts(entry, now_us))
		stripe->evictions++;
	leave_line(stripe, entry);
	leave_bucket(stripe, entry);
	leave_queue(stripe, entry);
	forget(stripe, entry);
	memset(entry, 0, sizeof(*entry));
	entry->next = stripe->free;
	stripe->free = (uint32_t)(entry - stripe->entries);
	stripe->used--;
}

/* The oldest entry of a line that nobody holds. */
static struct limit_entry *loose_entry(struct limit_stripe *stripe, enum limit_kind kind)
{
	uint32_t at = stripe->lines[kind].oldest;

	while (at && stripe->entries[at].is_held)
		at = stripe->entries[at].newer;
	return at ? &stripe->entries[at] : NULL;
}

static bool evict_oldest(struct limit_stripe *stripe, uint64_t now_us)
{
	struct limit_entry *window = loose_entry(stripe, LIMIT_KIND_WINDOW);
	struct limit_entry *distinct = loose_entry(stripe, LIMIT_KIND_DISTINCT);

	if (!window && !distinct)
		return false;
	if (!window || (distinct && distinct->touched_us < window->touched_us))
		window = distinct;
	evict(stripe, window, now_us);
	return true;
}

static struct limit_entry *take_free(struct limit_stripe *stripe, uint64_t now_us)
{
	struct limit_entry *entry;

	if (!stripe->free && stripe->fresh > stripe->most && !evict_oldest(stripe, now_us))
		return NULL;
	if (stripe->free) {
		entry = &stripe->entries[stripe->free];
		stripe->free = entry->next;
	} else {
		entry = &stripe->entries[stripe->fresh++];
	}
	stripe->used++;
	return entry;
}

static struct limit_entry *make(
    struct limit_stripe *stripe, const struct limit_spot *spot, uint64_t now_us)
{
	struct limit_entry *entry = take_free(stripe, now_us);
	uint32_t *bucket = bucket_of(stripe, spot->id);

	if (!entry)
		return NULL;
	*entry = (struct limit_entry){
		.id = spot->id,
		.rule = spot->rule,
		.touched_us = now_us,
		.next = *bucket,
		.incarnation = (uint32_t)stripe->evictions,
		.kind = (uint8_t)spot->kind,
	};
	*bucket = (uint32_t)(entry - stripe->entries);
	join_line(stripe, entry);
	if (spot->kind == LIMIT_KIND_DISTINCT)
		distinct_init(&entry->distinct, spot->window_us, now_us);
	else
		window_init(&entry->window, spot->window_us, now_us);
	return entry;
}

struct limit_entry *limit_table_touch(
    struct limit_table *table, const struct limit_spot *spot, uint64_t now_us)
{
	struct limit_stripe *stripe = stripe_of(table, spot->id);
	struct limit_entry *entry = find(stripe, spot->id);

	assert(spot->kind > LIMIT_KIND_FREE && spot->kind < LIMIT_KIND_COUNT);
	if (!entry)
		return make(stripe, spot, now_us);
	move_up(stripe, entry, now_us);
	return entry;
}

void limit_table_advance(struct limit_table *table, struct limit_entry *entry, uint64_t now_us)
{
	if (entry->kind == LIMIT_KIND_DISTINCT)
		distinct_advance(&entry->distinct, now_us, &stripe_of(table, entry->id)->room);
	else
		window_advance(&entry->window, now_us);
}

/* Sets and registers of distinct counts. */

struct distinct_room *limit_table_room(struct limit_table *table, uint64_t id)
{
	return &stripe_of(table, id)->room;
}

bool limit_table_make_room(
    struct limit_table *table, const struct limit_entry *keep, uint64_t now_us)
{
	struct limit_stripe *stripe = stripe_of(table, keep->id);
	size_t used_bytes = stripe->room.used_bytes;
	uint32_t at = stripe->lines[LIMIT_KIND_DISTINCT].oldest;

	while (at && stripe->room.used_bytes == used_bytes) {
		struct limit_entry *entry = &stripe->entries[at];

		at = entry->newer;
		if (entry != keep && !entry->is_held)
			evict(stripe, entry, now_us);
	}
	stripe->unheard += stripe->room.used_bytes == used_bytes;
	return stripe->room.used_bytes < used_bytes;
}

struct limit_entry *limit_table_oldest(
    struct limit_table *table, unsigned stripe, enum limit_kind kind)
{
	uint32_t at = table->stripes[stripe].lines[kind].oldest;

	return at ? &table->stripes[stripe].entries[at] : NULL;
}

struct limit_entry *limit_table_newer(
    struct limit_table *table, unsigned stripe, const struct limit_entry *entry)
{
	return entry->newer ? &table->stripes[stripe].entries[entry->newer] : NULL;
}

void limit_table_figures(struct limit_table *table, struct limit_figures *figures)
{
	memset(figures, 0, sizeof(*figures));
	for (unsigned i = 0; i < LIMIT_STRIPES; i++) {
		const struct limit_stripe *stripe = &table->stripes[i];

		limit_table_enter(table, i);
		figures->entries += stripe->used;
		figures->entries_most += stripe->most;
		figures->set_bytes += stripe->room.used_bytes;
		figures->set_bytes_most += stripe->room.most_bytes;
		figures->evictions += stripe->evictions;
		figures->unheard += stripe->unheard;
		limit_table_leave(table, i);
	}
}
