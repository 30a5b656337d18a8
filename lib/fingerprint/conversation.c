/*
 * The conversation chain. A message's place is in the hash through what came before it, so no
 * reordered or shortened conversation can match. Roles are joined to contents here and nowhere
 * else.
 */
#include "fingerprint/conversation.h"

void conversation_init(struct conversation *conversation, uint64_t before)
{
	*conversation = (struct conversation){ .chain = before };
}

void conversation_add(struct conversation *conversation, const struct text_digest_keys *keys,
    enum conversation_role role, uint64_t content)
{
	bool is_assistant = role == CONVERSATION_ASSISTANT;
	uint64_t link[3] = { conversation->chain, role, content };

	if (is_assistant && conversation->is_due)
		conversation->due[conversation->dues++ % PROMPT_EARLIER] = conversation->chain;
	conversation->chain = text_digest_join(keys, HASH_CONVERSATION, link, 3);
	conversation->is_due = !is_assistant;
}

void conversation_end(const struct conversation *conversation, struct prompt_facts *facts)
{
	uint32_t count = conversation->dues < PROMPT_EARLIER ? conversation->dues
							     : PROMPT_EARLIER;

	facts->conversation = conversation->chain;
	facts->earlier_count = (uint8_t)count;
	for (uint32_t i = 0; i < count; i++)
		facts->earlier[i] =
		    conversation->due[(conversation->dues - 1 - i) % PROMPT_EARLIER];
}
