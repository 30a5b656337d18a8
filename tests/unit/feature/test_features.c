/* The features: what each says of one exchange of one member, and when it says nothing. */
#include "feature/features.h"

#include "cohort/sketch.h"
#include "unit.h"

#define NOW_S 1767225600u

static struct facts facts;
static struct prompt_facts prompt;
static struct account account;
static struct cohort cohort;
static struct sketch sketch;
static struct rarity rarity;
static struct feature_view view;

static void start(void)
{
	facts = (struct facts){ .at_us = NOW_S * 1000000LL, .owner = 7ULL << 50 };
	prompt = (struct prompt_facts){ .state = PROMPT_WHOLE, .user_turns = 1 };
	account = (struct account){ .key = 7, .first_s = NOW_S - 100, .exchanges = 9 };
	cohort = (struct cohort){
		.kind = KEY_HEAD, .exchanges = 90, .members = 9, .born_s = NOW_S - 7200
	};
	memset(&sketch, 0, sizeof(sketch));
	memset(&rarity, 0, sizeof(rarity));
	view = (struct feature_view){ &facts, &prompt, &account, &cohort, &sketch, &rarity,
		NOW_S - 10 * 86400, 1, 0, 0 };
}

/* Another member with the same prefix, payload and environment. */
static void see_other(void)
{
	struct facts other = facts;

	other.owner = 8ULL << 50;
	sketch_see(&sketch, &other, &prompt);
}

START_TEST(nothing_is_said_of_what_is_absent)
{
	uint8_t levels[FEATURE_COUNT];

	start();
	prompt.state = PROMPT_OPAQUE;
	feature_levels(&view, levels);
	ck_assert_uint_eq(levels[FEATURE_claim], 0);
	ck_assert_uint_eq(levels[FEATURE_environment], 0);
	ck_assert_uint_eq(levels[FEATURE_exit], 0);
	ck_assert_uint_eq(levels[FEATURE_payload], 0);
	ck_assert_uint_eq(levels[FEATURE_elicitation], 0);
	ck_assert_uint_eq(levels[FEATURE_harvest], 0);
	ck_assert_uint_eq(levels[FEATURE_evenness], 0);
	ck_assert_uint_eq(levels[FEATURE_hours], 0);
	for (int i = 0; i < FEATURE_COUNT; i++)
		ck_assert_uint_lt(levels[i], FEATURE_LEVELS);
}
END_TEST

START_TEST(what_an_unrelated_member_showed_is_recognised)
{
	start();
	facts.prefix = 3ULL << 40 | 5;
	prompt.payload = 4ULL << 50 | 6;
	prompt.environment = 9ULL << 50 | 7;
	ck_assert_uint_eq(exit_level(&view), 1);
	ck_assert_uint_eq(payload_level(&view), 1);
	ck_assert_uint_eq(environment_level(&view), 1);
	see_other();
	ck_assert_uint_eq(exit_level(&view), 2);
	ck_assert_uint_eq(payload_level(&view), 2);
	ck_assert_uint_eq(environment_level(&view), 2);
}
END_TEST

START_TEST(a_forged_client_is_rare_among_those_who_claim_it)
{
	start();
	facts.client = 3;
	facts.http_shape = 55;
	for (uint64_t i = 0; i < 5000; i++) {
		facts.ja4 = 1000 + i % 2;
		rarity_see(&rarity, &facts);
	}
	ck_assert_uint_ge(claim_level(&view), 5);
	facts.ja4 = 77;
	ck_assert_uint_eq(claim_level(&view), 1);
	cohort.kind = KEY_CLIENT; /* all members agree there: no evidence */
	ck_assert_uint_eq(claim_level(&view), 0);
}
END_TEST

START_TEST(ages_are_said_only_once_the_engine_can_know_them)
{
	start();
	ck_assert_uint_eq(birth_level(&view), 1);
	account.first_s = NOW_S - 20 * 86400;
	ck_assert_uint_eq(birth_level(&view), 5);
	view.began_s = NOW_S - 3600;
	ck_assert_uint_eq(birth_level(&view), 0);
}
END_TEST

