/*
 * A store that answers anything: the input is a script of replies to the plan of a table with a
 * window, a set and registers in it. Each reply: a kind, a number, a length and as many bytes.
 */
#include "limit/limit_queue.h"
#include "limit/share_plan.h"

#include <assert.h>

#define NOW_US 1750000000000000ull

static struct limit_entry *touch(
    struct limit_table *table, uint64_t id, enum limit_kind kind, uint64_t now_us)
{
	struct limit_spot spot = { .id = id, .rule = 1, .window_us = 16000000, .kind = kind };
	struct limit_entry *entry = limit_table_touch(table, &spot, now_us);

	limit_table_advance(table, entry, now_us);
	limit_queue_add(table, entry);
	return entry;
}

static void use(struct limit_table *table, uint64_t now_us)
{
	struct limit_entry *window = touch(table, 1, LIMIT_KIND_WINDOW, now_us);

	window_count(&window->window, 1);
	window->is_changed = true;
	for (uint64_t id = 2; id <= 3; id++) {
		struct limit_entry *entry = touch(table, id, LIMIT_KIND_DISTINCT, now_us);

		distinct_add(&entry->distinct, (now_us + id) * 0x9e3779b97f4a7c15ull,
		    limit_table_room(table, id));
		if (id == 3)
			distinct_make_dense(&entry->distinct, limit_table_room(table, id));
		entry->is_changed = true;
	}
}

/* One reply of the script; false at its end. */
static bool next_reply(const uint8_t **at, size_t *len, struct share_reply *reply)
{
	size_t text_bytes;

	if (*len < 4)
		return false;
	text_bytes = (*at)[2] | (size_t)((*at)[3] & 7) << 8;
	reply->kind = (enum share_reply_kind)((*at)[0] % SHARE_REPLY_COUNT);
	reply->number = (int8_t)(*at)[1];
	*at += 4;
	*len -= 4;
	text_bytes = text_bytes > *len ? *len : text_bytes;
	reply->text = bytes_of(*at, text_bytes);
	*at += text_bytes;
	*len -= text_bytes;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct limit_table *table = limit_table_new(0, (struct limit_guard){ 0 });
	struct share_settings settings = { .node = 1, .sync_interval_us = 100000 };
	struct share_plan *plan = share_plan_new(table, &settings, NULL);
	struct share_reply reply = { .kind = SHARE_REPLY_NIL };
	uint64_t now_us = NOW_US;
	struct fault fault;

	share_plan_begin(plan);
	use(table, now_us);
	while (next_reply(&at, &len, &reply)) {
		if (share_plan_unanswered(plan) == 0) {
			use(table, now_us += 700000);
			share_plan_fill(plan, now_us);
		}
		if (share_plan_hear(plan, &reply, &fault) < 0)
			share_plan_begin(plan);
	}
	share_plan_free(plan);
	limit_table_free(table);
	return 0;
}
