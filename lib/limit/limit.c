/*
 * The question of every exchange: may it pass? All stripes that a request touches are entered
 * before any count is read and left after the last is written, so that no quota is ever passed
 * by two threads that looked at the same time, and nothing has to be taken back. It must never
 * wait for anything but those stripes.
 */
#include "limit/limit.h"

#include "limit/limit_queue.h"

#include <xxhash.h>

/* One rule on its way through the judgement of one request. */
struct step {
	const struct limit_rule *rule;
	struct limit_entry *entry; /* NULL: every entry of its stripe is held */
	uint64_t id, element;      /* the element of a distinct count, already mixed */
	unsigned bit;
};

struct steps {
	unsigned count;
	uint64_t stripes; /* bit n: stripe n is touched */
	struct step list[LIMIT_RULES_MOST];
};

_Static_assert(LIMIT_STRIPES <= 64, "a stripe is a bit");

void limit_subject_fill(
    struct limit_subject *subject, const struct facts *facts, const struct prompt_facts *prompt)
{
	*subject =
	    (struct limit_subject){ .part = {
					[CONFIG_PART_ACCOUNT] = facts->account,
					[CONFIG_PART_OWNER] = facts->owner,
					[CONFIG_PART_IP] = facts->address,
					[CONFIG_PART_PREFIX] = facts->prefix,
					[CONFIG_PART_ASN] = facts->asn,
					[CONFIG_PART_JA3] = facts->ja3,
					[CONFIG_PART_JA4] = facts->ja4,
					[CONFIG_PART_HTTP_SHAPE] = facts->http_shape,
					[CONFIG_PART_TEMPLATE] = prompt ? prompt->skeleton : 0,
					[CONFIG_PART_MODEL] = prompt ? prompt->model : 0,
					[CONFIG_PART_PATH] = facts->path,
				    } };
	subject->prompt = prompt ? prompt->payload : 0;
	subject->phase = prompt ? LIMIT_PHASE_PROMPT : LIMIT_PHASE_HEAD;
}

static bool counts_tokens(const struct limit_rule *rule)
{
	return rule->measure == CONFIG_MEASURE_INPUT_TOKENS ||
	       rule->measure == CONFIG_MEASURE_OUTPUT_TOKENS;
}

/* What a distinct rule counts; false where the rule counts no elements. */
static bool find_element(
    const struct limit_rule *rule, const struct limit_subject *subject, uint64_t *element)
{
	switch (rule->measure) {
	case CONFIG_MEASURE_ACCOUNTS:
		*element = subject->part[CONFIG_PART_ACCOUNT];
		return true;
	case CONFIG_MEASURE_IPS:
		*element = subject->part[CONFIG_PART_IP];
		return true;
	case CONFIG_MEASURE_ASNS:
		*element = subject->part[CONFIG_PART_ASN];
		return true;
	case CONFIG_MEASURE_PROMPTS:
		*element = subject->prompt;
		return true;
	default:
		return false;
	}
}

/* Names the entry of this rule for this subject; false where the rule passes it over. */
static bool plan_step(struct step *step, const struct limit_rule *rule,
    const struct limit_subject *subject, uint64_t seed)
{
	uint64_t parts[CONFIG_PART_COUNT], element = 0;
	unsigned count = 0;
	bool is_absent = false;

	for (uint32_t key = rule->key; key; key &= key - 1) {
		parts[count] = subject->part[__builtin_ctz(key)];
		is_absent |= parts[count++] == 0;
	}
	if (find_element(rule, subject, &element)) {
		is_absent |= element == 0;
		step->element = XXH3_64bits_withSeed(&element, sizeof(element), seed);
	}
	if (is_absent && rule->missing == CONFIG_MISSING_SKIP)
		return false;
	step->rule = rule;
	step->id = XXH3_64bits_withSeed(parts, count * sizeof(*parts), rule->id);
	return true;
}

static void plan_steps(struct steps *steps, const struct limit_set *set,
    const struct limit_subject *subject, const struct limit_table *table, bool only_tokens)
{
	steps->count = 0;
	steps->stripes = 0;
	for (unsigned i = 0; i < set->count; i++) {
		struct step *step = &steps->list[steps->count];
		const struct limit_rule *rule = &set->rules[i];
		bool is_asked = only_tokens ? counts_tokens(rule)
					    : rule->phase == subject->phase;

		if (!is_asked || !plan_step(step, rule, subject, set->seed))
			continue;
		limit_table_expect(table, step->id);
		step->bit = i;
		steps->stripes |= 1ull << limit_table_stripe(step->id);
		steps->count++;
	}
}

