#ifndef COHORT_ACCOUNT_H
#define COHORT_ACCOUNT_H

#include "cohort/slots.h"
#include "facts/facts.h"
#include "facts/prompt.h"

#define ACCOUNT_REPEAT_S 180 /* longer than any Retry-After of ours */

/* What is remembered of one account, over all that it sends. Counts stop at their maximum. */
struct account {
	uint64_t key, owner;
	uint32_t first_s, last_s; /* arrivals, seconds since the epoch */
	uint32_t hours;           /* bit h: seen in hour h of the day, UTC */
	uint16_t exchanges, elicited, singles, larges, toolful, multi_turn;
	uint16_t model_changes, client_changes, environments;
	uint16_t exit_day;    /* number modulo 2^16 */
	uint32_t exits_today; /* 32-bit linear count of prefixes of |exit_day| */
	uint32_t exit, model, client, environment; /* tags of the latest, 0: none */
	uint32_t model_s;                          /* when |model| last changed */
	float gap_ln_mean,
	    gap_ln_var;       /* of the gaps between arrivals, exponentially forgotten */
	uint32_t last_ms;     /* fraction of |last_s| */
	uint32_t published_s; /* when its verdict was last put on the board */
	uint32_t unserved_s;  /* a counted exchange was refused or failed then; 0: none */
	uint32_t unserved;    /* tag of its conversation */
};
_Static_assert(
    sizeof(struct account) <= 96, "detection.md §3 allows 128; 96 fit twice as many");

/* A 32-bit stand-in for a hash, 0 only for 0. */
static inline uint32_t tag_of(uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 32 ^ hash);

	return hash && !tag ? 1 : tag;
}

/* How many exits the account showed on the day of its last exchange, estimated. */
unsigned account_exits_today(const struct account *account);

/* Takes one exchange into the account; called after its features were read. */
void account_see(
    struct account *account, const struct facts *facts, const struct prompt_facts *prompt);

/* Whether this exchange is what was counted and then refused or failed, sent once more: the
 * same conversation within |ACCOUNT_REPEAT_S|. Where no conversation could be read the client's
 * own word is heard, but then, too, only after a refusal that we know of. */
bool account_is_repetition(const struct account *account, const struct facts *facts,
    const struct prompt_facts *prompt);

/* Remembers whether an exchange that was counted, or a repetition of one, was served. One
 * failure excuses one repetition. */
void account_serve(struct account *account, const struct facts *facts,
    const struct prompt_facts *prompt, bool is_served);

/* How many stamps of its table a much used account outlives a new one. */
unsigned account_worth(const struct account *account);

#endif