START_TEST(members_that_reach_a_depth_together_stand_in_the_middle)
{
	start();
	view.depth = 1;
	view.count = 4;
	for (int i = 0; i < 20; i++)
		sketch_pace(&sketch, 1, 10000);
	view.age_s = 10000;
	ck_assert_uint_eq(evenness_level(&view), 4);
	view.age_s = 10;
	ck_assert_uint_eq(evenness_level(&view), 1);
	view.age_s = 1000000;
	ck_assert_uint_eq(evenness_level(&view), 7);
	cohort.exchanges = 40;
	ck_assert_uint_eq(portion_level(&view), 4);
	cohort.exchanges = 4000;
	ck_assert_uint_eq(portion_level(&view), 1);
}
END_TEST

START_TEST(wishes_and_harvests_are_graded)
{
	start();
	ck_assert_uint_eq(elicitation_level(&view), 1);
	prompt.elicitation = PROMPT_ELICIT_RUBRIC;
	ck_assert_uint_eq(elicitation_level(&view), 4);
	prompt.elicitation = PROMPT_ELICIT_RUBRIC | PROMPT_ELICIT_REASONING;
	ck_assert_uint_eq(elicitation_level(&view), 6);
	prompt.flags = PROMPT_SINGLE_TURN | PROMPT_LARGE_OUTPUT | PROMPT_MANY_SAMPLES;
	ck_assert_uint_eq(harvest_level(&view), 6);
	account.toolful = 1;
	account.multi_turn = 1;
	prompt.flags = 0;
	ck_assert_uint_eq(harvest_level(&view), 1);
}
END_TEST

START_TEST(a_successor_follows_a_death_from_the_same_client)
{
	start();
	facts.ja4 = 5;
	facts.http_shape = 6;
	facts.prefix = 1ULL << 40;
	ck_assert_uint_eq(successor_level(&view), 1);
	sketch_death(&sketch, &facts);
	ck_assert_uint_eq(successor_level(&view), 4);
	facts.prefix = 2ULL << 40;
	ck_assert_uint_eq(successor_level(&view), 3);
	facts.at_us += 2 * 3600 * 1000000LL;
	ck_assert_uint_eq(successor_level(&view), 1);
}
END_TEST

START_TEST(a_pool_that_changes_its_model_moves_as_one)
{
	start();
	view.depth = 1;
	ck_assert_uint_eq(pivot_level(&view), 0);
	account.model = 9;
	ck_assert_uint_eq(pivot_level(&view), 1);
	account.model_changes = 1;
	account.model_s = NOW_S - 50;
	ck_assert_uint_eq(pivot_level(&view), 2);
	sketch.models[3] = (struct sketch_model){ 9, 4, NOW_S - 100 };
	ck_assert_uint_eq(pivot_level(&view), 3);
}
END_TEST

START_TEST(share_of_traffic_rhythm_hours_and_exits_are_graded)
{
	start();
	ck_assert_uint_eq(focus_level(&view), 2);
	account.exchanges = 0;
	ck_assert_uint_eq(focus_level(&view), 5);
	account.gap_ln_var = 0.2f;
	ck_assert_uint_eq(rhythm_level(&view), 2);
	account.hours = 0xFF;
	ck_assert_uint_eq(hours_level(&view), 3);
	facts.prefix = 4;
	ck_assert_uint_eq(exits_level(&view), 1);
}
END_TEST

START_TEST(a_busy_minute_stands_out_of_its_hour)
{
	start();
	for (int i = 0; i < 60; i++)
		sketch.minutes[i] = 2;
	sketch.minute = NOW_S / 60;
	ck_assert_uint_eq(synchrony_level(&view), 3);
	sketch.minutes[sketch.minute % 60] = 200;
	ck_assert_uint_eq(synchrony_level(&view), 6);
	cohort.born_s = NOW_S - 60; /* too young to have an hour */
	ck_assert_uint_eq(synchrony_level(&view), 0);
}
END_TEST

UNIT_MAIN("features", nothing_is_said_of_what_is_absent,
    what_an_unrelated_member_showed_is_recognised,
    a_forged_client_is_rare_among_those_who_claim_it,
    ages_are_said_only_once_the_engine_can_know_them,
    members_that_reach_a_depth_together_stand_in_the_middle, wishes_and_harvests_are_graded,
    a_successor_follows_a_death_from_the_same_client,
    a_pool_that_changes_its_model_moves_as_one,
    share_of_traffic_rhythm_hours_and_exits_are_graded, a_busy_minute_stands_out_of_its_hour)
