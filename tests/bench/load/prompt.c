/*
 * What an SDK sends: a chat of several turns, cut to an exact size, with the header fields of
 * the official Node client and one of many keys. Made before the clock runs.
 */
#include "prompt.h"

#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>

#define HEAD_ROOM  2048
#define TURN_BYTES 1500

struct prompts {
	unsigned accounts;
	struct text head; /* up to and with "Bearer sk-bench-" */
	size_t head_fixed;
	struct bytes head_end; /* what follows the key */
	char head_end_room[HEAD_ROOM];
	char *bodies[PROMPT_VARIANTS];
	size_t body_bytes;
};

static const char *const words[] = { "the", "still", "model", "answers", "a", "question",
	"about", "queues", "and", "explains\\n", "how", "`retry()`", "works", "in",
	"\\\"production\\\"", "step", "by", "step,", "with", "numbers:", "42", "of", "128.",
	"caf\xc3\xa9" };

static void add_words(struct text *body, size_t until, uint64_t *seed)
{
	while (body->len < until) {
		const char *word;

		*seed = *seed * 6364136223846793005u + 1442695040888963407u;
		word = words[(*seed >> 33) % (sizeof(words) / sizeof(*words))];
		if (body->len + strlen(word) + 1 > until)
			break;
		text_add(body, bytes_of_text(word));
		text_add_char(body, ' ');
	}
	while (body->len < until)
		text_add_char(body, '.');
}

static void write_body(char *at, const struct load_options *options, uint64_t seed)
{
	struct text body = text_in(at, options->body_bytes);
	static const char end[] = "\"}]}";
	size_t until = options->body_bytes - (sizeof(end) - 1);

	text_add_format(&body,
	    "{\"model\":\"mock-large\",\"max_tokens\":1024,\"temperature\":0.7,%s"
	    "\"messages\":[{\"role\":\"system\",\"content\":\"You are a careful engineer.\"},"
	    "{\"role\":\"user\",\"content\":\"",
	    options->is_stream ? "\"stream\":true,\"stream_options\":{\"include_usage\":true},"
			       : "");
	for (bool is_user = true; body.len < until; is_user = !is_user) {
		size_t left = until - body.len;
		bool is_last = left < TURN_BYTES + 100;

		add_words(&body, is_last ? until : body.len + TURN_BYTES, &seed);
		if (!is_last)
			text_add_format(&body, "\"},{\"role\":\"%s\",\"content\":\"",
			    is_user ? "assistant" : "user");
	}
	text_add(&body, BYTES(end));
}

struct prompts *prompt_new(const struct load_options *options)
{
	struct prompts *prompts = xalloc(sizeof(*prompts));
	struct text end = text_in(prompts->head_end_room, HEAD_ROOM);

	prompts->accounts = options->accounts ? options->accounts : 1;
	prompts->body_bytes = options->body_bytes > 256 ? options->body_bytes : 256;
	for (unsigned i = 0; i < PROMPT_VARIANTS; i++) {
		struct load_options each = *options;

		each.body_bytes = (unsigned)prompts->body_bytes;
		prompts->bodies[i] = xalloc(prompts->body_bytes);
		write_body(prompts->bodies[i], &each, i + 1);
	}
	prompts->head = text_in(xalloc(HEAD_ROOM), HEAD_ROOM);
	text_add_format(&prompts->head,
	    "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
	    "Accept: application/json\r\nContent-Type: application/json\r\n"
	    "User-Agent: OpenAI/JS 6.49.0\r\nX-Stainless-Retry-Count: 0\r\n"
	    "X-Stainless-Lang: js\r\nX-Stainless-Package-Version: 6.49.0\r\n"
	    "X-Stainless-OS: Linux\r\nX-Stainless-Arch: x64\r\n"
	    "X-Stainless-Runtime: node\r\nX-Stainless-Runtime-Version: v20.20.2\r\n"
	    "Accept-Language: *\r\nSec-Fetch-Mode: cors\r\n"
	    "Authorization: Bearer sk-bench-");
	prompts->head_fixed = prompts->head.len;
	text_add_format(&end, "\r\nContent-Length: %zu\r\n", prompts->body_bytes);
	if (options->is_stream)
		text_add_format(&end, "mock-events: %u\r\nmock-pace-ms: %u\r\n",
		    options->events, options->pace_ms);
	else if (options->reply_bytes)
		text_add_format(&end, "mock-reply-bytes: %u\r\n", options->reply_bytes);
	text_add(&end, BYTES("\r\n"));
	prompts->head_end = text_bytes(&end);
	return prompts;
}

void prompt_free(struct prompts *prompts)
{
	for (unsigned i = 0; i < PROMPT_VARIANTS; i++)
		free(prompts->bodies[i]);
	free(prompts->head.at);
	free(prompts);
}

void prompt_of(struct prompts *prompts, uint64_t number, struct bytes *head, struct bytes *body)
{
	uint64_t account = number % prompts->accounts;

	prompts->head.len = prompts->head_fixed;
	text_add_hex64(&prompts->head, account * 0x9E3779B97F4A7C15u + 1);
	text_add_hex64(&prompts->head, account * 0xC2B2AE3D27D4EB4Fu + 1);
	text_add(&prompts->head, prompts->head_end);
	*head = text_bytes(&prompts->head);
	*body = bytes_of(prompts->bodies[number % PROMPT_VARIANTS], prompts->body_bytes);
}
