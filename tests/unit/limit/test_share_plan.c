/* A fleet in one process: nodes with their own tables, one store, and everything that goes
 * wrong between them. */
#include "limit/share_plan.h"

#include "limit/limit_queue.h"
#include "model_talk.h"
#include "unit.h"

#include <stdio.h>

#define SECOND_US 1000000ull
#define START_US  (1750000000ull * SECOND_US)
#define WINDOW_US (16 * SECOND_US)
#define NODES     3

static struct model_store store;
static uint64_t next_node = 0xabc0;

struct node {
	struct limit_table *table;
	struct share_plan *plan;
};
static struct node nodes[NODES];

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static void begin_node(struct node *node, size_t memory_bytes)
{
	struct share_settings settings = {
		.prefix = BYTES("retort:"), .node = next_node++, .sync_interval_us = 100000
	};
	struct fault fault;

	node->table = limit_table_new(memory_bytes, (struct limit_guard){ 0 });
	node->plan = share_plan_new(node->table, &settings, &fault);
	share_plan_begin(node->plan);
}

static void end_node(struct node *node)
{
	share_plan_free(node->plan);
	limit_table_free(node->table);
}

static void begin(void)
{
	for (unsigned i = 0; i < NODES; i++)
		begin_node(&nodes[i], 1 << 20);
}

static void end(void)
{
	for (unsigned i = 0; i < NODES; i++)
		end_node(&nodes[i]);
	model_forget(&store);
}

static void sync_node(struct node *node, uint64_t now_us)
{
	model_sync(&store, node->plan, now_us);
}

static struct limit_entry *touch(
    struct node *node, uint64_t id, enum limit_kind kind, uint64_t now_us)
{
	struct limit_spot spot = { .id = id, .rule = 1, .window_us = WINDOW_US, .kind = kind };
	struct limit_entry *entry = limit_table_touch(node->table, &spot, now_us);

	limit_table_advance(node->table, entry, now_us);
	limit_queue_add(node->table, entry);
	return entry;
}

static void count(struct node *node, uint64_t id, uint64_t amount, uint64_t now_us)
{
	struct limit_entry *entry = touch(node, id, LIMIT_KIND_WINDOW, now_us);

	window_count(&entry->window, amount);
	entry->is_changed = true;
}

static uint64_t total(struct node *node, uint64_t id, uint64_t now_us)
{
	return window_total(&touch(node, id, LIMIT_KIND_WINDOW, now_us)->window);
}

static void see(struct node *node, uint64_t id, uint64_t element, uint64_t now_us)
{
	struct limit_entry *entry = touch(node, id, LIMIT_KIND_DISTINCT, now_us);

	entry->is_changed |= distinct_add(&entry->distinct, mix(element),
				 limit_table_room(node->table, id)) > 0;
}

static uint32_t seen(struct node *node, uint64_t id, uint64_t now_us)
{
	return touch(node, id, LIMIT_KIND_DISTINCT, now_us)->distinct.count;
}

/* Every node touches what it holds and shares it, twice: then each knows what each wrote. */
static void sync_all(uint64_t now_us)
{
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < NODES; i++) {
			for (unsigned stripe = 0; stripe < LIMIT_STRIPES; stripe++) {
				struct limit_entry *entry;
				uint32_t place = 0;

				while (
				    (entry = limit_queue_walk(nodes[i].table, stripe, &place)))
					limit_queue_add(nodes[i].table, entry);
			}
			sync_node(&nodes[i], now_us);
		}
}

START_TEST(nodes_learn_each_others_counts)
{
	begin();
	count(&nodes[0], 7, 5, START_US);
	count(&nodes[1], 7, 3, START_US);
	ck_assert_uint_eq(total(&nodes[0], 7, START_US), 5);
	sync_all(START_US);
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_uint_eq(total(&nodes[i], 7, START_US), 8);
		ck_assert(limit_queue_add(nodes[i].table, limit_table_find(nodes[i].table, 7)));
	}
	ck_assert_uint_eq(total(&nodes[2], 7, START_US), 0);
	sync_node(&nodes[2], START_US);
	ck_assert_uint_eq(total(&nodes[2], 7, START_US), 8);
	end();
}
END_TEST