static void enter_all(struct limit_table *table, uint64_t stripes)
{
	for (; stripes; stripes &= stripes - 1)
		limit_table_enter(table, (unsigned)__builtin_ctzll(stripes));
}

static void leave_all(struct limit_table *table, uint64_t stripes)
{
	for (; stripes; stripes &= stripes - 1)
		limit_table_leave(table, (unsigned)__builtin_ctzll(stripes));
}

static struct limit_entry *touch(
    struct limit_table *table, const struct step *step, uint64_t now_us)
{
	const struct limit_rule *rule = step->rule;
	struct limit_spot spot = { .id = step->id,
		.rule = rule->id,
		.window_us = rule->window_us,
		.kind = rule->measure >= CONFIG_MEASURE_ACCOUNTS ? LIMIT_KIND_DISTINCT
								 : LIMIT_KIND_WINDOW };

	return limit_table_touch(table, &spot, now_us);
}

/* Whether this request, counted, would be more than the quota; and how long that lasts. */
static bool is_over(const struct step *step, uint64_t now_us, uint64_t *wait_us)
{
	uint64_t quota = step->rule->quota;

	if (step->entry->kind == LIMIT_KIND_DISTINCT) {
		if (distinct_count_with(&step->entry->distinct, step->element) <= quota)
			return false;
		*wait_us = distinct_wait_us(&step->entry->distinct, quota, now_us);
		return true;
	}
	if (window_has_room(&step->entry->window, 1, quota))
		return false;
	*wait_us = window_wait_us(&step->entry->window, 1, quota, now_us);
	return true;
}

static void judge_step(struct step *step, struct limit_table *table, uint64_t now_us,
    struct limit_verdict *verdict)
{
	enum limit_action action = limit_rule_action(step->rule);
	uint64_t wait_us = 0;

	step->entry = touch(table, step, now_us);
	if (!step->entry)
		return;
	step->entry->is_held = true;
	limit_table_advance(table, step->entry, now_us);
	verdict->is_shared &= limit_queue_add(table, step->entry);
	if (!is_over(step, now_us, &wait_us))
		return;
	verdict->over |= 1ull << step->bit;
	if (action == LIMIT_PASS)
		return;
	verdict->acting |= 1ull << step->bit;
	if (action > verdict->action)
		verdict->action = action;
	if (action >= LIMIT_THROTTLE && wait_us > verdict->wait_us)
		verdict->wait_us = wait_us;
}

static void count_step(const struct step *step, struct limit_table *table, uint64_t now_us)
{
	struct limit_entry *entry = step->entry;
	int added = 1;

	if (!entry || counts_tokens(step->rule))
		return;
	if (entry->kind == LIMIT_KIND_WINDOW) {
		window_count(&entry->window, 1);
	} else {
		struct distinct_room *room = limit_table_room(table, entry->id);

		while ((added = distinct_add(&entry->distinct, step->element, room)) < 0 &&
		       limit_table_make_room(table, entry, now_us))
			;
	}
	entry->is_changed |= added > 0;
}

void limit_evaluate(const struct limit_set *set, struct limit_table *table,
    const struct limit_subject *subject, uint64_t now_us, struct limit_verdict *verdict)
{
	struct steps steps;

	plan_steps(&steps, set, subject, table, false);
	*verdict = (struct limit_verdict){ .is_shared = steps.count > 0 };
	enter_all(table, steps.stripes);
	for (unsigned i = 0; i < steps.count; i++)
		limit_table_expect_entry(table, steps.list[i].id);
	for (unsigned i = 0; i < steps.count; i++)
		judge_step(&steps.list[i], table, now_us, verdict);
	for (unsigned i = 0; i < steps.count; i++) {
		if (verdict->action < LIMIT_THROTTLE)
			count_step(&steps.list[i], table, now_us);
		if (steps.list[i].entry)
			steps.list[i].entry->is_held = false;
	}
	leave_all(table, steps.stripes);
}

void limit_settle(const struct limit_set *set, struct limit_table *table,
    const struct limit_subject *subject, struct limit_tokens tokens, uint64_t now_us)
{
	struct steps steps;

	plan_steps(&steps, set, subject, table, true);
	enter_all(table, steps.stripes);
	for (unsigned i = 0; i < steps.count; i++) {
		struct limit_entry *entry = touch(table, &steps.list[i], now_us);
		bool is_input = steps.list[i].rule->measure == CONFIG_MEASURE_INPUT_TOKENS;

		if (!entry)
			continue;
		limit_table_advance(table, entry, now_us);
		window_count(&entry->window, is_input ? tokens.input : tokens.output);
		entry->is_changed = true;
		limit_queue_add(table, entry);
	}
	leave_all(table, steps.stripes);
}
