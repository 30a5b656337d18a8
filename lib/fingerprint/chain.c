/*
 * The conversation chain. A message's place is in the hash through what came before it, so no
 * reordered or shortened conversation can match. Roles are joined to contents here and nowhere
 * else.
 */
#include "fingerprint/chain.h"

void chain_init(struct chain *chain, uint64_t before)
{
	*chain = (struct chain){ .link = before };
}

void chain_add(struct chain *chain, const struct text_digest_keys *keys, enum chain_role role,
    XXH128_hash_t content)
{
	bool is_assistant = role == CHAIN_ASSISTANT;
	uint64_t parts[4] = { chain->link, role, content.low64, content.high64 };

	if (is_assistant && chain->is_due)
		chain->due[chain->dues++ % PROMPT_EARLIER] = chain->link;
	chain->link = text_digest_join(keys, HASH_CONVERSATION, parts, 4);
	chain->is_due = !is_assistant;
}

void chain_end(const struct chain *chain, struct prompt_facts *facts)
{
	uint32_t count = chain->dues < PROMPT_EARLIER ? chain->dues : PROMPT_EARLIER;

	facts->conversation = chain->link;
	facts->earlier_count = (uint8_t)count;
	for (uint32_t i = 0; i < count; i++)
		facts->earlier[i] = chain->due[(chain->dues - 1 - i) % PROMPT_EARLIER];
}