START_TEST(what_others_counted_leaves_the_window_in_its_slot)
{
	begin();
	count(&nodes[0], 7, 5, START_US);
	sync_node(&nodes[0], START_US);
	total(&nodes[1], 7, START_US + 15 * SECOND_US);
	sync_node(&nodes[1], START_US + 15 * SECOND_US);
	ck_assert_uint_eq(total(&nodes[1], 7, START_US + 16 * SECOND_US), 5);
	ck_assert_uint_eq(total(&nodes[1], 7, START_US + 17 * SECOND_US), 0);
	end();
}
END_TEST

START_TEST(a_batch_sent_twice_counts_once)
{
	struct bytes batch;

	begin();
	count(&nodes[0], 7, 5, START_US);
	batch = share_plan_fill(nodes[0].plan, START_US);
	model_run(&store, batch, NULL, START_US);
	share_plan_begin(nodes[0].plan);
	sync_node(&nodes[0], START_US);
	sync_node(&nodes[0], START_US);
	total(&nodes[1], 7, START_US);
	sync_node(&nodes[1], START_US);
	ck_assert_uint_eq(total(&nodes[1], 7, START_US), 5);
	ck_assert_uint_eq(total(&nodes[0], 7, START_US), 5);
	end();
}
END_TEST

START_TEST(what_was_counted_while_the_store_was_away_merges_on_return)
{
	begin();
	share_plan_end(nodes[0].plan);
	count(&nodes[0], 7, 5, START_US);
	count(&nodes[0], 8, 2, START_US);
	ck_assert(!limit_queue_add(nodes[0].table, limit_table_find(nodes[0].table, 7)));
	share_plan_begin(nodes[0].plan);
	sync_node(&nodes[0], START_US + SECOND_US);
	total(&nodes[1], 7, START_US + SECOND_US);
	total(&nodes[1], 8, START_US + SECOND_US);
	sync_node(&nodes[1], START_US + SECOND_US);
	ck_assert_uint_eq(total(&nodes[1], 7, START_US + SECOND_US), 5);
	ck_assert_uint_eq(total(&nodes[1], 8, START_US + SECOND_US), 2);
	end();
}
END_TEST

START_TEST(an_emptied_store_is_told_everything_again_after_a_new_connection)
{
	begin();
	for (uint64_t id = 1; id <= 5000; id++)
		count(&nodes[id % 2], mix(id), id % 9 + 1, START_US);
	sync_all(START_US);
	model_forget(&store);
	for (unsigned i = 0; i < 2; i++)
		share_plan_begin(nodes[i].plan);
	sync_all(START_US + SECOND_US);
	for (uint64_t id = 1; id <= 5000; id++)
		total(&nodes[2], mix(id), START_US + SECOND_US);
	sync_node(&nodes[2], START_US + SECOND_US);
	for (uint64_t id = 1; id <= 5000; id++)
		ck_assert_uint_eq(total(&nodes[2], mix(id), START_US + SECOND_US), id % 9 + 1);
	end();
}
END_TEST

START_TEST(a_store_that_forgot_without_a_word_is_found_out)
{
	begin();
	count(&nodes[0], 7, 5, START_US);
	count(&nodes[0], 8, 4, START_US);
	sync_all(START_US);
	model_forget(&store);
	count(&nodes[0], 7, 1, START_US + SECOND_US);
	sync_node(&nodes[0], START_US + SECOND_US);
	ck_assert_uint_gt(share_plan_figures(nodes[0].plan)->losses, 0);
	sync_node(&nodes[0], START_US + SECOND_US);
	total(&nodes[1], 7, START_US + SECOND_US);
	total(&nodes[1], 8, START_US + SECOND_US);
	sync_node(&nodes[1], START_US + SECOND_US);
	ck_assert_uint_eq(total(&nodes[1], 7, START_US + SECOND_US), 6);
	ck_assert_uint_eq(total(&nodes[1], 8, START_US + SECOND_US), 4);
	end();
}
END_TEST

