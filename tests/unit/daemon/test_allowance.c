/* What workers share of held bodies: never beyond its bound, fair to small ones, and all given
 * back. */
#include "allowance.h"

#include "unit.h"

#include <pthread.h>

#define MOST    (1 << 20)
#define THREADS 4

START_TEST(a_holder_has_no_more_than_is_left_free)
{
	struct allowance allowance = { 0 };

	ck_assert(!allowance_take(&allowance, 0, MOST / 2 + 1, MOST));
	ck_assert(allowance_take(&allowance, 0, MOST / 2, MOST));
	ck_assert(!allowance_take(&allowance, MOST / 2, 1, MOST));
	ck_assert(!allowance_take(&allowance, 0, MOST / 4 + 1, MOST));
	ck_assert(allowance_take(&allowance, 0, MOST / 4, MOST));
	ck_assert_uint_eq(allowance_used(&allowance), MOST / 4 * 3);
	allowance_return(&allowance, MOST / 4 * 3, MOST);
	ck_assert_uint_eq(allowance_used(&allowance), 0);
}
END_TEST

START_TEST(it_is_short_until_it_is_all_but_empty)
{
	struct allowance allowance = { 0 };

	ck_assert(allowance_take(&allowance, 0, MOST / 2, MOST));
	ck_assert(allowance_take(&allowance, 0, MOST / 4, MOST));
	ck_assert(!allowance_take(&allowance, 0, MOST / 4, MOST));
	ck_assert(allowance.is_short);
	allowance_return(&allowance, MOST / 2, MOST);
	ck_assert(allowance.is_short);
	allowance_return(&allowance, MOST / 8, MOST);
	ck_assert(!allowance.is_short);
}
END_TEST

START_TEST(a_bound_that_a_reload_lowered_lets_nobody_in)
{
	struct allowance allowance = { 0 };

	ck_assert(allowance_take(&allowance, 0, MOST / 2, MOST));
	ck_assert(!allowance_take(&allowance, 0, 1, MOST / 4));
	allowance_return(&allowance, MOST / 2, MOST / 4);
	ck_assert(allowance_take(&allowance, 0, 1, MOST / 4));
}
END_TEST

static void *grow_and_shrink(void *arg)
{
	struct allowance *allowance = arg;

	for (int turn = 0; turn < 20000; turn++) {
		uint64_t own = 0;

		while (own < MOST / 3 && allowance_take(allowance, own, MOST / 64, MOST))
			own += MOST / 64;
		ck_assert_uint_le(allowance_used(allowance), MOST);
		allowance_return(allowance, own, MOST);
	}
	return NULL;
}

START_TEST(many_threads_never_take_more_than_there_is)
{
	struct allowance allowance = { 0 };
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, grow_and_shrink, &allowance);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(allowance_used(&allowance), 0);
}
END_TEST

UNIT_MAIN("allowance", a_holder_has_no_more_than_is_left_free,
    it_is_short_until_it_is_all_but_empty, a_bound_that_a_reload_lowered_lets_nobody_in,
    many_threads_never_take_more_than_there_is)
