#ifndef PROMPT_RIG_H
#define PROMPT_RIG_H

#include "api/prompt_reader.h"

#include "unit.h"

/* Reads one body to its facts, in chunks of |step| bytes, with the project's own lexicon. */
struct prompt_rig {
	enum dialect dialect;
	const char *path, *content_encoding;
	size_t step;
	uint64_t body_limit, decoded_limit;
	bool is_cut;
};

static inline const struct prompt_kit *prompt_rig_kit(void)
{
	static struct prompt_kit kit;
	struct fault fault;

	if (!kit.keys.hash)
		text_digest_keys_init(
		    &kit.keys, keyed_hash_new(BYTES("0123456789abcdef"), &fault));
	return &kit;
}

static inline struct prompt_facts prompt_rig_read(
    const struct prompt_rig *rig, struct bytes body)
{
	struct prompt_reader_ask ask = { .dialect = rig->dialect,
		.path = bytes_of_text(rig->path),
		.content_encoding = bytes_of_text(rig->content_encoding),
		.body_limit = rig->body_limit ? rig->body_limit : 4 << 20,
		.decoded_limit = rig->decoded_limit ? rig->decoded_limit : 64 << 20 };
	size_t step = rig->step ? rig->step : body.len + 1;
	struct prompt_reader *reader;
	struct prompt_facts facts;
	struct arena arena;

	arena_init(&arena, 1 << 20);
	reader = prompt_reader_new(&arena, prompt_rig_kit(), &ask);
	ck_assert_ptr_nonnull(reader);
	for (size_t i = 0; i < body.len; i += step)
		prompt_reader_take(
		    reader, bytes_of(body.at + i, body.len - i < step ? body.len - i : step));
	prompt_reader_finish(reader, rig->is_cut, &facts);
	arena_fini(&arena);
	return facts;
}

/* The usual case: a whole body of |dialect|, as a terminated text. */
static inline struct prompt_facts prompt_rig_facts(enum dialect dialect, const char *body)
{
	struct prompt_rig rig = { .dialect = dialect };

	return prompt_rig_read(&rig, bytes_of_text(body));
}

#endif
