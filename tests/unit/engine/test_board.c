/* The board: what is published is found by key and by account, and taken away again. */
#include "engine/board.h"

#include "cohort/keys.h"
#include "unit.h"

static struct verdict_change change_of(uint64_t subject, uint8_t state)
{
	return (struct verdict_change){ subject, { .cohort = subject,
						     .state = state,
						     .score = 80,
						     .may_probe = true,
						     .may_shape = state == ENGINE_STATE_PROVEN,
						     .rate = 2 } };
}

START_TEST(a_published_key_is_found_and_taken_away)
{
	struct board *board = board_new(1024);
	struct facts facts = { .account = 9 };
	struct prompt_facts prompt = { .head = 1234 };
	struct verdict_change change;
	struct keys keys;

	keys_of_exchange(&keys, &facts, &prompt);
	ck_assert_int_eq(keys.count, 1);
	change = change_of(keys.at[0].value, ENGINE_STATE_TAGGED);
	ck_assert_uint_eq(board_judge(board, &facts, &prompt).state, ENGINE_STATE_QUIET);
	board_apply(board, &change);
	ck_assert_uint_eq(board_judge(board, &facts, &prompt).state, ENGINE_STATE_TAGGED);
	ck_assert_uint_eq(board_judge(board, &facts, &prompt).cohort, keys.at[0].value);
	change = change_of(9, ENGINE_STATE_PROVEN);
	board_apply(board, &change);
	ck_assert(board_judge(board, &facts, &prompt).may_shape);
	ck_assert_uint_eq(board_lines(board), 2);
	change.verdict.state = ENGINE_STATE_RELEASED;
	board_apply(board, &change);
	ck_assert_uint_eq(board_judge(board, &facts, &prompt).state, ENGINE_STATE_TAGGED);
	ck_assert_uint_eq(board_lines(board), 1);
	board_free(board);
}
END_TEST

START_TEST(the_busiest_of_the_trials_that_an_exchange_matches_is_its_trial)
{
	struct board *board = board_new(1024);
	struct facts facts = { .account = 9 };
	struct prompt_facts prompt = { .head = 1234, .tail = 99, .system = 7 };
	struct verdict verdict;
	struct keys keys;

	keys_of_exchange(&keys, &facts, &prompt);
	ck_assert_int_eq(keys.count, 3);
	for (int i = 0; i < 3; i++) {
		struct verdict_change change = change_of(
		    keys.at[i].value, i == 2 ? ENGINE_STATE_PROVEN : ENGINE_STATE_TAGGED);

		change.verdict.trial = i < 2 ? keys.at[i].value : 0;
		change.verdict.size = i ? 40 : 50000;
		board_apply(board, &change);
	}
	verdict = board_judge(board, &facts, &prompt);
	ck_assert_uint_eq(verdict.trial, keys.at[0].value);
	ck_assert_uint_eq(verdict.size, 50000);
	ck_assert_uint_eq(verdict.cohort, keys.at[2].value); /* the one that shapes */
	ck_assert(verdict.may_shape && verdict.rate == 2);
	prompt.head = prompt.tail = 0;
	ck_assert_uint_eq(board_judge(board, &facts, &prompt).trial, 0);
	board_free(board);
}
END_TEST

START_TEST(a_full_board_keeps_the_gravest)
{
	struct board *board = board_new(64);
	struct prompt_facts prompt = { 0 };
	unsigned kept = 0;

	for (uint64_t i = 1; i <= 10; i++) {
		struct verdict_change change = change_of(i << 40 | i, ENGINE_STATE_PROVEN);

		board_apply(board, &change);
	}
	for (uint64_t i = 1000; i <= 9000; i++) {
		struct verdict_change change = change_of(i, ENGINE_STATE_WATCH);

		board_apply(board, &change);
	}
	for (uint64_t i = 1; i <= 10; i++) {
		struct facts facts = { .account = i << 40 | i };

		kept += board_judge(board, &facts, &prompt).state == ENGINE_STATE_PROVEN;
	}
	ck_assert_uint_eq(kept, 10);
	ck_assert_uint_le(board_lines(board), 64);
	board_free(board);
}
END_TEST

static bool is_five(void *arg, uint64_t cohort)
{
	(void)arg;
	return cohort == 5;
}

START_TEST(lines_of_cohorts_that_are_gone_are_cleared)
{
	struct board *board = board_new(64);
	struct prompt_facts prompt = { 0 };
	struct verdict_change four = change_of(4, ENGINE_STATE_TAGGED),
			      five = change_of(5, ENGINE_STATE_TAGGED);

	board_apply(board, &four);
	board_apply(board, &five);
	board_clear(board, is_five, NULL);
	ck_assert_uint_eq(board_lines(board), 1);
	ck_assert_uint_eq(
	    board_judge(board, &(struct facts){ .account = 4 }, &prompt).state, 0);
	ck_assert_uint_eq(board_judge(board, &(struct facts){ .account = 5 }, &prompt).state,
	    ENGINE_STATE_TAGGED);
	board_free(board);
}
END_TEST

START_TEST(an_account_is_refused_by_a_coin_once_in_ten_minutes)
{
	struct board *board = board_new(64);

	ck_assert(board_may_draw(board, 7, 1000));
	ck_assert(board_refused(board, 7, 1000));
	ck_assert(!board_may_draw(board, 7, 1599));
	ck_assert(!board_refused(board, 7, 1001)); /* two workers at once: one of them */
	ck_assert(board_may_draw(board, 7, 1600));
	board_free(board);
}
END_TEST

START_TEST(of_the_watched_a_quarter_is_chosen_and_of_the_tagged_all)
{
	struct verdict verdict = { .state = ENGINE_STATE_WATCH, .may_probe = true };
	int chosen = 0;

	for (uint64_t i = 1; i <= 10000; i++)
		chosen += board_is_chosen(&verdict, i * 0x9e3779b97f4a7c15ULL);
	ck_assert_int_gt(chosen, 2300);
	ck_assert_int_lt(chosen, 2700);
	verdict.state = ENGINE_STATE_TAGGED;
	ck_assert(board_is_chosen(&verdict, 1) && board_is_chosen(&verdict, 2));
	verdict.may_probe = false;
	ck_assert(!board_is_chosen(&verdict, 1));
}
END_TEST

START_TEST(a_bucket_lets_its_rate_pass_and_no_more)
{
	struct board *board = board_new(64);
	struct verdict verdict = { .cohort = 5, .rate = 2 };
	int passed = 0;

	for (int64_t at_us = 1000000000; at_us < 1100000000; at_us += 10000)
		passed += board_take(board, &verdict, at_us);
	ck_assert_int_ge(passed, 200);
	ck_assert_int_le(passed, 222); /* 100 s at 2/s, and the depth of ten seconds */
	verdict = (struct verdict){ .cohort = 6, .rate = 1.0f / 60 };
	passed = 0;
	for (int64_t at_us = 1000000000; at_us < 1600000000; at_us += 100000)
		passed += board_take(board, &verdict, at_us);
	ck_assert_int_ge(passed, 10);
	ck_assert_int_le(passed, 11);
	board_free(board);
}
END_TEST

UNIT_MAIN("board", a_published_key_is_found_and_taken_away,
    the_busiest_of_the_trials_that_an_exchange_matches_is_its_trial,
    a_full_board_keeps_the_gravest, lines_of_cohorts_that_are_gone_are_cleared,
    an_account_is_refused_by_a_coin_once_in_ten_minutes,

    of_the_watched_a_quarter_is_chosen_and_of_the_tagged_all,
    a_bucket_lets_its_rate_pass_and_no_more)
