#ifndef LIMIT_LIMIT_H
#define LIMIT_LIMIT_H

#include "facts/facts.h"
#include "facts/prompt.h"
#include "limit/limit_set.h"
#include "limit/limit_table.h"

/*
 * The one question of every exchange: may it pass? The rules come from a |struct limit_set|,
 * the counts live in a |struct limit_table| that outlasts it.
 */

/* Who asks: keyed hashes or numbers, 0 = absent. */
struct limit_subject {
	uint64_t part[CONFIG_PART_COUNT];
	uint64_t prompt;
	enum limit_phase phase; /* which rules are asked; limit_settle asks all */
};

/* |prompt| is NULL where the body was not read; the phase is then LIMIT_PHASE_HEAD, else
 * LIMIT_PHASE_PROMPT. */
void limit_subject_fill(struct limit_subject *subject, const struct facts *facts,
    const struct prompt_facts *prompt);

struct limit_verdict {
	enum limit_action action; /* the harshest of all rules */
	uint64_t over;            /* bit n: rule n is over its quota, whatever its mode */
	uint64_t acting;          /* of these, the rules that may act */
	uint64_t wait_us; /* a refusal's: until every refusing rule has room again, else 0 */
	bool is_shared;   /* every total that was asked for came from the whole fleet */
};

/*
 * Judges one request and counts it, in one step that no other thread sees half of. A request is
 * over a rule if, with it, the count would exceed the quota. What a rule in mode enforce
 * refuses (throttle, block) is counted by no rule: our own refusals must not look like growing
 * demand (but for rules of an earlier phase); everything else counts in every rule of the
 * subject's phase, also beyond the quota. Token rules are only
 * looked up here: they refuse from the moment that their quota is used up. Where a key part is
 * absent a rule is skipped, or uses one bucket for all such requests.
 */
void limit_evaluate(const struct limit_set *set, struct limit_table *table,
    const struct limit_subject *subject, uint64_t now_us, struct limit_verdict *verdict);

/* Counts the tokens of a reply in the token rules. */
struct limit_tokens {
	uint64_t input, output;
};
void limit_settle(const struct limit_set *set, struct limit_table *table,
    const struct limit_subject *subject, struct limit_tokens tokens, uint64_t now_us);

#endif
