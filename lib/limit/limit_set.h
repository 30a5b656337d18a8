#ifndef LIMIT_LIMIT_SET_H
#define LIMIT_LIMIT_SET_H

#include "base/fault.h"
#include "config/item.h"

#include <stdatomic.h>

/*
 * The configured limits, compiled. Nothing of a set changes but a rule's mode. A rule is known
 * by its name, key, measure and window: a reload that changes quota, action, mode or |missing|
 * finds the same counts again.
 */
#define LIMIT_RULES_MOST 64
#define LIMIT_QUOTA_MOST UINT32_MAX /* see window/window.h */

/* What a rule may do, from mild to harsh. */
enum limit_action { LIMIT_PASS, LIMIT_TAG, LIMIT_THROTTLE, LIMIT_BLOCK, LIMIT_ACTION_COUNT };

/* When a rule can be asked: with the head alone, or once the body has told template, model or
 * prompt. An early refusal saves the upload. */
enum limit_phase { LIMIT_PHASE_HEAD, LIMIT_PHASE_PROMPT, LIMIT_PHASE_COUNT };

struct limit_rule {
	char *name; /* owned */
	uint64_t id;
	uint32_t key; /* bits 1 << enum config_part */
	enum config_measure measure;
	enum config_missing missing;
	enum limit_action most; /* what the configuration would have it do in mode enforce */
	_Atomic uint8_t mode;   /* enum config_mode; see limit_set_mode */
	enum limit_phase phase;
	uint64_t quota, window_us;
};

struct limit_set {
	uint64_t seed;
	size_t count;
	struct limit_rule rules[LIMIT_RULES_MOST];
};

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

/* Another mode for one rule, until this set makes way for another. Any thread, while others
 * judge by the set: a request sees the one mode or the other. */
void limit_set_mode(struct limit_set *set, size_t number, enum config_mode mode);

/* What |rule| may do in its mode: shadow LIMIT_PASS, tag LIMIT_TAG. */
static inline enum limit_action limit_rule_action(const struct limit_rule *rule)
{
	static const enum limit_action mild[] = {
		[CONFIG_MODE_SHADOW] = LIMIT_PASS, [CONFIG_MODE_TAG] = LIMIT_TAG
	};
	uint8_t mode = atomic_load_explicit(&rule->mode, memory_order_relaxed);

	return mode == CONFIG_MODE_ENFORCE ? rule->most : mild[mode];
}

/* Whether some rule is asked in |phase|. */
bool limit_set_has_phase(const struct limit_set *set, enum limit_phase phase);

#endif
