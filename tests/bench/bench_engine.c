/*
 * The engine alone: exchanges a second on one core, and what an exchange costs as the number of
 * accounts grows. Half of the exchanges come from one coding agent's users (shared system
 * prompt), the rest from a thousand tools; every account has its own words.
 */
#include "base/xalloc.h"
#include "engine/lookahead.h"
#include "reference_folder.h"

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

/* |last| has the number of each account's latest exchange, whose conversation goes on. One in
 * 64 goes on at another account. */
static void fill(struct line *line, uint64_t number, uint64_t accounts, uint64_t *last)
{
	uint64_t chance = mix(number), who = chance % accounts;
	uint64_t tool = who % 2 ? 0 : 1 + who % 1000;
	uint64_t earlier = number % 64 ? last[who] : last[chance / accounts % accounts];

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
		.earlier = { mix(earlier * 19) },
		.user_turns = 2 };
	for (int i = 0; i < PROMPT_BANDS; i++)
		line->prompt.bands[i] = mix(number * 23 + (uint64_t)i);
	last[who] = number;
}

static struct exchange_seen seen_of(const struct line *line)
{
	static const struct reply_facts reply = { .status = 200 };

	return (struct exchange_seen){
		.facts = &line->facts, .prompt = &line->prompt, .reply = &reply
	};
}

/* A batch, as the engine's thread takes it: what comes next is asked for in time. */
static void see_batch(struct engine *engine, const struct line *lines)
{
	struct lookahead lookahead = { 0 };
	struct verdict_changes changes;

	for (int added = 0, taken = 0; taken < BATCH; taken++) {
		while (added < BATCH && lookahead_count(&lookahead) < LOOKAHEAD_MOST) {
			struct exchange_seen next = seen_of(lines + added++);

			lookahead_add(&lookahead, engine, &next);
		}
		changes.count = 0;
		engine_see(engine, lookahead_take(&lookahead), &changes);
	}
}

static double run(
    const struct envelope *envelope, uint64_t accounts, size_t memory_bytes, size_t *used_bytes)
{
	struct engine_settings settings;
	struct engine_counts counts;
	struct engine *engine;
	struct line *lines = xalloc_array(BATCH, sizeof(*lines));
	uint64_t *last = xalloc_array(accounts, sizeof(*last));
	double spent_s = 0, began_s;

	engine_settings_default(&settings, memory_bytes);
	settings.seed = 5;
	engine = engine_new(&settings, envelope);
	for (uint64_t from = 0; from < 2 * EXCHANGES; from += BATCH) {
		for (uint64_t i = 0; i < BATCH; i++)
			fill(lines + i, from + i, accounts, last);
		began_s = now_s();
		see_batch(engine, lines);
		if (from >= EXCHANGES) /* the first half fills the tables */
			spent_s += now_s() - began_s;
	}
	engine_counts(engine, &counts);
	*used_bytes = counts.bytes;
	engine_free(engine);
	free(lines);
	free(last);
	return spent_s;
}

int main(int argc, char **argv)
{
	static const uint64_t sizes[] = { 10000, 30000, 100000, 300000, 1000000 };
	size_t memory_bytes = (size_t)(argc > 1 ? atoi(argv[1]) : 1024) << 20;
	uint64_t only = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	struct envelope *envelope;
	struct fault fault;

	if (reference_folder_read(RETORT_SOURCE_DIR "/conf/reference", &envelope, &fault) != 0)
		return EXIT_FAILURE;
	printf("%10s %16s %12s %10s\n", "accounts", "exchanges/s", "ns each", "MiB");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size_t used_bytes;
		double spent_s;

		if (only && only != sizes[i])
			continue;
		spent_s = run(envelope, sizes[i], memory_bytes, &used_bytes);
		printf("%10llu %16.0f %12.0f %10zu\n", (unsigned long long)sizes[i],
		    EXCHANGES / spent_s, spent_s / EXCHANGES * 1e9, used_bytes >> 20);
		fflush(stdout);
	}
	envelope_free(envelope);
	return EXIT_SUCCESS;
}
