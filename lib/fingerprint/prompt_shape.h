#ifndef FINGERPRINT_PROMPT_SHAPE_H
#define FINGERPRINT_PROMPT_SHAPE_H

#include "base/arena.h"
#include "facts/prompt.h"
#include "fingerprint/prompt_field.h"
#include "fingerprint/prompt_turn.h"
#include "wire/json_scan.h"

/*
 * The facts of a prompt while it comes in: takes the meaning of members, one after another, and
 * keeps hashes, counts, and the head and tail of two texts. Members may come in any order: what
 * a message is shows at its end.
 */
struct elicitation;

/* What all prompts of a worker are shaped with; borrowed, not shared between threads. */
struct prompt_kit {
	struct text_digest_keys keys;
	const struct elicitation *elicitation; /* NULL: no phrases are looked for */
};

#define PROMPT_SHAPE_SMALL 128

struct prompt_shape {
	const struct prompt_kit *kit;
	struct arena *arena;
	struct prompt_facts facts;
	/* Now; the last of the user; all system text: large, and NULL until there is one. */
	struct prompt_turn *turn, *user, *system;
	struct chain chain;
	bool is_in_turn, is_in_system, is_in_signature;
	bool is_full;      /* the arena had no room for one of these: the facts do not stand */
	unsigned requests; /* of a batch */
	unsigned small_len;
	char small[PROMPT_SHAPE_SMALL]; /* a short text member under way */
	struct environment environment; /* of the user's turns */
	struct text_digest *signature;  /* NULL until there is one */
};

/* A shape in |arena|, which takes some 1 KB now, and 8 KB for each kind of turn that comes up,
 * 24 KB in all; NULL when the arena is full. |arena| and |kit| must outlive it. */
struct prompt_shape *prompt_shape_new(struct arena *arena, const struct prompt_kit *kit);

/* An object of |field| begins or ends. Opening answers whether its members are wanted. */
bool prompt_shape_open(struct prompt_shape *shape, enum prompt_field field);
void prompt_shape_close(struct prompt_shape *shape, enum prompt_field field);

/* A name inside a free value (arguments, results). */
void prompt_shape_name(struct prompt_shape *shape, struct bytes name);

/* A string value in pieces, or a word. */
void prompt_shape_text(
    struct prompt_shape *shape, enum prompt_field field, struct bytes piece, bool is_last);
void prompt_shape_word(struct prompt_shape *shape, enum prompt_field field, enum json_word word,
    struct bytes digits);

/* Whether the arena had no room for all that came up: the facts are then of no use. */
static inline bool prompt_shape_is_full(const struct prompt_shape *shape)
{
	return shape->is_full;
}

/*
 * The body ended, or as much of it as is read: writes all but |state|, |why|, |dialect| and
 * |body_bytes|. Unless |is_whole|, what rests on the end (|conversation|, |tail|, |skeleton|,
 * and |system| of a text that was cut) is 0, and a message that was under way does not count.
 * Call once.
 */
void prompt_shape_end(struct prompt_shape *shape, bool is_whole, struct prompt_facts *facts);

/* The hash of a model's name, 0 for none: some dialects have it in the path. */
uint64_t prompt_shape_model(const struct prompt_kit *kit, struct bytes name);

#endif
