/*
 * Compiling the configured limits. It must never mix anything into a rule's identity that a
 * reload may change without losing the counts: quota, action, mode, what absence means.
 */
#include "limit/limit_set.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <xxhash.h>

#define WINDOW_LEAST_US 1000
#define WINDOW_MOST_US  (400ll * 86400 * 1000000)

_Static_assert(CONFIG_ACTION_TAG + 1 == LIMIT_TAG, "the configuration's actions in our order");
_Static_assert(
    CONFIG_ACTION_BLOCK + 1 == LIMIT_BLOCK, "the configuration's actions in our order");

static uint64_t identity_of(const struct config_limit *limit, uint64_t seed)
{
	const uint64_t rest[] = { limit->key, (uint64_t)limit->measure,
		(uint64_t)limit->window_us };
	uint64_t name = XXH3_64bits_withSeed(limit->name, strlen(limit->name), seed);

	return XXH3_64bits_withSeed(rest, sizeof(rest), name);
}

static int check(const struct config_limit *limit, struct fault *fault)
{
	if (limit->quota < 1 || limit->quota > (int64_t)LIMIT_QUOTA_MOST)
		return fault_say_at(fault, NULL, limit->place.line, limit->place.column,
		    "limit %s: a quota is between 1 and %u", limit->name, LIMIT_QUOTA_MOST);
	if (limit->window_us < WINDOW_LEAST_US || limit->window_us > WINDOW_MOST_US)
		return fault_say_at(fault, NULL, limit->place.line, limit->place.column,
		    "limit %s: a window is between 1 ms and 400 days", limit->name);
	if (limit->key == 0 || limit->key >> CONFIG_PART_COUNT)
		return fault_say_at(fault, NULL, limit->place.line, limit->place.column,
		    "limit %s: its key has no part that is known", limit->name);
	return 0;
}

static enum limit_phase phase_of(const struct config_limit *limit)
{
	const uint32_t body = 1u << CONFIG_PART_TEMPLATE | 1u << CONFIG_PART_MODEL;

	return (limit->key & body) || limit->measure == CONFIG_MEASURE_PROMPTS
		   ? LIMIT_PHASE_PROMPT
		   : LIMIT_PHASE_HEAD;
}

static void compile(struct limit_rule *rule, const struct config_limit *limit, uint64_t seed)
{
	rule->name = xalloc_text(limit->name);
	rule->id = identity_of(limit, seed);
	rule->key = limit->key;
	rule->measure = limit->measure;
	rule->missing = limit->missing;
	rule->most = (enum limit_action)(limit->action + 1);
	atomic_init(&rule->mode, (uint8_t)limit->mode);
	rule->phase = phase_of(limit);
	rule->quota = (uint64_t)limit->quota;
	rule->window_us = (uint64_t)limit->window_us;
}

struct limit_set *limit_set_new(
    const struct config_limit *limits, size_t count, uint64_t seed, struct fault *fault)
{
	struct limit_set *set;

	if (count > LIMIT_RULES_MOST) {
		fault_say(fault, "%zu limits are configured, at most %d are possible", count,
		    LIMIT_RULES_MOST);
		return NULL;
	}
	set = xalloc(sizeof(*set));
	set->seed = seed;
	for (size_t i = 0; i < count; i++) {
		if (check(&limits[i], fault) < 0)
			goto refuse;
		compile(&set->rules[i], &limits[i], seed);
		if (limit_set_find(set, set->rules[i].id)) {
			fault_say_at(fault, NULL, limits[i].place.line, limits[i].place.column,
			    "limit %s: stands there twice", limits[i].name);
			set->count = i + 1;
			goto refuse;
		}
		set->count = i + 1;
	}
	return set;
refuse:
	limit_set_free(set);
	return NULL;
}

void limit_set_free(struct limit_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		free(set->rules[i].name);
	free(set);
}

size_t limit_set_count(const struct limit_set *set)
{
	return set->count;
}

const struct limit_rule *limit_set_rule(const struct limit_set *set, size_t number)
{
	return number < set->count ? &set->rules[number] : NULL;
}

const struct limit_rule *limit_set_find(const struct limit_set *set, uint64_t id)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->rules[i].id == id)
			return &set->rules[i];
	return NULL;
}

bool limit_set_has_phase(const struct limit_set *set, enum limit_phase phase)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->rules[i].phase == phase)
			return true;
	return false;
}

void limit_set_mode(struct limit_set *set, size_t number, enum config_mode mode)
{
	atomic_store_explicit(&set->rules[number].mode, (uint8_t)mode, memory_order_relaxed);
}
