/*
 * The full facts of a prompt: from the bytes of a body, in chunks of 16 KB as a socket gives
 * them, to a struct prompt_facts, phrases included. Prints a JSON line a body; the median of
 * many short runs on one core.
 */
#include "api/prompt_reader.h"
#include "base/xalloc.h"
#include "bodies.h"
#include "fingerprint/elicitation.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS      201
#define CHUNK       16384
#define ROUND_BYTES 1e6

static double micros_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

static void read_once(const struct prompt_kit *kit, enum dialect dialect, struct bytes body,
    struct prompt_facts *facts)
{
	struct prompt_reader_ask ask = { .dialect = dialect,
		.path = BYTES("/v1/messages"),
		.body_limit = 4 << 20,
		.decoded_limit = 64 << 20 };
	struct prompt_reader *reader;
	struct arena arena;

	arena_init(&arena, 1 << 20);
	reader = prompt_reader_new(&arena, kit, &ask);
	for (size_t i = 0; i < body.len; i += CHUNK)
		prompt_reader_take(
		    reader, bytes_of(body.at + i, body.len - i < CHUNK ? body.len - i : CHUNK));
	prompt_reader_finish(reader, false, facts);
	arena_fini(&arena);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static const char *only; /* the body named on the command line; NULL: all */

static void bench_body(
    const struct prompt_kit *kit, const char *name, enum dialect dialect, struct bytes body)
{
	int repeats = (int)(ROUND_BYTES / body.len);
	double micros[ROUNDS];
	struct prompt_facts facts;

	if (only && strcmp(only, name))
		return;
	for (int round = 0; round < ROUNDS; round++) {
		double begin = micros_now();

		for (int i = 0; i < repeats; i++)
			read_once(kit, dialect, body, &facts);
		micros[round] = (micros_now() - begin) / repeats;
	}
	if (facts.state != PROMPT_WHOLE)
		exit(EXIT_FAILURE);
	qsort(micros, ROUNDS, sizeof(*micros), compare);
	printf("{\"bench\":\"facts\",\"body\":\"%s\",\"bytes\":%zu,\"us\":%.1f,\"us_p10\":%.1f,"
	       "\"mb_per_s\":%.0f}\n",
	    name, body.len, micros[ROUNDS / 2], micros[ROUNDS / 10],
	    (double)body.len / micros[ROUNDS / 2]);
}

static struct elicitation *read_lexicon(void)
{
	static char text[1 << 18];
	FILE *file = fopen(RETORT_SOURCE_DIR "/conf/elicitation.txt", "r");
	size_t len = file ? fread(text, 1, sizeof(text), file) : 0;
	struct fault fault;

	if (file)
		fclose(file);
	return elicitation_new(bytes_of(text, len), "conf/elicitation.txt", &fault);
}

int main(int argc, char **argv)
{
	struct prompt_kit kit = { .elicitation = read_lexicon() };
	struct fault fault;

	only = argc > 1 ? argv[1] : NULL;
	if (!kit.elicitation)
		return EXIT_FAILURE;
	text_digest_keys_init(&kit.keys, keyed_hash_new(BYTES("a secret for benches"), &fault));
	bench_body(&kit, "chat-1k", DIALECT_OPENAI_CHAT, bodies_chat(1024));
	bench_body(&kit, "chat-16k", DIALECT_OPENAI_CHAT, bodies_chat(16384));
	bench_body(&kit, "agent-128k", DIALECT_ANTHROPIC_MESSAGES, bodies_agent(131072));
	bench_body(&kit, "talk-1k", DIALECT_OPENAI_CHAT, bodies_talk(1024));
	bench_body(&kit, "talk-16k", DIALECT_OPENAI_CHAT, bodies_talk(16384));
	bench_body(&kit, "talk-128k", DIALECT_OPENAI_CHAT, bodies_talk(131072));
	return EXIT_SUCCESS;
}
