/*
 * Restoring the table. Everything is checked before anything is restored: a file that does not
 * read to its end leaves the table empty, whatever is in it.
 */
#include "limit/limit_snapshot.h"
#include "limit/limit_snapshot_form.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <xxhash.h>

#define WIDTH_MOST_US (400ull * 86400 * 1000000)

/* A record and where its items lie. */
struct found {
	struct snapshot_record record;
	const char *items;
};

static size_t items_bytes(const struct snapshot_record *record)
{
	if (record->kind == LIMIT_KIND_WINDOW)
		return record->items * sizeof(struct snapshot_slot);
	return record->is_dense ? SNAPSHOT_PANES_BYTES : record->items * sizeof(uint64_t);
}

static bool record_is_sane(const struct snapshot_record *record)
{
	uint32_t most = DISTINCT_EXACT;

	if (record->width_us == 0 || record->width_us > WIDTH_MOST_US ||
	    record->newest > UINT64_MAX / 2 / record->width_us || record->is_dense > 1)
		return false;
	if (record->kind == LIMIT_KIND_WINDOW)
		most = WINDOW_RING;
	else if (record->kind != LIMIT_KIND_DISTINCT)
		return false;
	else if (record->is_dense)
		return record->items == DISTINCT_RING;
	return record->items > 0 && record->items <= most;
}

static bool slots_are_sane(const struct found *found)
{
	struct snapshot_slot slot;
	uint32_t least = 0;

	for (uint32_t i = 0; i < found->record.items; i++) {
		memcpy(&slot, found->items + i * sizeof(slot), sizeof(slot));
		if (slot.age < least || slot.age >= WINDOW_RING || slot.count == 0 ||
		    slot.age > found->record.newest)
			return false;
		least = slot.age + 1;
	}
	return true;
}

static uint64_t word_at(const struct found *found, uint32_t number)
{
	uint64_t word;

	memcpy(&word, found->items + number * sizeof(word), sizeof(word));
	return word;
}

static uint64_t age_of(const struct found *found, uint64_t word)
{
	return (found->record.newest - distinct_word_pane(word)) & 15;
}

static bool words_are_sane(const struct found *found)
{
	for (uint32_t i = 0; i < found->record.items; i++) {
		uint64_t word = word_at(found, i);

		if ((word & DISTINCT_MASK) == 0 || age_of(found, word) >= DISTINCT_RING ||
		    age_of(found, word) > found->record.newest)
			return false;
	}
	return true;
}

static bool registers_are_sane(const struct found *found)
{
	for (size_t i = 0; i < SNAPSHOT_PANES_BYTES; i++)
		if ((unsigned char)found->items[i] > HLL_RANK_MOST)
			return false;
	return true;
}

/* Reads the record at the beginning of |rest| and moves |rest| behind it. */
static bool read_record(struct bytes *rest, struct found *found)
{
	size_t len;

	if (rest->len < sizeof(found->record))
		return false;
	memcpy(&found->record, rest->at, sizeof(found->record));
	found->items = rest->at + sizeof(found->record);
	if (!record_is_sane(&found->record))
		return false;
	len = sizeof(found->record) + items_bytes(&found->record);
	if (rest->len < len)
		return false;
	*rest = bytes_of(rest->at + len, rest->len - len);
	if (found->record.kind == LIMIT_KIND_WINDOW)
		return slots_are_sane(found);
	return found->record.is_dense ? registers_are_sane(found) : words_are_sane(found);
}

/* Head and tail; |records| is what lies between. */
static int check_frame(struct bytes bytes, uint64_t mark, struct bytes *records,
    uint64_t *entries, struct fault *fault)
{
	struct snapshot_head head;
	struct snapshot_tail tail;

	if (bytes.len < sizeof(head.magic) ||
	    memcmp(bytes.at, LIMIT_SNAPSHOT_MAGIC, sizeof(head.magic)) != 0)
		return fault_say(fault, "this is not a snapshot of limit windows");
	if (bytes.len < sizeof(head) + sizeof(tail))
		return fault_say(fault, "the snapshot is cut short");
	memcpy(&head, bytes.at, sizeof(head));
	memcpy(&tail, bytes.at + bytes.len - sizeof(tail), sizeof(tail));
	if (head.version != LIMIT_SNAPSHOT_VERSION)
		return fault_say(fault,
		    "the snapshot is of version %llu, this program reads %d",
		    (unsigned long long)head.version, LIMIT_SNAPSHOT_VERSION);
	if (tail.checksum != XXH3_64bits(bytes.at, bytes.len - sizeof(tail.checksum)))
		return fault_say(fault, "the snapshot is cut short or damaged");
	if (head.mark != mark)
		return fault_say(
		    fault, "the snapshot was written under another identity secret");
	*records = bytes_of(bytes.at + sizeof(head), bytes.len - sizeof(head) - sizeof(tail));
	*entries = tail.entries;
	return 0;
}

