/*
 * The engine alone: exchanges a second on one core, and what an exchange costs as the number of
 * accounts grows. Half of the exchanges come from one coding agent's users (shared system
 * prompt), the rest from a thousand tools; every account has its own words.
 */
#include "base/xalloc.h"
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define EXCHANGES 500000
#define BATCH     4096
#define START_US  1777593600000000LL

struct line {
	struct facts facts;
	struct prompt_facts prompt;
};

static uint64_t mix(uint64_t x)
{
	x = (x + 0x632be59bd9b4e019ULL) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	return x ^ x >> 31;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fill(struct line *line, uint64_t number, uint64_t accounts)
{
	uint64_t chance = mix(number), who = chance % accounts;
	uint64_t tool = who % 2 ? 0 : 1 + who % 1000;

	line->facts = (struct facts){ .at_us = START_US + (int64_t)number * 5000,
		.account = mix(who * 3),
		.owner = mix(who * 3),
		.prefix = mix(who * 5),
		.ja4 = mix(tool % 12),
		.http_shape = mix(tool % 12 + 100),
		.client = (uint8_t)(1 + tool % 5),
		.asn = (uint32_t)(64500 + who % 50) };
	line->prompt = (struct prompt_facts){ .state = PROMPT_WHOLE,
		.dialect = DIALECT_ANTHROPIC_MESSAGES,
		.model = mix(tool % 3 + 500),
		.system = mix(tool + 1000),
		.head = mix(number * 7),
		.tail = mix(number * 11),
		.payload = mix(number * 13),
		.environment = mix(who * 17),
		.conversation = mix(number * 19),
		.conversation_bytes = 900,
		.earlier_count = 1,
		.earlier = { mix((number - accounts / 2) * 19) },
		.user_turns = 2 };
	for (int i = 0; i < PROMPT_BANDS; i++)
		line->prompt.bands[i] = mix(number * 23 + (uint64_t)i);
}

static double run(uint64_t accounts, size_t memory_bytes, size_t *used_bytes)
{
	struct envelope *envelope = envelope_new();
	struct engine_settings settings;
	struct engine_counts counts;
	struct engine *engine;
	struct line *lines = xalloc_array(BATCH, sizeof(*lines));
	const struct reply_facts reply = { .status = 200 };
	double spent_s = 0, began_s;

	engine_settings_default(&settings, memory_bytes);
	settings.seed = 5;
	engine = engine_new(&settings, envelope);
	for (uint64_t from = 0; from < 2 * EXCHANGES; from += BATCH) {
		for (uint64_t i = 0; i < BATCH; i++)
			fill(lines + i, from + i, accounts);
		began_s = now_s();
		for (uint64_t i = 0; i < BATCH; i++) {
			struct verdict_changes changes;
			const struct exchange_seen seen = { .facts = &lines[i].facts,
				.prompt = &lines[i].prompt,
				.reply = &reply };

			changes.count = 0;
			if (i + 1 < BATCH)
				engine_prefetch(engine,
				    &(struct exchange_seen){ .facts = &lines[i + 1].facts,
					.prompt = &lines[i + 1].prompt,
					.reply = &reply });
			engine_see(engine, &seen, &changes);
		}
		if (from >= EXCHANGES) /* the first half fills the tables */
			spent_s += now_s() - began_s;
	}
	engine_counts(engine, &counts);
	*used_bytes = counts.bytes;
	engine_free(engine);
	envelope_free(envelope);
	free(lines);
	return spent_s;
}

int main(int argc, char **argv)
{
	static const uint64_t sizes[] = { 10000, 30000, 100000, 300000, 1000000 };
	size_t memory_bytes = (size_t)(argc > 1 ? atoi(argv[1]) : 1024) << 20;

	printf("%10s %16s %12s %10s\n", "accounts", "exchanges/s", "ns each", "MiB");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size_t used_bytes;
		double spent_s = run(sizes[i], memory_bytes, &used_bytes);

		printf("%10llu %16.0f %12.0f %10zu\n", (unsigned long long)sizes[i],
		    EXCHANGES / spent_s, spent_s / EXCHANGES * 1e9, used_bytes >> 20);
		fflush(stdout);
	}
	return 0;
}
