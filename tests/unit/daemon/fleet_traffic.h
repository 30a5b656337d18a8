#ifndef FLEET_TRAFFIC_H
#define FLEET_TRAFFIC_H

/* Requests to a fleet, and a memory of what one node alone would have counted of them. */
#include "daemon/fleet.h"
#include "limit/limit.h"
#include "limit/limit_queue.h"

#include <time.h>

#define HOUR (3600 * 1000000ll)

static struct limit_set *rules;
static struct limit_table *memory;

static inline uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* One request of |account| at |node|, and in the memory if it passed there. */
static inline struct limit_verdict request(struct node *node, uint64_t account)
{
	struct limit_subject subject = {
		.part = { [CONFIG_PART_ACCOUNT] = account, [CONFIG_PART_IP] = account / 3 }
	};
	struct limit_verdict verdict, alone;
	uint64_t at_us = now_us();

	limit_evaluate(rules, limit_locks_table(node->locks), &subject, at_us, &verdict);
	if (verdict.action < LIMIT_THROTTLE)
		limit_evaluate(rules, memory, &subject, at_us, &alone);
	return verdict;
}

/* Whether the node, which touches all that the memory holds, counts the same. */
static inline bool agrees(struct node *node)
{
	struct limit_table *table = limit_locks_table(node->locks);
	const struct limit_entry *exact;
	uint32_t place = 0;
	bool is_same = true;

	for (unsigned stripe = 0; stripe < LIMIT_STRIPES; stripe++, place = 0) {
		limit_table_enter(table, stripe);
		while ((exact = limit_queue_walk(memory, stripe, &place))) {
			struct limit_spot spot = { exact->id, exact->rule, HOUR,
				(enum limit_kind)exact->kind };
			struct limit_entry *entry = limit_table_touch(table, &spot, now_us());

			limit_queue_add(table, entry);
			is_same &= exact->kind == LIMIT_KIND_WINDOW
				       ? window_total(&entry->window) ==
					     window_total(&exact->window)
				       : entry->distinct.count == exact->distinct.count;
		}
		limit_table_leave(table, stripe);
	}
	return is_same;
}

/* Requests by account, and accounts by address, in one hour. */
static inline void use_rules(int64_t quota, enum config_mode mode)
{
	struct config_limit limits[] = {
		{ .name = "rpm", .key = 1u << CONFIG_PART_ACCOUNT },
		{ .name = "fanout",
		    .key = 1u << CONFIG_PART_IP,
		    .measure = CONFIG_MEASURE_ACCOUNTS,
		    .missing = CONFIG_MISSING_BUCKET },
	};

	for (unsigned i = 0; i < 2; i++) {
		limits[i].quota = quota;
		limits[i].window_us = HOUR;
		limits[i].action = CONFIG_ACTION_THROTTLE;
		limits[i].mode = mode;
	}
	rules = limit_set_new(limits, 2, 42, NULL);
	memory = limit_table_new(1 << 20, (struct limit_guard){ 0 });
}

#endif
