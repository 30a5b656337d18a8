/*
 * Components of owners that hopped. A component grows by what was seen, never by how much
 * evidence either side had: choosing by evidence would spoil the proof ledgers.
 */
#include "cohort/hops.h"

#define STEPS 16

static struct hops_owner *find(struct slots *owners, uint64_t key)
{
	return slots_find(owners, key, slots_place(owners, key));
}

uint64_t hops_root(struct slots *owners, uint64_t owner)
{
	struct hops_owner *at = owners->used ? find(owners, owner) : NULL, *next;

	for (int i = 0; at && at->parent != at->key && i < STEPS; i++) {
		next = find(owners, at->parent);
		if (!next) { /* the root was pushed out: this one stands for it now */
			at->parent = at->key;
			break;
		}
		at->parent = next->parent;
		at = next;
	}
	return at ? at->key : 0;
}

static struct hops_owner *claim_root(struct slots *owners, uint64_t owner)
{
	uint64_t root = hops_root(owners, owner);
	struct hops_owner *at;
	bool is_new;

	if (root)
		return find(owners, root);
	at = slots_claim(owners, owner, slots_place(owners, owner), &is_new);
	at->parent = owner;
	at->members = 1;
	return at;
}

uint64_t hops_join(struct slots *owners, uint64_t a, uint64_t b, uint32_t now_s)
{
	struct hops_owner *first = claim_root(owners, a), *second;
	uint64_t first_key = first->key;

	second = claim_root(owners, b);
	if (first->key != first_key) /* the second claim pushed the first out */
		return second->key;
	first->last_s = second->last_s = now_s;
	if (first == second)
		return first->key;
	if (first->members < second->members) {
		struct hops_owner *swap = first;

		first = second;
		second = swap;
	}
	first->members += second->members;
	second->parent = first->key;
	return first->key;
}
