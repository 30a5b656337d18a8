#ifndef LIMIT_LIMIT_H
#define LIMIT_LIMIT_H

#include "base/fault.h"
#include "config/item.h"
#include "facts/facts.h"
#include "facts/prompt.h"
#include "limit/limit_table.h"

/*
 * The configured limits, compiled, and the one question of every exchange: may it pass? A set
 * never changes; the counts live in a |struct limit_table| that outlasts it. A rule is known by
 * its name, key, measure and window: a reload that changes quota, action, mode or |missing|
 * finds the same counts again.
 */
#define LIMIT_RULES_MOST 64
#define LIMIT_QUOTA_MOST UINT32_MAX /* see window/window.h */

/* What a rule may do, from mild to harsh. */
enum limit_action { LIMIT_PASS, LIMIT_TAG, LIMIT_THROTTLE, LIMIT_BLOCK, LIMIT_ACTION_COUNT };

struct limit_rule {
	char *name; /* owned */
	uint64_t id;
	uint32_t key; /* bits 1 << enum config_part */
	enum config_measure measure;
	enum config_mode mode;
	enum config_missing missing;
	enum limit_action
	    action; /* what its mode lets it do: shadow LIMIT_PASS, tag LIMIT_TAG */
	uint64_t quota, window_us;
};

struct limit_set;

/*
 * Compiles |count| limits, of which nothing is kept. |seed| must be secret and the same in the
 * whole fleet (a keyed hash in HASH_LIMIT of any fixed text). NULL with a fault that names the
 * limit: more than LIMIT_RULES_MOST, a quota or window out of range, the same limit twice.
 */
struct limit_set *limit_set_new(
    const struct config_limit *limits, size_t count, uint64_t seed, struct fault *fault);
void limit_set_free(struct limit_set *set); /* NULL is allowed */

size_t limit_set_count(const struct limit_set *set);
const struct limit_rule *limit_set_rule(const struct limit_set *set, size_t number);

/* The rule of that id, or NULL: of a table's entry it may have left the configuration. */
const struct limit_rule *limit_set_find(const struct limit_set *set, uint64_t id);

/* Whether some rule needs what only the body tells (template, model, prompt). */
bool limit_set_needs_prompt(const struct limit_set *set);

/* Who asks: keyed hashes or numbers, 0 = absent. */
struct limit_subject {
	uint64_t part[CONFIG_PART_COUNT];
	uint64_t prompt;
};

/* |prompt| is NULL where the body was not read. */
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
 * demand; everything else counts in every rule, also beyond the quota. Token rules are only
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