START_TEST(a_restarted_node_learns_what_it_counted_before)
{
	begin();
	count(&nodes[0], 7, 5, START_US);
	sync_node(&nodes[0], START_US);
	end_node(&nodes[0]);
	begin_node(&nodes[0], 1 << 20);
	count(&nodes[0], 7, 1, START_US + SECOND_US);
	sync_node(&nodes[0], START_US + SECOND_US);
	ck_assert_uint_eq(total(&nodes[0], 7, START_US + SECOND_US), 6);
	end();
}
END_TEST

START_TEST(an_evicted_window_comes_back_with_its_counts)
{
	begin();
	end_node(&nodes[0]);
	begin_node(&nodes[0], 0); /* 128 entries a stripe */
	count(&nodes[0], 7, 5, START_US);
	sync_node(&nodes[0], START_US);
	for (uint64_t id = 1000; id < 1128; id++)
		count(&nodes[0], id, 1, START_US + 2 * SECOND_US);
	sync_node(&nodes[0], START_US + 2 * SECOND_US);
	ck_assert_ptr_null(limit_table_find(nodes[0].table, 7));
	count(&nodes[0], 7, 1, START_US + 3 * SECOND_US);
	sync_node(&nodes[0], START_US + 3 * SECOND_US);
	ck_assert_uint_eq(total(&nodes[0], 7, START_US + 3 * SECOND_US), 6);
	sync_node(&nodes[0], START_US + 3 * SECOND_US);
	ck_assert_uint_eq(total(&nodes[0], 7, START_US + 3 * SECOND_US), 6);
	end();
}
END_TEST

START_TEST(a_cold_key_costs_three_commands_and_a_hot_one_two)
{
	const uint64_t now_us = START_US + 11 * SECOND_US;

	begin();
	count(&nodes[0], 7, 1, START_US);
	sync_node(&nodes[0], START_US);
	ck_assert_uint_eq(store.commands, 3);
	count(&nodes[0], 7, 1, now_us);
	sync_node(&nodes[0], now_us);
	count(&nodes[0], 7, 1, now_us + SECOND_US / 10);
	store.commands = 0;
	sync_node(&nodes[0], now_us + SECOND_US / 10);
	ck_assert_uint_eq(store.commands, 2);
	store.commands = 0;
	sync_node(&nodes[0], now_us + SECOND_US / 5);
	ck_assert_uint_eq(store.commands, 0);
	total(&nodes[0], 7, now_us + SECOND_US / 5);
	sync_node(&nodes[0], now_us + SECOND_US / 5);
	ck_assert_uint_eq(store.commands, 1);
	end();
}
END_TEST

START_TEST(every_key_ends_after_its_windows_and_not_long_after)
{
	begin();
	for (unsigned i = 0; i < 200; i++) {
		count(&nodes[i % NODES], 7, 1, START_US + i * SECOND_US);
		see(&nodes[i % NODES], 8, i, START_US + i * SECOND_US);
		sync_node(&nodes[i % NODES], START_US + i * SECOND_US);
	}
	for (size_t i = 0; i < 4096; i++)
		for (struct model_key *key = store.keys[i]; key; key = key->next) {
			ck_assert_uint_gt(key->expires_us, START_US + 17 * SECOND_US);
			ck_assert_uint_lt(
			    key->expires_us, START_US + (200 + 36 + 61) * SECOND_US);
		}
	end();
}
END_TEST

/* What a fleet without any store between its nodes would have counted. */
#define KEYS 40
static uint64_t exact[KEYS][400]; /* by key and second */

