#ifndef FINGERPRINT_CHAIN_H
#define FINGERPRINT_CHAIN_H

#include "facts/prompt.h"
#include "fingerprint/text_digest.h"

/*
 * The chain of a conversation: a keyed hash over its messages, noted wherever a reply was due,
 * so that a later request that extends an earlier one is recognised whoever sends it. The
 * system's text stays out: relays add to it.
 */
enum chain_role {
	CHAIN_NOBODY, /* not said */
	CHAIN_SYSTEM,
	CHAIN_USER,
	CHAIN_ASSISTANT,
	CHAIN_TOOL,
	CHAIN_ROLE_COUNT
};

struct chain {
	uint64_t link; /* 0 before the first message */
	bool is_due;   /* the last message was not the assistant's */
	uint32_t dues; /* points noted so far; the last PROMPT_EARLIER are kept */
	uint64_t due[PROMPT_EARLIER];
};

/* |before| stands for what the body leaves out (a stored response's name); 0 for nothing. */
void chain_init(struct chain *chain, uint64_t before);

/* Adds a message with the digest of its content, which the link seals. */
void chain_add(struct chain *chain, const struct text_digest_keys *keys, enum chain_role role,
    XXH128_hash_t content);

/* Writes |conversation|, |earlier| and |earlier_count|. */
void chain_end(const struct chain *chain, struct prompt_facts *facts);

#endif
