#ifndef COHORT_CONVERSATION_H
#define COHORT_CONVERSATION_H

#include "cohort/slots.h"

#define CONVERSATION_LIFE_S (2 * 3600)
#define CONVERSATION_BYTES  64 /* shorter ones are anybody's and prove nothing */

/*
 * Who last sent a conversation (or first received a signed block), and the coin that was drawn
 * then. |is_shared|: more than one owner sent exactly this, so an extension of it says nothing
 * of who talks to whom: a tutorial's notebook, a public test set.
 */
struct conversation {
	uint64_t key, owner;
	uint32_t at_s;
	uint8_t coin; /* enum record_coin */
	uint8_t is_shared;
};
_Static_assert(sizeof(struct conversation) == 24, "detection.md §3");

/* The living entry of |key|, or NULL. */
struct conversation *conversation_find(const struct slots *slots, uint64_t key, uint32_t now_s);

/* Notes that |owner| sent |key| now. The same owner's repetition changes nothing: a retry that
 * followed the coin must not remove the coin's entry. */
void conversation_note(
    struct slots *slots, uint64_t key, uint64_t owner, uint32_t now_s, uint8_t coin);

#endif