static int compare_touched(const void *left, const void *right)
{
	uint64_t a = ((const struct found *)left)->record.touched_us;
	uint64_t b = ((const struct found *)right)->record.touched_us;

	return a < b ? -1 : a > b;
}

static void restore_window(struct window *window, const struct found *found)
{
	struct snapshot_slot slot;

	window->newest = found->record.newest;
	for (uint32_t i = 0; i < found->record.items; i++) {
		memcpy(&slot, found->items + i * sizeof(slot), sizeof(slot));
		window->own[window_place(window->newest - slot.age)] = slot.count;
	}
}

/* One word or one pane; -1 when there is no room for it. */
static int restore_item(struct limit_table *table, struct distinct *distinct,
    const struct found *found, uint32_t number)
{
	struct distinct_room *room = limit_table_room(table, found->record.id);
	uint64_t newest = found->record.newest, word;

	if (found->record.is_dense)
		return number > newest
			   ? 0
			   : distinct_merge_registers(distinct,
				 (const uint8_t *)found->items +
				     (newest - number) % DISTINCT_RING * HLL_REGISTERS,
				 newest - number, room);
	word = word_at(found, number);
	return distinct_merge_element(distinct, word, newest - age_of(found, word), room);
}

static void restore_distinct(
    struct limit_table *table, struct limit_entry *entry, const struct found *found)
{
	entry->distinct.newest = found->record.newest;
	for (uint32_t i = 0; i < found->record.items; i++)
		while (restore_item(table, &entry->distinct, found, i) < 0 &&
		       limit_table_make_room(table, entry, found->record.touched_us))
			;
}

static void restore(struct limit_table *table, const struct found *found, uint64_t now_us)
{
	const struct snapshot_record *record = &found->record;
	bool is_window = record->kind == LIMIT_KIND_WINDOW;
	uint64_t panes = is_window ? WINDOW_SLOTS : DISTINCT_PANES;
	struct limit_spot spot = { .id = record->id,
		.rule = record->rule,
		.window_us = record->width_us * panes,
		.kind = (enum limit_kind)record->kind };
	struct limit_entry *entry;

	if ((record->newest + panes + 1) * record->width_us <= now_us)
		return;
	limit_table_enter(table, limit_table_stripe(record->id));
	entry = limit_table_find(table, record->id);
	if (!entry) {
		entry = limit_table_touch(
		    table, &spot, record->touched_us < now_us ? record->touched_us : now_us);
		if (is_window)
			restore_window(&entry->window, found);
		else
			restore_distinct(table, entry, found);
		limit_table_advance(table, entry, now_us);
	}
	limit_table_leave(table, limit_table_stripe(record->id));
}

int limit_snapshot_read(struct limit_table *table, struct bytes bytes, uint64_t mark,
    uint64_t now_us, struct fault *fault)
{
	struct bytes records = { NULL, 0 };
	struct found *list;
	uint64_t entries = 0, count = 0;

	if (check_frame(bytes, mark, &records, &entries, fault) < 0)
		return -1;
	if (entries > records.len / sizeof(struct snapshot_record))
		return fault_say(fault, "the snapshot is damaged");
	list = xalloc_array(entries + 1, sizeof(*list));
	while (count < entries && read_record(&records, &list[count]))
		count++;
	if (count < entries || records.len > 0) {
		free(list);
		return fault_say(
		    fault, "the snapshot is damaged in record %llu", (unsigned long long)count);
	}
	/* The longest untouched first, so that they are the first to be evicted again. */
	qsort(list, count, sizeof(*list), compare_touched);
	for (uint64_t i = 0; i < count; i++)
		restore(table, &list[i], now_us);
	free(list);
	return 0;
}
