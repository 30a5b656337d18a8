/* What explanations remember: the remarkable is not pushed out by the rest. */
#include "recent.h"

#include "unit.h"

static void add(struct recent *recent, uint64_t exchange, uint8_t verdict)
{
	static struct record record;

	record.facts.exchange = exchange;
	record.verdict = verdict;
	recent_add(recent, &record);
}

START_TEST(the_remarkable_outlasts_the_rest)
{
	struct recent *recent = recent_new(8);

	add(recent, 1, RECORD_VERDICT_TAG);
	for (uint64_t i = 2; i < 100; i++)
		add(recent, i, RECORD_VERDICT_PASS);
	ck_assert_ptr_nonnull(recent_find(recent, 1));
	ck_assert_int_eq(recent_find(recent, 1)->verdict, RECORD_VERDICT_TAG);
	ck_assert_ptr_null(recent_find(recent, 91));
	for (uint64_t i = 92; i < 100; i++)
		ck_assert_uint_eq(recent_find(recent, i)->facts.exchange, i);
	recent_free(recent);
}
END_TEST

START_TEST(what_was_never_there_is_not_found)
{
	struct recent *recent = recent_new(4);

	ck_assert_ptr_null(recent_find(recent, 0));
	add(recent, 7, RECORD_VERDICT_PASS);
	ck_assert_ptr_null(recent_find(recent, 8));
	recent_free(recent);
	recent_free(NULL);
}
END_TEST

UNIT_MAIN("recent", the_remarkable_outlasts_the_rest, what_was_never_there_is_not_found)
