/* "Did you mean": distances and the choice among words. */
#include "config/nearest.h"

#include "unit.h"

static int distance(const char *a, const char *b)
{
	return nearest_distance(bytes_of_text(a), bytes_of_text(b));
}

START_TEST(one_slip_of_any_kind_costs_one)
{
	ck_assert_int_eq(distance("window", "window"), 0);
	ck_assert_int_eq(distance("window", "windows"), 1);
	ck_assert_int_eq(distance("window", "wndow"), 1);
	ck_assert_int_eq(distance("window", "windaw"), 1);
	ck_assert_int_eq(distance("window", "widnow"), 1);
	ck_assert_int_eq(distance("kitten", "sitting"), 3);
	ck_assert_int_eq(distance("", "abc"), 3);
	ck_assert_int_eq(distance("abc", ""), 3);
}
END_TEST

START_TEST(case_and_hyphens_cost_nothing)
{
	ck_assert_int_eq(distance("Body-Limit", "body_limit"), 0);
}
END_TEST

START_TEST(the_nearest_word_wins_and_a_far_one_never)
{
	struct nearest nearest = nearest_to(BYTES("adress"));

	nearest_offer(&nearest, BYTES("alpn"));
	ck_assert_ptr_null(nearest.best.at);
	nearest_offer(&nearest, BYTES("addresses"));
	nearest_offer(&nearest, BYTES("address"));
	nearest_offer(&nearest, BYTES("addrs"));
	ck_assert(bytes_equal(nearest.best, BYTES("address")));
}
END_TEST

START_TEST(words_of_any_length_are_taken)
{
	char a[500], b[500];

	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	ck_assert_int_eq(nearest_distance(bytes_of(a, 500), bytes_of(b, 500)), 32);
}
END_TEST

UNIT_MAIN("nearest", one_slip_of_any_kind_costs_one, case_and_hyphens_cost_nothing,
    the_nearest_word_wins_and_a_far_one_never, words_of_any_length_are_taken)
