/*
 * Saving the table while it is in use. It never holds a stripe for longer than a few entries,
 * and never writes anything but numbers and keyed hashes.
 */
#include "limit/limit_snapshot.h"

#include "base/xalloc.h"
#include "limit/limit_queue.h"
#include "limit/limit_snapshot_form.h"

#include <stdlib.h>
#include <xxhash.h>

#define PIECE_BYTES   65536
#define STEPS_AT_ONCE 32 /* entries before a stripe is left again */

/* What is to be written next. */
enum stage { STAGE_HEAD, STAGE_ENTRIES, STAGE_TAIL, STAGE_END };

struct limit_snapshot {
	struct limit_table *table;
	XXH3_state_t *checksum;
	enum stage stage;
	unsigned stripe;
	uint32_t place;
	struct snapshot_head head;
	struct snapshot_tail tail;
	size_t len;
	char piece[PIECE_BYTES + SNAPSHOT_RECORD_MOST];
};

struct limit_snapshot *limit_snapshot_new(
    struct limit_table *table, uint64_t mark, uint64_t now_us)
{
	struct limit_snapshot *snapshot = xalloc(sizeof(*snapshot));

	snapshot->table = table;
	snapshot->head = (struct snapshot_head){
		.version = LIMIT_SNAPSHOT_VERSION, .mark = mark, .at_us = now_us
	};
	memcpy(snapshot->head.magic, LIMIT_SNAPSHOT_MAGIC, sizeof(snapshot->head.magic));
	snapshot->checksum = XXH3_createState();
	if (!snapshot->checksum)
		abort();
	XXH3_64bits_reset(snapshot->checksum);
	return snapshot;
}

void limit_snapshot_free(struct limit_snapshot *snapshot)
{
	if (!snapshot)
		return;
	XXH3_freeState(snapshot->checksum);
	free(snapshot);
}

static void put(struct limit_snapshot *snapshot, const void *at, size_t len)
{
	memcpy(snapshot->piece + snapshot->len, at, len);
	snapshot->len += len;
}

static void put_window(struct limit_snapshot *snapshot, const struct window *window,
    struct snapshot_record *record)
{
	struct snapshot_slot slots[WINDOW_RING];

	record->newest = window->newest;
	record->width_us = window->width_us;
	for (uint32_t age = 0; age < WINDOW_RING && age <= window->newest; age++) {
		unsigned place = window_place(window->newest - age);
		uint64_t count = (uint64_t)window->own[place] + window->others[place];

		if (count > 0)
			slots[record->items++] = (struct snapshot_slot){ age,
				count > UINT32_MAX ? UINT32_MAX : (uint32_t)count };
	}
	if (record->items == 0)
		return;
	put(snapshot, record, sizeof(*record));
	put(snapshot, slots, record->items * sizeof(*slots));
}

static void put_distinct(struct limit_snapshot *snapshot, const struct distinct *distinct,
    struct snapshot_record *record)
{
	record->newest = distinct->newest;
	record->width_us = distinct->width_us;
	record->is_dense = distinct->is_dense;
	record->items = distinct->is_dense ? DISTINCT_RING : distinct->count;
	if (record->items == 0)
		return;
	put(snapshot, record, sizeof(*record));
	if (distinct->is_dense)
		put(snapshot, distinct->dense->pane, sizeof(distinct->dense->pane));
	for (unsigned i = 0; !distinct->is_dense && i < distinct->set_words; i++)
		if (distinct->set[i])
			put(snapshot, &distinct->set[i], sizeof(distinct->set[i]));
}

/* One or no record. */
static void put_entry(struct limit_snapshot *snapshot, const struct limit_entry *entry)
{
	struct snapshot_record record = { .id = entry->id,
		.rule = entry->rule,
		.touched_us = entry->touched_us,
		.kind = entry->kind };
	size_t before = snapshot->len;

	if (entry->kind == LIMIT_KIND_WINDOW)
		put_window(snapshot, &entry->window, &record);
	else
		put_distinct(snapshot, &entry->distinct, &record);
	snapshot->tail.entries += snapshot->len > before;
}

/* Entries until the piece is full or all stripes are done. */
static void put_entries(struct limit_snapshot *snapshot)
{
	while (snapshot->stripe < LIMIT_STRIPES && snapshot->len < PIECE_BYTES) {
		struct limit_entry *entry = NULL;

		limit_table_enter(snapshot->table, snapshot->stripe);
		for (unsigned i = 0; i < STEPS_AT_ONCE && snapshot->len < PIECE_BYTES; i++) {
			entry = limit_queue_walk(
			    snapshot->table, snapshot->stripe, &snapshot->place);
			if (!entry)
				break;
			put_entry(snapshot, entry);
		}
		limit_table_leave(snapshot->table, snapshot->stripe);
		if (entry)
			continue;
		snapshot->stripe++;
		snapshot->place = 0;
	}
}

struct bytes limit_snapshot_next(struct limit_snapshot *snapshot)
{
	snapshot->len = 0;
	if (snapshot->stage == STAGE_HEAD) {
		put(snapshot, &snapshot->head, sizeof(snapshot->head));
		snapshot->stage = STAGE_ENTRIES;
	}
	if (snapshot->stage == STAGE_ENTRIES) {
		put_entries(snapshot);
		if (snapshot->len > 0) {
			XXH3_64bits_update(snapshot->checksum, snapshot->piece, snapshot->len);
			return bytes_of(snapshot->piece, snapshot->len);
		}
		snapshot->stage = STAGE_TAIL;
	}
	if (snapshot->stage == STAGE_TAIL) {
		XXH3_64bits_update(snapshot->checksum, &snapshot->tail.entries, 8);
		snapshot->tail.checksum = XXH3_64bits_digest(snapshot->checksum);
		put(snapshot, &snapshot->tail, sizeof(snapshot->tail));
		snapshot->stage = STAGE_END;
	}
	return bytes_of(snapshot->piece, snapshot->len);
}