static uint64_t exact_total(unsigned key, unsigned second)
{
	uint64_t sum = 0;

	for (unsigned i = second > 16 ? second - 16 : 0; i <= second; i++)
		sum += exact[key][i];
	return sum;
}

static void one_accident(uint64_t chance, uint64_t now_us)
{
	struct node *node = &nodes[chance / 100 % NODES];

	switch (chance % 100) {
	case 0: /* a reply is lost with its connection */
	case 1:
	case 2:
		model_run(&store, share_plan_fill(node->plan, now_us), NULL, now_us);
		/* fallthrough */
	case 3: /* the connection is lost, or never reached the store */
		share_plan_begin(node->plan);
		break;
	case 4: /* the store restarts empty: everybody notices */
		model_forget(&store);
		for (unsigned i = 0; i < NODES; i++)
			share_plan_begin(nodes[i].plan);
		break;
	default:
		break;
	}
}

START_TEST(after_any_accident_all_nodes_agree_with_an_exact_count)
{
	uint64_t state = 99;

	begin();
	memset(exact, 0, sizeof(exact));
	for (unsigned step = 0; step < 40000; step++) {
		unsigned second = step / 100, key;
		uint64_t now_us = START_US + second * SECOND_US + step % 100;

		state = mix(state);
		key = state % KEYS;
		count(&nodes[state / 64 % NODES], mix(key), 1 + state / 512 % 3, now_us);
		exact[key][second] += 1 + state / 512 % 3;
		if (state / 4096 % 7 == 0)
			sync_node(&nodes[state / 65536 % NODES], now_us);
		one_accident(state >> 32, now_us);
		if (step % 500 != 499)
			continue;
		for (unsigned i = 0; i < NODES; i++)
			for (key = 0; key < KEYS; key++)
				total(&nodes[i], mix(key), now_us);
		sync_all(now_us);
		for (unsigned i = 0; i < NODES; i++)
			for (key = 0; key < KEYS; key++)
				ck_assert_uint_eq(total(&nodes[i], mix(key), now_us),
				    exact_total(key, second));
	}
	end();
}
END_TEST

START_TEST(the_fleet_oversteps_a_quota_by_one_interval_at_most)
{
	const uint64_t quota = 1000, interval = 10;
	uint64_t passed = 0;

	begin();
	for (unsigned step = 0; step < 100; step++)
		for (unsigned i = 0; i < NODES; i++) {
			for (unsigned request = 0; request < interval; request++) {
				if (total(&nodes[i], 7, START_US) >= quota)
					continue;
				count(&nodes[i], 7, 1, START_US);
				passed++;
			}
			sync_node(&nodes[i], START_US);
		}
	ck_assert_uint_ge(passed, quota);
	ck_assert_uint_le(passed, quota + (NODES - 1) * interval);
	end();
}
END_TEST

START_TEST(distinct_elements_unite)
{
	begin();
	for (uint64_t i = 0; i < 40; i++)
		see(&nodes[0], 7, i, START_US);
	for (uint64_t i = 30; i < 60; i++)
		see(&nodes[1], 7, i, START_US + 3 * SECOND_US);
	sync_all(START_US + 3 * SECOND_US);
	ck_assert_uint_eq(seen(&nodes[0], 7, START_US + 3 * SECOND_US), 60);
	ck_assert_uint_eq(seen(&nodes[1], 7, START_US + 3 * SECOND_US), 60);
	ck_assert_uint_eq(seen(&nodes[0], 7, START_US + 19 * SECOND_US), 30);
	end();
}
END_TEST

