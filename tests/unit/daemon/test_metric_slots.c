/* Slots of limits' counters: a limit keeps its own, wherever the file moves it. */
#include "metric_slots.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

static struct config_limit limits[METRICS_RULES];

static struct config config_of(size_t count, const char *const *names)
{
	struct config config = { .limits = limits, .limit_count = count };

	for (size_t i = 0; i < count; i++)
		limits[i].name = names[i];
	return config;
}

static const char *slot_name(const struct metric_slots *slots, size_t rule)
{
	return slots->names[slots->of_rule[rule]];
}

START_TEST(a_limit_that_moves_keeps_its_slot)
{
	const char *const old[] = { "a", "b", "c" }, *const new[] = { "c", "new", "a" };
	struct config first = config_of(3, old);
	struct metric_slots slots, next;
	struct config second;

	metric_slots_init(&slots, NULL, &first);
	second = config_of(3, new);
	metric_slots_init(&next, &slots, &second);
	ck_assert_uint_eq(next.of_rule[0], slots.of_rule[2]);
	ck_assert_uint_eq(next.of_rule[2], slots.of_rule[0]);
	ck_assert_uint_ne(next.of_rule[1], slots.of_rule[1]); /* b's waits for its return */
	ck_assert_str_eq(slot_name(&next, 1), "new");
	metric_slots_fini(&slots);
	ck_assert_str_eq(slot_name(&next, 0), "c");
	metric_slots_fini(&next);
}
END_TEST

START_TEST(when_all_slots_are_taken_one_of_a_limit_that_has_gone_is_used)
{
	char text[METRICS_RULES][16];
	const char *names[METRICS_RULES];
	struct metric_slots slots, next;
	struct config config;

	for (int i = 0; i < METRICS_RULES; i++) {
		snprintf(text[i], sizeof(text[i]), "l%d", i);
		names[i] = text[i];
	}
	config = config_of(METRICS_RULES, names);
	metric_slots_init(&slots, NULL, &config);
	names[40] = "late";
	config = config_of(METRICS_RULES, names);
	metric_slots_init(&next, &slots, &config);
	ck_assert_uint_eq(next.of_rule[40], slots.of_rule[40]);
	for (size_t i = 0; i < METRICS_RULES; i++)
		ck_assert_str_eq(slot_name(&next, i), names[i]);
	metric_slots_fini(&slots);
	metric_slots_fini(&next);
}
END_TEST

UNIT_MAIN("metric_slots", a_limit_that_moves_keeps_its_slot,
    when_all_slots_are_taken_one_of_a_limit_that_has_gone_is_used)
