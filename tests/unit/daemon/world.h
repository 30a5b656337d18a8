#ifndef WORLD_H
#define WORLD_H

#include "engine/engine.h"
#include "record/record.h"

/* A small world for tests of the engine's thread: a relay whose conversations carry signed
 * blocks from one of its owners to another, which tags it without any reference table. */
static inline uint64_t world_mix(uint64_t x)
{
	x = (x + 1) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 32) * 0xff51afd7ed558ccdULL;
	return x ^ x >> 29;
}

static inline struct record world_relay(uint64_t number, int64_t at_us)
{
	uint64_t owner = world_mix(world_mix(number) % 50 + 1);
	struct record record = {
		.facts = { .at_us = at_us,
		    .exchange = number,
		    .account = owner,
		    .owner = owner,
		    .prefix = world_mix(owner) },
		.prompt = { .state = PROMPT_WHOLE,
		    .dialect = DIALECT_ANTHROPIC_MESSAGES,
		    .conversation = world_mix(500000 + number),
		    .conversation_bytes = 500,
		    .head = 4711,
		    .model = 5 },
		.reply = { .status = 200,
		    .signature_count = 1,
		    .signatures = { world_mix(900000 + number) } },
	};

	if (number >= 10) {
		record.prompt.earlier[0] = world_mix(500000 + number - 10);
		record.prompt.signatures[0] = world_mix(900000 + number - 10);
		record.prompt.earlier_count = record.prompt.signature_count = 1;
	}
	return record;
}

#endif
