/* What is announced early: taken in order, with its keys, and found as if it never had been. */
#include "engine/lookahead.h"

#include "unit.h"

#include <string.h>

#define NOW_US    INT64_C(1767225600000000)
#define EXCHANGES 5000

struct line {
	struct facts facts;
	struct prompt_facts prompt;
};

static const struct reply_facts reply = { .status = 200 };
static struct line lines[EXCHANGES];

static void fill(void)
{
	for (uint64_t i = 0; i < EXCHANGES; i++)
		lines[i] = (struct line){
			.facts = { .at_us = NOW_US + (int64_t)i * 1000000,
			    .account = 1 + i * 7919 % 300,
			    .owner = i % 3 ? 1 + i * 7919 % 300 : 0,
			    .ja4 = 1 + i % 5,
			    .http_shape = 9,
			    .asn = 64500 },
			.prompt = { .dialect = DIALECT_ANTHROPIC_MESSAGES,
			    .model = 3,
			    .system = 1 + i % 40,
			    .head = 1 + i % 700,
			    .conversation = 1 + i % 900,
			    .conversation_bytes = 500 },
		};
}

static struct exchange_seen seen_of(const struct line *line)
{
	return (struct exchange_seen){
		.facts = &line->facts, .prompt = &line->prompt, .reply = &reply
	};
}

static struct engine *start(struct envelope *envelope)
{
	struct engine_settings settings;

	engine_settings_default(&settings, 16 << 20);
	settings.seed = 42;
	return engine_new(&settings, envelope);
}

static int hash_run(void *arg, struct bytes run, struct fault *fault)
{
	uint64_t *hash = arg;

	(void)fault;
	for (size_t i = 0; i < run.len; i++)
		*hash = (*hash ^ (uint8_t)run.at[i]) * 0x100000001b3;
	return 0;
}

/* All that the engine keeps, as one number, after the lines were taken |ahead| at a time. */
static uint64_t state_after(uint32_t ahead)
{
	struct envelope *envelope = envelope_new();
	struct engine *engine = start(envelope);
	struct lookahead lookahead = { 0 };
	struct verdict_changes changes;
	uint64_t hash = 0xcbf29ce484222325;
	struct fault fault;

	for (uint32_t added = 0, taken = 0; taken < EXCHANGES; taken++) {
		struct exchange_seen seen = seen_of(lines + taken);

		while (added < EXCHANGES && lookahead_count(&lookahead) < ahead) {
			struct exchange_seen next = seen_of(lines + added++);

			lookahead_add(&lookahead, engine, &next);
		}
		changes.count = 0;
		engine_see(engine, ahead ? lookahead_take(&lookahead) : &seen, &changes);
	}
	ck_assert_int_eq(engine_save(engine, hash_run, &hash, &fault), 0);
	engine_free(engine);
	envelope_free(envelope);
	return hash;
}

START_TEST(the_engine_is_the_same_however_far_it_looked_ahead)
{
	uint64_t plain;

	fill();
	plain = state_after(0);
	ck_assert_uint_eq(state_after(1), plain);
	ck_assert_uint_eq(state_after(LOOKAHEAD_GAP + 1), plain);
	ck_assert_uint_eq(state_after(LOOKAHEAD_MOST), plain);
}
END_TEST

START_TEST(exchanges_are_taken_in_order_with_their_keys)
{
	struct envelope *envelope = envelope_new();
	struct engine *engine = start(envelope);
	struct lookahead lookahead = { 0 };
	struct keys keys;

	fill();
	for (uint32_t i = 0; i < LOOKAHEAD_MOST; i++) {
		struct exchange_seen seen = seen_of(lines + i);

		lookahead_add(&lookahead, engine, &seen);
	}
	for (uint32_t i = 0; i < LOOKAHEAD_MOST; i++) {
		const struct exchange_seen *seen = lookahead_take(&lookahead);

		ck_assert_ptr_eq(seen->facts, &lines[i].facts);
		keys_of_exchange(&keys, seen->facts, seen->prompt);
		ck_assert_int_eq(seen->keys.count, keys.count);
		for (int j = 0; j < keys.count; j++)
			ck_assert_uint_eq(seen->keys.at[j].value, keys.at[j].value);
	}
	ck_assert_ptr_null(lookahead_take(&lookahead));
	engine_free(engine);
	envelope_free(envelope);
}
END_TEST

UNIT_MAIN("lookahead", the_engine_is_the_same_however_far_it_looked_ahead,
    exchanges_are_taken_in_order_with_their_keys)
