/*
 * The engine alone: exchanges a second on one core, and what an exchange costs as the number of
 * accounts grows; and what the first exchange of an account costs, which bets in its cohorts.
 * Half of the exchanges come from one coding agent's users (shared system prompt), the rest
 * from a thousand tools; every account has its own words.
 */
#include "base/xalloc.h"
#include "engine/lookahead.h"
#include "reference_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH         4096
#define EXCHANGES     (128 * BATCH) /* measured, and at least so many before them */
#define STRANGERS     (32 * BATCH)  /* measured then */
#define ACCOUNTS_MOST 1000000
#define START_US      1777593600000000LL

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

/* Each account comes once, then they come by chance, and behind |strangers_from| only new ones
 * do. */
struct crowd {
	uint64_t accounts, strangers_from;
	uint64_t last[ACCOUNTS_MOST]; /* the number of each one's latest exchange */
};

/* One in 64 goes on with another account's conversation. */
static void fill(struct line *line, uint64_t number, struct crowd *crowd)
{
	uint64_t chance = mix(number), accounts = crowd->accounts, who = chance % accounts;
	bool is_first = number < accounts || number >= crowd->strangers_from;
	uint64_t earlier, tool;

	if (is_first)
		who = number < accounts ? number : ACCOUNTS_MOST + number;
	earlier = is_first ? 0 : crowd->last[number % 64 ? who : chance / accounts % accounts];
	tool = who % 2 ? 0 : 1 + who % 1000;
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
		.earlier_count = !is_first,
		.earlier = { mix(earlier * 19) },
		.user_turns = 2 - is_first };
	for (int i = 0; i < PROMPT_BANDS; i++)
		line->prompt.bands[i] = mix(number * 23 + (uint64_t)i);
	if (who < accounts)
		crowd->last[who] = number;
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

struct cost {
	double known_s, first_s; /* CPU of an exchange, by whether its account is known */
	size_t bytes;
};

/* CPU seconds of an exchange, over |count| from |*number| on. */
static double see_all(
    struct engine *engine, struct crowd *crowd, uint64_t *number, uint64_t count)
{
	static struct line lines[BATCH];
	uint64_t from = *number;
	double spent_s = 0, began_s;

	for (; *number < from + count; *number += BATCH) {
		for (uint64_t i = 0; i < BATCH; i++)
			fill(lines + i, *number + i, crowd);
		began_s = now_s();
		see_batch(engine, lines);
		spent_s += now_s() - began_s;
	}
	return spent_s / (double)(*number - from);
}

static struct cost run(const struct envelope *envelope, uint64_t accounts, size_t memory_bytes)
{
	static struct crowd crowd;
	struct engine_settings settings;
	struct engine_counts counts;
	struct engine *engine;
	struct cost cost;
	uint64_t number = 0;

	engine_settings_default(&settings, memory_bytes);
	settings.seed = 5;
	engine = engine_new(&settings, envelope);
	crowd.accounts = accounts;
	crowd.strangers_from = UINT64_MAX;
	see_all(engine, &crowd, &number, accounts > EXCHANGES ? accounts : EXCHANGES);
	cost.known_s = see_all(engine, &crowd, &number, EXCHANGES);
	crowd.strangers_from = number;
	cost.first_s = see_all(engine, &crowd, &number, STRANGERS);
	engine_counts(engine, &counts);
	cost.bytes = counts.bytes;
	engine_free(engine);
	return cost;
}

int main(int argc, char **argv)
{
	static const uint64_t sizes[] = { 10000, 30000, 100000, 300000, ACCOUNTS_MOST };
	size_t memory_bytes = (size_t)(argc > 1 ? atoi(argv[1]) : 1024) << 20;
	uint64_t only = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	struct envelope *envelope;
	struct fault fault;

	if (reference_folder_read(RETORT_SOURCE_DIR "/conf/reference", &envelope, &fault) != 0)
		return EXIT_FAILURE;
	printf("%10s %12s %8s %10s %6s\n", "accounts", "exchanges/s", "ns each", "ns a first",
	    "MiB");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct cost cost;

		if (only && only != sizes[i])
			continue;
		cost = run(envelope, sizes[i], memory_bytes);
		printf("%10llu %12.0f %8.0f %10.0f %6zu\n", (unsigned long long)sizes[i],
		    1 / cost.known_s, cost.known_s * 1e9, cost.first_s * 1e9, cost.bytes >> 20);
		fflush(stdout);
	}
	envelope_free(envelope);
	return EXIT_SUCCESS;
}
