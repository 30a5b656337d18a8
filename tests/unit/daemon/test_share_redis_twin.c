/*
 * The twin: the same operations through one memory and through three nodes on a real Redis,
 * with lost replies, lost connections and restarts between them, over many windows of time that
 * is a number. Whenever everybody has heard everybody, all windows are equal.
 */
#include "daemon/redis_server.h"
#include "limit/limit.h"
#include "limit/limit_queue.h"
#include "limit/share_plan.h"

#define SECOND_US 1000000ull
#define START_US  (1750000000ull * SECOND_US)
#define NODES     3
#define STEPS     6000

static struct redis_server redis;
static struct limit_set *rules;
static struct limit_table *memory;

struct node {
	struct limit_table *table;
	struct share_plan *plan;
	redisContext *redis;
};
static struct node nodes[NODES];

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static void node_connect(struct node *node)
{
	if (node->redis)
		redisFree(node->redis);
	node->redis = redisConnect("127.0.0.1", redis.port);
	ck_assert(node->redis && !node->redis->err);
	share_plan_begin(node->plan);
}

static void hear(struct share_plan *plan, const redisReply *reply)
{
	struct fault fault = { .text = "" };
	struct share_reply heard = { .kind = SHARE_REPLY_NIL, .number = reply->integer };

	if (reply->type == REDIS_REPLY_INTEGER)
		heard.kind = SHARE_REPLY_INTEGER;
	else if (reply->type == REDIS_REPLY_ERROR)
		heard.kind = SHARE_REPLY_ERROR;
	else if (reply->type == REDIS_REPLY_STRING)
		heard.kind = SHARE_REPLY_TEXT;
	else if (reply->type == REDIS_REPLY_ARRAY)
		heard = (struct share_reply){ .kind = SHARE_REPLY_ARRAY,
			.number = (int64_t)reply->elements };
	if (reply->str)
		heard.text = bytes_of(reply->str, reply->len);
	ck_assert_msg(share_plan_hear(plan, &heard, &fault) == 0, "%s", fault.text);
	for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
		hear(plan, reply->element[i]);
}

/* One batch; its replies are heard, or all read and lost. False when nothing is left. */
static bool node_batch(struct node *node, uint64_t now_us, bool is_lost)
{
	struct bytes batch = share_plan_fill(node->plan, now_us);
	unsigned due = share_plan_unanswered(node->plan);
	redisReply *reply = NULL;

	if (batch.len > 0)
		ck_assert_int_eq(
		    redisAppendFormattedCommand(node->redis, batch.at, batch.len), REDIS_OK);
	for (; due > 0; due--) {
		ck_assert_int_eq(redisGetReply(node->redis, (void **)&reply), REDIS_OK);
		if (!is_lost)
			hear(node->plan, reply);
		freeReplyObject(reply);
	}
	return share_plan_has_more(node->plan);
}

static void node_sync(struct node *node, uint64_t now_us)
{
	while (node_batch(node, now_us, false))
		;
}

static void node_begin(struct node *node)
{
	static uint64_t number = 77;
	struct share_settings settings = {
		.prefix = BYTES("twin:"), .node = mix(number++), .sync_interval_us = 100000
	};

	node->table = limit_table_new(1 << 20, (struct limit_guard){ 0 });
	node->plan = share_plan_new(node->table, &settings, NULL);
	node_connect(node);
}

static void node_end(struct node *node)
{
	share_plan_free(node->plan);
	limit_table_free(node->table);
	redisFree(node->redis);
	node->redis = NULL;
}

static void use_rules(void)
{
	const uint32_t account = 1u << CONFIG_PART_ACCOUNT, ip = 1u << CONFIG_PART_IP;
	struct config_limit limits[] = {
		{ .name = "requests", .key = account },
		{ .name = "tokens", .key = ip, .measure = CONFIG_MEASURE_OUTPUT_TOKENS },
		{ .name = "few", .key = ip, .measure = CONFIG_MEASURE_ACCOUNTS },
		{ .name = "many",
		    .key = 1u << CONFIG_PART_ASN,
		    .measure = CONFIG_MEASURE_PROMPTS },
	};

	for (unsigned i = 0; i < 4; i++) {
		limits[i].quota = 1000000000;
		limits[i].window_us = 20 * (int64_t)SECOND_US;
	}
	rules = limit_set_new(limits, 4, 4711, NULL);
}

