/* Decisions: verdict and score as the sum of what was heard. */
#include "engine/decision.h"

#include "engine/verdict.h"
#include "unit.h"

static void check(struct record record, uint8_t verdict, uint8_t score)
{
	decision_settle(&record);
	ck_assert_uint_eq(record.verdict, verdict);
	ck_assert_uint_eq(record.score, score);
	ck_assert(decision_agrees(&record));
	record.score++;
	ck_assert(!decision_agrees(&record));
}

START_TEST(limits_alone_decide_where_the_board_says_nothing)
{
	static const uint8_t scores[RECORD_VERDICT_COUNT] = { 0, 0, 60, 80, 100 };

	for (uint8_t ruled = 0; ruled < RECORD_VERDICT_COUNT; ruled++)
		check((struct record){ .heard = { .ruled = ruled } }, ruled, scores[ruled]);
}
END_TEST

START_TEST(the_harsher_word_and_the_higher_score_stand)
{
	struct record record = { .mode = RECORD_MODE_TAG,
		.heard = { .state = ENGINE_STATE_PROVEN, .score = 90 } };

	check(record, RECORD_VERDICT_TAG, 90);
	record.heard.ruled = RECORD_VERDICT_THROTTLE;
	check(record, RECORD_VERDICT_THROTTLE, 90);
	record.heard.state = ENGINE_STATE_WATCH;
	record.heard.score = 20;
	check(record, RECORD_VERDICT_THROTTLE, 80);
	record.heard.ruled = RECORD_VERDICT_PASS;
	check(record, RECORD_VERDICT_WATCH, 20);
}
END_TEST

START_TEST(shadow_hears_the_board_and_says_nothing_of_it)
{
	check((struct record){ .mode = RECORD_MODE_SHADOW,
		  .heard = { .state = ENGINE_STATE_PROVEN, .score = 90 } },
	    RECORD_VERDICT_PASS, 0);
}
END_TEST

START_TEST(a_coin_a_bucket_and_a_trial_refuse)
{
	struct record record = { .mode = RECORD_MODE_ENFORCE,
		.coin = RECORD_COIN_SPARED,
		.hold = RECORD_HOLD_ON,
		.heard = { .state = ENGINE_STATE_TAGGED, .score = 70 } };

	check(record, RECORD_VERDICT_TAG, 70);
	record.coin = RECORD_COIN_REFUSED;
	check(record, RECORD_VERDICT_THROTTLE, 70);
	record.coin = RECORD_COIN_NONE;
	record.hold = RECORD_HOLD_HELD;
	check(record, RECORD_VERDICT_THROTTLE, 70);
	record.hold = RECORD_HOLD_NONE;
	record.is_shaped = true;
	check(record, RECORD_VERDICT_THROTTLE, 70);
}
END_TEST

UNIT_MAIN("decision", limits_alone_decide_where_the_board_says_nothing,
    the_harsher_word_and_the_higher_score_stand, shadow_hears_the_board_and_says_nothing_of_it,
    a_coin_a_bucket_and_a_trial_refuse)
