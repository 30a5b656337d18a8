/*
 * The reply tap: a whole JSON reply of about 1 KB, and an event of a stream as each dialect
 * sends them. Prints a JSON line each; the median of many short runs on one core.
 */
#include "api/reply_tap.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 201
#define EVENTS 200

static double micros_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct reply {
	const char *name, *content_type;
	enum dialect dialect;
	struct bytes bytes; /* as they come: the whole reply, or one event of many */
	int times;
};

static void read_once(const struct text_digest_keys *keys, const struct reply *reply)
{
	struct reply_tap_ask ask = { .dialect = reply->dialect,
		.status = 200,
		.content_type = bytes_of_text(reply->content_type),
		.decoded_limit = 64 << 20 };
	struct reply_facts facts;
	struct reply_tap *tap;
	struct arena arena;

	arena_init(&arena, 1 << 16);
	tap = reply_tap_new(&arena, keys, &ask);
	for (int i = 0; i < reply->times; i++)
		reply_tap_take(tap, reply->bytes);
	reply_tap_finish(tap, false, &facts);
	arena_fini(&arena);
	if (facts.is_opaque)
		exit(EXIT_FAILURE);
}

static void bench_reply(const struct text_digest_keys *keys, const struct reply *reply)
{
	double micros[ROUNDS];

	for (int round = 0; round < ROUNDS; round++) {
		double begin = micros_now();

		for (int i = 0; i < 20; i++)
			read_once(keys, reply);
		micros[round] = (micros_now() - begin) / 20 / reply->times;
	}
	qsort(micros, ROUNDS, sizeof(*micros), compare);
	printf(
	    "{\"bench\":\"reply\",\"what\":\"%s\",\"bytes\":%zu,\"us\":%.3f,\"us_p10\":%.3f}\n",
	    reply->name, reply->bytes.len, micros[ROUNDS / 2], micros[ROUNDS / 10]);
}

static struct bytes whole_reply(void)
{
	struct text body = text_in(xalloc(4096), 4096);

	text_add(
	    &body, BYTES("{\"id\":\"chatcmpl-9x\",\"object\":\"chat.completion\","
			 "\"created\":1777777777,\"model\":\"gpt-4o-mini\",\"choices\":[{"
			 "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""));
	while (body.len < 800)
		text_add(&body, BYTES("The longest log among a majority decides.\\n"));
	text_add(&body, BYTES("\"},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{"
			      "\"prompt_tokens\":210,\"completion_tokens\":160,"
			      "\"total_tokens\":370},\"system_fingerprint\":\"fp_1\"}"));
	return text_bytes(&body);
}

int main(void)
{
	struct reply replies[] = {
		{ "json-1k", "application/json", DIALECT_OPENAI_CHAT, whole_reply(), 1 },
		{ "event-openai", "text/event-stream", DIALECT_OPENAI_CHAT,
		    BYTES("data: {\"id\":\"chatcmpl-9x\",\"object\":\"chat.completion.chunk\","
			  "\"created\":1777777777,\"model\":\"gpt-4o-mini\",\"choices\":[{"
			  "\"index\":0,\"delta\":{\"content\":\" majority\"},\"logprobs\":null,"
			  "\"finish_reason\":null}]}\n\n"),
		    EVENTS },
		{ "event-anthropic", "text/event-stream", DIALECT_ANTHROPIC_MESSAGES,
		    BYTES(
			"event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
			"\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" majority\"}"
			"}\n\n"),
		    EVENTS },
	};
	struct text_digest_keys keys;
	struct fault fault;

	text_digest_keys_init(&keys, keyed_hash_new(BYTES("a secret for benches"), &fault));
	for (size_t i = 0; i < sizeof(replies) / sizeof(*replies); i++)
		bench_reply(&keys, &replies[i]);
	return EXIT_SUCCESS;
}