START_TEST(elements_that_others_saw_are_not_written_as_our_own)
{
	struct model_field *field;
	unsigned fields = 0;

	begin();
	for (uint64_t i = 0; i < 40; i++)
		see(&nodes[0], 7, i, START_US);
	see(&nodes[1], 7, 1000, START_US);
	sync_all(START_US);
	see(&nodes[1], 7, 1001, START_US);
	sync_all(START_US);
	for (size_t i = 0; i < 4096; i++)
		for (field = store.keys[i] ? store.keys[i]->fields : NULL; field;
		     field = field->next, fields++)
			ck_assert(field->value_bytes == 328 || field->value_bytes == 24);
	ck_assert_uint_eq(fields, 2);
	end();
}
END_TEST

START_TEST(a_node_follows_another_to_registers)
{
	uint64_t now_us = START_US;

	begin();
	for (uint64_t i = 0; i < 10; i++)
		see(&nodes[1], 7, 5000 + i, now_us);
	sync_node(&nodes[1], now_us);
	for (uint64_t i = 0; i < 2000; i++)
		see(&nodes[0], 7, i, now_us);
	sync_node(&nodes[0], now_us);
	for (unsigned round = 0; round < 3; round++) {
		now_us += SECOND_US / 10;
		seen(&nodes[1], 7, now_us);
		sync_node(&nodes[1], now_us);
	}
	ck_assert(limit_table_find(nodes[1].table, 7)->distinct.is_dense);
	for (unsigned round = 0; round < 3; round++) {
		now_us += SECOND_US / 10;
		seen(&nodes[0], 7, now_us);
		sync_node(&nodes[0], now_us);
	}
	ck_assert_uint_eq(seen(&nodes[0], 7, now_us), seen(&nodes[1], 7, now_us));
	seen(&nodes[2], 7, now_us);
	for (unsigned round = 0; round < 3; round++)
		sync_node(&nodes[2], now_us);
	ck_assert_uint_eq(seen(&nodes[2], 7, now_us), seen(&nodes[1], 7, now_us));
	end();
}
END_TEST

START_TEST(distinct_counts_agree_after_any_accident)
{
	uint64_t state = 7;

	begin();
	for (unsigned step = 0; step < 30000; step++) {
		uint64_t now_us = START_US + step / 100 * SECOND_US + step % 100;
		uint64_t id, range;

		state = mix(state);
		id = 1 + state % 6;
		range = id < 4 ? 60 : 3000;
		see(&nodes[state / 64 % NODES], id, state / 4096 % range, now_us);
		if (state / 256 % 7 == 0)
			sync_node(&nodes[state / 65536 % NODES], now_us);
		one_accident(state >> 32, now_us);
		if (step % 1000 != 999)
			continue;
		for (unsigned round = 0; round < 4; round++, now_us += SECOND_US / 50)
			for (unsigned i = 0; i < NODES; i++) {
				for (id = 1; id <= 6; id++)
					seen(&nodes[i], id, now_us);
				sync_node(&nodes[i], now_us);
			}
		for (id = 1; id <= 6; id++)
			for (unsigned i = 1; i < NODES; i++)
				ck_assert_uint_eq(
				    seen(&nodes[i], id, now_us), seen(&nodes[0], id, now_us));
	}
	end();
}
END_TEST

START_TEST(a_garbled_value_is_passed_over_and_counted)
{
	struct bytes key = BYTES("retort:{0000000000000007}:w"), arguments[4];
	char name[64];
	const char *const values[] = { "", "aa", "aa0", "ab1aa1", "qa1", "aa4294967296",
		"aa1aa2", "1", "aa-1", "aa1 " };
	unsigned garbled = 0;

	begin();
	snprintf(name, sizeof(name), "%.*s%llx", (int)key.len, key.at,
	    (unsigned long long)(START_US / WINDOW_US / 16));
	for (unsigned i = 0; i < 10; i++) {
		char field[8];

		snprintf(field, sizeof(field), "x%u", i);
		arguments[1] = bytes_of_text(name);
		arguments[2] = bytes_of_text(field);
		arguments[3] = bytes_of_text(values[i]);
		model_hset(&store, arguments, START_US);
		garbled += values[i][0] != '\0';
	}
	count(&nodes[0], 7, 5, START_US);
	sync_node(&nodes[0], START_US);
	ck_assert_uint_eq(total(&nodes[0], 7, START_US), 5);
	ck_assert_uint_eq(share_plan_figures(nodes[0].plan)->garbled, garbled);
	end();
}
END_TEST