/* One request of random parts, at a node and in the memory. */
static void request(struct node *node, uint64_t random, uint64_t now_us)
{
	struct limit_subject subject = { .part = { [CONFIG_PART_ACCOUNT] = 1 + random % 50,
					     [CONFIG_PART_IP] = 1 + random / 64 % 300,
					     [CONFIG_PART_ASN] = 1 + random / 4096 % 5 / 4 } };
	struct limit_tokens tokens = { .output = random / 65536 % 5000 };
	struct limit_verdict verdict;

	subject.prompt = 1 + random / 64 % 5000;
	if (random % 3)
		subject.part[CONFIG_PART_IP] = 1 + random / 64 % 20;
	limit_evaluate(rules, node->table, &subject, now_us, &verdict);
	limit_settle(rules, node->table, &subject, tokens, now_us);
	limit_evaluate(rules, memory, &subject, now_us, &verdict);
	limit_settle(rules, memory, &subject, tokens, now_us);
}

static void one_accident(uint64_t chance, uint64_t now_us)
{
	static uint64_t ended_us;
	struct node *node = &nodes[chance / 1024 % NODES];

	switch (chance % 512) {
	case 0: /* the batch arrived, its replies did not */
		node_batch(node, now_us, true);
		node_connect(node);
		break;
	case 1: /* the connection was lost */
		node_connect(node);
		break;
	case 2: /* Redis comes back empty; what a node that ended counted stood there alone */
		if (now_us < ended_us + 25 * SECOND_US)
			break;
		redis_ask(&redis, "FLUSHALL");
		for (unsigned i = 0; i < NODES; i++)
			node_connect(&nodes[i]);
		break;
	case 3: /* a node is restarted after its last counts were shared */
		node_sync(node, now_us);
		node_end(node);
		node_begin(node);
		ended_us = now_us;
		break;
	default:
		break;
	}
}

/* Touches at |node| what the memory holds; whether all windows are equal. */
static bool agrees(struct node *node, uint64_t now_us)
{
	struct limit_entry *exact;
	uint32_t place = 0;
	bool is_same = true;

	for (unsigned stripe = 0; stripe < LIMIT_STRIPES; stripe++, place = 0)
		while ((exact = limit_queue_walk(memory, stripe, &place))) {
			struct limit_spot spot = { exact->id, exact->rule, 20 * SECOND_US,
				(enum limit_kind)exact->kind };
			struct limit_entry *entry = limit_table_touch(
			    node->table, &spot, now_us);

			limit_table_advance(memory, exact, now_us);
			limit_table_advance(node->table, entry, now_us);
			limit_queue_add(node->table, entry);
			is_same &= exact->kind == LIMIT_KIND_WINDOW
				       ? window_total(&entry->window) ==
					     window_total(&exact->window)
				       : entry->distinct.count == exact->distinct.count;
		}
	return is_same;
}

/* Everybody tells and asks a few times, in virtual tenths of a second; then all must be equal.
 */
static uint64_t check_twins(uint64_t now_us)
{
	for (unsigned round = 0; round < 5; round++, now_us += SECOND_US / 10)
		for (unsigned i = 0; i < NODES; i++) {
			agrees(&nodes[i], now_us);
			node_sync(&nodes[i], now_us);
		}
	for (unsigned i = 0; i < NODES; i++)
		ck_assert_msg(agrees(&nodes[i], now_us), "node %u differs", i);
	return now_us;
}

START_TEST(through_memory_and_redis_all_windows_are_equal)
{
	uint64_t state = 2026, now_us = START_US;

	use_rules();
	redis_run(&redis);
	memory = limit_table_new(1 << 20, (struct limit_guard){ 0 });
	for (unsigned i = 0; i < NODES; i++)
		node_begin(&nodes[i]);
	for (unsigned step = 0; step < STEPS; step++) {
		now_us += SECOND_US / 100;
		state = mix(state);
		request(&nodes[state % NODES], state / 16, now_us);
		if (step % 10 < NODES)
			node_sync(&nodes[step % 10], now_us);
		one_accident(mix(state), now_us);
		if (step % 1000 == 999)
			now_us = check_twins(now_us);
	}
	for (unsigned i = 0; i < NODES; i++) {
		ck_assert_uint_eq(share_plan_figures(nodes[i].plan)->garbled, 0);
		node_end(&nodes[i]);
	}
	limit_table_free(memory);
	limit_set_free(rules);
	redis_kill(&redis);
}
END_TEST

UNIT_MAIN("share_redis_twin", through_memory_and_redis_all_windows_are_equal)
