#ifndef FINGERPRINT_PROMPT_TURN_H
#define FINGERPRINT_PROMPT_TURN_H

#include "fingerprint/chain.h"
#include "fingerprint/clip.h"
#include "fingerprint/environment.h"

/* A turn under way: what is known of it whoever turns out to have said it. */
struct prompt_turn {
	enum chain_role role;
	bool has_text, has_call, has_result, has_other;
	bool is_aside;       /* reasoning: clients may drop it, so it is no turn */
	uint16_t results;    /* of tools, as far as counted */
	uint32_t text_bytes; /* stops at its maximum, as all lengths here */
	struct text_digest digest;
	struct environment environment;
	struct clip clip;
};

void prompt_turn_init(struct prompt_turn *turn, const struct text_digest_keys *keys);

/* A piece of what was said. Where a string or part ends, the line ends too. */
void prompt_turn_add_text(struct prompt_turn *turn, struct bytes piece, bool is_last);

/* A piece of something else that the turn carries (calls, results, images), with |mark| at its
 * end; no clip is kept of it. */
void prompt_turn_add_other(
    struct prompt_turn *turn, struct bytes piece, bool is_last, unsigned char mark);

/* Who said it: as told, else the assistant if it calls a tool, else the user; but a user's
 * message that brings a tool's results is the tool's turn, whatever else it says. */
enum chain_role prompt_turn_role(const struct prompt_turn *turn);

/* Whether anybody said anything: not so of reasoning, and of things that only stand in the list
 * of messages (references, progress of searches). */
bool prompt_turn_is_one(const struct prompt_turn *turn);

/* The role of that name in any dialect; NOBODY for a name nobody knows. */
enum chain_role prompt_turn_role_named(struct bytes name);

/* Adds with a stop at the maximum. */
static inline uint32_t prompt_turn_sum(uint32_t a, size_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + (uint32_t)b;
}

#endif
