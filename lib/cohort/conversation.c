/*
 * The memory of conversations for two hours: keyed hashes and owners only.
 */
#include "cohort/conversation.h"

struct conversation *conversation_find(const struct slots *slots, uint64_t key, uint32_t now_s)
{
	struct conversation *at = slots_find(slots, key, slots_place(slots, key));

	return at && now_s - at->at_s <= CONVERSATION_LIFE_S ? at : NULL;
}

void conversation_note(
    struct slots *slots, uint64_t key, uint64_t owner, uint32_t now_s, uint8_t coin)
{
	bool is_new;
	struct conversation *at;

	if (!key)
		return;
	at = slots_claim(slots, key, slots_place(slots, key), &is_new);
	if (!is_new && now_s - at->at_s <= CONVERSATION_LIFE_S) {
		if (at->owner == owner)
			return;
		at->is_shared = 1;
	} else {
		at->is_shared = 0;
	}
	at->owner = owner;
	at->at_s = now_s;
	at->coin = coin;
}
