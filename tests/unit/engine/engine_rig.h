#ifndef ENGINE_RIG_H
#define ENGINE_RIG_H

/* Small worlds for tests of the engine: one exchange a line, and a relay that carries
 * conversations from account to account. */
#include "engine/engine.h"

#define NOW_US 1767225600000000LL

static struct engine_settings settings;
static struct envelope *envelope;

static struct engine *start(void)
{
	engine_settings_default(&settings, 16 << 20);
	settings.watch_evidence = 1e3;
	settings.seed = 42;
	envelope = envelope_new(); /* unsealed: only hops can speak */
	return engine_new(&settings, envelope);
}

static void stop(struct engine *engine)
{
	engine_free(engine);
	envelope_free(envelope);
}

static uint64_t mix(uint64_t x)
{
	x = (x + 1) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 32) * 0xff51afd7ed558ccdULL;
	return x ^ x >> 29;
}

struct line { /* one exchange of the small worlds */
	uint64_t owner, conversation, earlier, signature, signed_block;
	uint64_t head; /* 0: the one that all send */
	int64_t at_us;
	uint8_t coin;
};

static void see(struct engine *engine, struct line line, struct verdict_changes *changes)
{
	struct facts facts = { .at_us = line.at_us,
		.account = mix(line.owner),
		.owner = mix(line.owner),
		.prefix = mix(line.owner + 1000000) };
	struct prompt_facts prompt = { .state = PROMPT_WHOLE,
		.dialect = DIALECT_ANTHROPIC_MESSAGES,
		.conversation = line.conversation,
		.conversation_bytes = 500,
		.head = line.head ? line.head : 4711,
		.model = 5 };
	struct reply_facts reply = { .status = line.coin == RECORD_COIN_REFUSED ? 429 : 200 };
	const struct exchange_seen seen = {
		.facts = &facts, .prompt = &prompt, .reply = &reply, .coin = line.coin
	};

	if (line.earlier) {
		prompt.earlier[0] = line.earlier;
		prompt.earlier_count = 1;
	}
	if (line.signature) {
		prompt.signatures[0] = line.signature;
		prompt.signature_count = 1;
	}
	if (line.signed_block) {
		reply.signatures[0] = line.signed_block;
		reply.signature_count = 1;
	}
	changes->count = 0;
	engine_see(engine, &seen, changes);
}

/* A relay carries conversations with signed blocks across its accounts, without any probe. */
static struct verdict relay(struct engine *engine, int exchanges, bool is_one_owner)
{
	struct verdict_changes changes = { 0 };
	struct verdict most = { 0 };

	for (int i = 0; i < exchanges; i++) {
		struct line line = { .owner = is_one_owner ? 1 : mix((uint64_t)i) % 50 + 1,
			.conversation = mix(500000 + (uint64_t)i),
			.earlier = i >= 10 ? mix(500000 + (uint64_t)i - 10) : 0,
			.signature = i >= 10 ? mix(900000 + (uint64_t)i - 10) : 0,
			.signed_block = mix(900000 + (uint64_t)i),
			.at_us = NOW_US + i * 2000000LL };

		see(engine, line, &changes);
		for (int j = 0; j < changes.count; j++)
			if (changes.at[j].verdict.state > most.state)
				most = changes.at[j].verdict;
	}
	return most;
}

/* A watched pool that sends what was refused again from another account. */
static void fail_over(struct engine *engine, struct verdict_changes *changes, int rounds)
{
	int64_t at_us = NOW_US + 10000000000LL;

	for (int i = 0; i < rounds; i++, at_us += 10000000) {
		uint64_t from = (uint64_t)i % 40 + 1, to = (from + 7) % 40 + 1;
		bool is_refused = mix((uint64_t)i) % 10 == 0;
		struct line line = { .owner = from,
			.conversation = mix(7000000 + (uint64_t)i),
			.at_us = at_us,
			.coin = is_refused ? RECORD_COIN_REFUSED : RECORD_COIN_SPARED };

		see(engine, line, changes);
		line.owner = to;
		line.at_us += 1000000;
		line.coin = RECORD_COIN_SPARED;
		if (is_refused)
			see(engine, line, changes);
	}
}

#endif
