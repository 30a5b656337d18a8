/* Asking the system for names: every question is answered once, whoever waits. */
#include "lookup.h"

#include "unit.h"

#include <stdio.h>

#define MANY    40
#define SECONDS (20 * 1000 * 1000LL)

START_TEST(many_names_are_all_answered)
{
	struct lookup_name names[MANY];
	struct lookup *lookup;
	struct fault fault;

	for (int i = 0; i < MANY; i++) {
		names[i] = (struct lookup_name){ .port = (uint16_t)(i + 1) };
		snprintf(names[i].host, sizeof(names[i].host), "127.0.0.%d", i + 1);
	}
	lookup = lookup_begin(names, MANY, &fault);
	ck_assert_ptr_nonnull(lookup);
	ck_assert(lookup_wait(lookup, SECONDS));
	ck_assert(lookup_wait(lookup, SECONDS));
	for (int i = 0; i < MANY; i++)
		ck_assert_ptr_nonnull(lookup_found(lookup, &names[i], &fault));
	lookup_end(lookup);
}
END_TEST

START_TEST(what_was_not_asked_has_no_answer)
{
	struct lookup_name name = { "127.0.0.1", 80 }, other = { "127.0.0.1", 81 };
	struct lookup *lookup;
	struct fault fault;

	lookup = lookup_begin(&name, 1, &fault);
	ck_assert(lookup_wait(lookup, SECONDS));
	ck_assert_ptr_null(lookup_found(lookup, &other, &fault));
	ck_assert_str_eq(fault.text, "127.0.0.1: was not asked for");
	lookup_end(lookup);
	lookup_end(NULL);
}
END_TEST

START_TEST(nothing_to_ask_is_answered_at_once)
{
	struct fault fault;
	struct lookup *lookup = lookup_begin(NULL, 0, &fault);

	ck_assert(lookup_wait(lookup, SECONDS));
	lookup_end(lookup);
}
END_TEST

START_TEST(who_asked_may_leave_before_the_answer)
{
	struct lookup_name names[MANY];
	struct fault fault;

	for (int i = 0; i < MANY; i++)
		names[i] = (struct lookup_name){ "127.0.0.1", (uint16_t)(i + 1) };
	for (int i = 0; i < 20; i++)
		lookup_end(lookup_begin(names, MANY, &fault));
}
END_TEST

UNIT_MAIN("lookup", many_names_are_all_answered, what_was_not_asked_has_no_answer,
    nothing_to_ask_is_answered_at_once, who_asked_may_leave_before_the_answer)
