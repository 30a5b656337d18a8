#ifndef FINGERPRINT_CONVERSATION_H
#define FINGERPRINT_CONVERSATION_H

#include "facts/prompt.h"
#include "fingerprint/text_digest.h"

/*
 * The chain of a conversation: a keyed hash over its messages, noted wherever a reply was due,
 * so that a later request that extends an earlier one is recognised whoever sends it. The
 * system's text stays out: relays add to it.
 */
enum conversation_role {
	CONVERSATION_NOBODY, /* not said */
	CONVERSATION_SYSTEM,
	CONVERSATION_USER,
	CONVERSATION_ASSISTANT,
	CONVERSATION_TOOL,
	CONVERSATION_ROLE_COUNT
};

struct conversation {
	uint64_t chain; /* 0 before the first message */
	bool is_due;    /* the last message was not the assistant's */
	uint32_t dues;  /* points noted so far; the last PROMPT_EARLIER are kept */
	uint64_t due[PROMPT_EARLIER];
};

/* |before| stands for what the body leaves out (a stored response's name); 0 for nothing. */
void conversation_init(struct conversation *conversation, uint64_t before);

/* Adds a message with the digest of its content. */
void conversation_add(struct conversation *conversation, const struct text_digest_keys *keys,
    enum conversation_role role, uint64_t content);

/* Writes |conversation|, |earlier| and |earlier_count|. */
void conversation_end(const struct conversation *conversation, struct prompt_facts *facts);

#endif