static int hear(enum share_reply_kind kind, int64_t number, const char *text)
{
	struct share_reply reply = {
		.kind = kind, .number = number, .text = bytes_of_text(text)
	};
	static struct fault fault;

	return share_plan_hear(nodes[0].plan, &reply, &fault);
}

START_TEST(an_answer_that_does_not_fit_ends_the_connection)
{
	begin();
	count(&nodes[0], 7, 5, START_US);
	ck_assert_int_eq(hear(SHARE_REPLY_INTEGER, 0, ""), -1);
	share_plan_fill(nodes[0].plan, START_US);
	ck_assert_uint_eq(share_plan_unanswered(nodes[0].plan), 3);
	ck_assert_int_eq(hear(SHARE_REPLY_TEXT, 0, "1"), -1);
	ck_assert_int_eq(hear(SHARE_REPLY_ERROR, 0, "LOADING"), -1);
	ck_assert_int_eq(hear(SHARE_REPLY_INTEGER, 1, ""), 0);
	ck_assert_int_eq(hear(SHARE_REPLY_INTEGER, 1, ""), 0);
	ck_assert_int_eq(hear(SHARE_REPLY_INTEGER, 1, ""), -1);
	ck_assert_int_eq(hear(SHARE_REPLY_ARRAY, 3, ""), -1);
	ck_assert_int_eq(hear(SHARE_REPLY_ARRAY, -2, ""), -1);
	ck_assert_int_eq(hear(SHARE_REPLY_ARRAY, 2, ""), 0);
	ck_assert_int_eq(hear(SHARE_REPLY_INTEGER, 2, ""), -1);
	ck_assert_int_eq(hear(SHARE_REPLY_NIL, 0, ""), -1);
	share_plan_begin(nodes[0].plan);
	sync_node(&nodes[0], START_US);
	ck_assert_uint_eq(total(&nodes[0], 7, START_US), 5);
	end();
}
END_TEST

START_TEST(a_prefix_that_breaks_the_braces_is_refused)
{
	struct share_settings settings = { .prefix = BYTES("a{b") };
	struct fault fault;

	begin();
	ck_assert_ptr_null(share_plan_new(nodes[0].table, &settings, &fault));
	settings.prefix = bytes_of("0123456789012345678901234567890123456789"
				   "0123456789012345678901234",
	    65);
	ck_assert_ptr_null(share_plan_new(nodes[0].table, &settings, &fault));
	end();
}
END_TEST

UNIT_MAIN("share_plan", nodes_learn_each_others_counts,
    what_others_counted_leaves_the_window_in_its_slot, a_batch_sent_twice_counts_once,
    what_was_counted_while_the_store_was_away_merges_on_return,
    an_emptied_store_is_told_everything_again_after_a_new_connection,
    a_store_that_forgot_without_a_word_is_found_out,
    a_restarted_node_learns_what_it_counted_before,
    an_evicted_window_comes_back_with_its_counts,
    a_cold_key_costs_three_commands_and_a_hot_one_two,
    every_key_ends_after_its_windows_and_not_long_after,
    after_any_accident_all_nodes_agree_with_an_exact_count,
    the_fleet_oversteps_a_quota_by_one_interval_at_most, distinct_elements_unite,
    elements_that_others_saw_are_not_written_as_our_own, a_node_follows_another_to_registers,
    distinct_counts_agree_after_any_accident, a_garbled_value_is_passed_over_and_counted,
    an_answer_that_does_not_fit_ends_the_connection, a_prefix_that_breaks_the_braces_is_refused)
