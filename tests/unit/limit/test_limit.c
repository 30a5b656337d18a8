/* The question of every exchange: what passes, what is counted, what a reload keeps. */
#include "limit/limit.h"

#include "limit/limit_queue.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define SECOND_US 1000000ull
#define START_US  (1750000000ull * SECOND_US)
#define ACCOUNT   (1u << CONFIG_PART_ACCOUNT)
#define JA4       (1u << CONFIG_PART_JA4)
#define ASN       (1u << CONFIG_PART_ASN)

static struct limit_table *table;
static struct limit_set *set;

static struct config_limit requests(const char *name, uint32_t key, int64_t quota)
{
	return (struct config_limit){ .name = name,
		.key = key,
		.measure = CONFIG_MEASURE_REQUESTS,
		.quota = quota,
		.window_us = 16 * (int64_t)SECOND_US,
		.action = CONFIG_ACTION_THROTTLE,
		.mode = CONFIG_MODE_ENFORCE };
}

static void compile(const struct config_limit *limits, size_t count)
{
	struct fault fault;

	limit_set_free(set);
	set = limit_set_new(limits, count, 42, &fault);
	ck_assert_ptr_nonnull(set);
	if (!table)
		table = limit_table_new(1 << 20, (struct limit_guard){ 0 });
}

static void end(void)
{
	limit_set_free(set);
	limit_table_free(table);
	set = NULL;
	table = NULL;
}

static struct limit_subject subject_of(uint64_t account, uint64_t ja4, uint64_t asn)
{
	struct limit_subject subject = { .prompt = 0 };

	subject.part[CONFIG_PART_ACCOUNT] = account;
	subject.part[CONFIG_PART_JA4] = ja4;
	subject.part[CONFIG_PART_ASN] = asn;
	return subject;
}

static struct limit_verdict ask(uint64_t account, uint64_t ja4, uint64_t asn, uint64_t now_us)
{
	struct limit_subject subject = subject_of(account, ja4, asn);
	struct limit_verdict verdict;

	limit_evaluate(set, table, &subject, now_us, &verdict);
	return verdict;
}

START_TEST(the_quota_passes_and_one_more_is_refused)
{
	struct config_limit limit = requests("rpm", ACCOUNT, 3);
	struct limit_verdict verdict;

	compile(&limit, 1);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(ask(1, 0, 0, START_US).action, LIMIT_PASS);
	verdict = ask(1, 0, 0, START_US);
	ck_assert_int_eq(verdict.action, LIMIT_THROTTLE);
	ck_assert_uint_eq(verdict.over, 1);
	ck_assert_uint_eq(verdict.acting, 1);
	ck_assert_uint_eq(verdict.wait_us, 17 * SECOND_US);
	ck_assert(!verdict.is_shared);
	ck_assert_int_eq(ask(2, 0, 0, START_US).action, LIMIT_PASS);
	end();
}
END_TEST

START_TEST(refusals_do_not_prolong_themselves)
{
	struct config_limit limit = requests("rpm", ACCOUNT, 3);
	uint64_t now_us = START_US;

	compile(&limit, 1);
	for (; now_us < START_US + 17 * SECOND_US; now_us += SECOND_US / 10)
		ask(1, 0, 0, now_us);
	ck_assert_int_eq(ask(1, 0, 0, now_us).action, LIMIT_PASS);
	end();
}
END_TEST

START_TEST(a_refusal_by_one_rule_counts_in_none)
{
	struct config_limit limits[] = { requests("wide", ASN, 100),
		requests("narrow", ACCOUNT, 2), requests("shadow", ASN, 2) };
	unsigned passed = 0;

	limits[2].mode = CONFIG_MODE_SHADOW;
	compile(limits, 3);
	for (uint64_t i = 0; i < 50; i++)
		passed += ask(1, 0, 64500, START_US).action == LIMIT_PASS;
	ck_assert_uint_eq(passed, 2);
	for (uint64_t i = 0; i < 98; i++)
		ck_assert_int_eq(ask(100 + i, 0, 64500, START_US).action, LIMIT_PASS);
	ck_assert_uint_eq(ask(1000, 0, 64500, START_US).acting, 1);
	end();
}
END_TEST

START_TEST(shadow_and_tag_count_beyond_the_quota_and_refuse_nothing)
{
	struct config_limit limits[] = { requests("shadow", ACCOUNT, 1),
		requests("tag", ACCOUNT, 2) };
	struct limit_verdict verdict;

	limits[0].mode = CONFIG_MODE_SHADOW;
	limits[1].mode = CONFIG_MODE_TAG;
	compile(limits, 2);
	ck_assert_uint_eq(ask(1, 0, 0, START_US).over, 0);
	verdict = ask(1, 0, 0, START_US);
	ck_assert_uint_eq(verdict.over, 1);
	ck_assert_uint_eq(verdict.acting, 0);
	ck_assert_int_eq(verdict.action, LIMIT_PASS);
	verdict = ask(1, 0, 0, START_US);
	ck_assert_uint_eq(verdict.over, 3);
	ck_assert_uint_eq(verdict.acting, 2);
	ck_assert_int_eq(verdict.action, LIMIT_TAG);
	ck_assert_uint_eq(verdict.wait_us, 0);
	end();
}
END_TEST

START_TEST(a_mode_changes_at_once_and_the_set_stays)
{
	struct config_limit limit = requests("rpm", ACCOUNT, 1);

	limit.mode = CONFIG_MODE_SHADOW;
	compile(&limit, 1);
	ask(1, 0, 0, START_US);
	ck_assert_int_eq(ask(1, 0, 0, START_US).action, LIMIT_PASS);
	limit_set_mode(set, 0, CONFIG_MODE_TAG);
	ck_assert_int_eq(ask(1, 0, 0, START_US).action, LIMIT_TAG);
	limit_set_mode(set, 0, CONFIG_MODE_ENFORCE);
	ck_assert_int_eq(ask(1, 0, 0, START_US).action, LIMIT_THROTTLE);
	end();
}
END_TEST

START_TEST(the_harshest_action_wins_and_the_longest_wait)
{
	struct config_limit limits[] = { requests("tag", ACCOUNT, 1),
		requests("throttle", ACCOUNT, 1), requests("block", ACCOUNT, 1) };
	struct limit_verdict verdict;

	limits[0].action = CONFIG_ACTION_TAG;
	limits[1].window_us *= 10;
	limits[2].action = CONFIG_ACTION_BLOCK;
	compile(limits, 3);
	ask(1, 0, 0, START_US);
	verdict = ask(1, 0, 0, START_US);
	ck_assert_int_eq(verdict.action, LIMIT_BLOCK);
	ck_assert_uint_eq(verdict.over, 7);
	ck_assert_uint_eq(verdict.wait_us, 170 * SECOND_US - START_US % (10 * SECOND_US));
	end();
}
END_TEST

START_TEST(an_absent_part_skips_the_rule_or_shares_a_bucket)
{
	struct config_limit limits[] = { requests("skip", ACCOUNT | JA4, 1),
		requests("bucket", ACCOUNT | JA4, 2) };

	limits[1].missing = CONFIG_MISSING_BUCKET;
	compile(limits, 2);
	ck_assert_uint_eq(ask(1, 0, 0, START_US).over, 0);
	ck_assert_uint_eq(ask(1, 0, 0, START_US).over, 0);
	ck_assert_uint_eq(ask(1, 0, 0, START_US).over, 2);
	ck_assert_uint_eq(ask(2, 0, 0, START_US).over, 0);
	ck_assert_uint_eq(ask(1, 5, 0, START_US).over, 0);
	end();
}
END_TEST

static struct config_limit fanout(int64_t quota, enum config_mode mode)
{
	struct config_limit limit = requests("fanout", JA4 | ASN, quota);

	limit.measure = CONFIG_MEASURE_ACCOUNTS;
	limit.mode = mode;
	return limit;
}

START_TEST(distinct_accounts_count_once_each)
{
	struct config_limit limit = fanout(200, CONFIG_MODE_TAG);

	compile(&limit, 1);
	for (unsigned round = 0; round < 3; round++)
		for (uint64_t account = 1; account <= 200; account++)
			ck_assert_uint_eq(ask(account, 5, 64500, START_US).over, 0);
	ck_assert_int_eq(ask(201, 5, 64500, START_US).action, LIMIT_TAG);
	ck_assert_int_eq(ask(1, 5, 64500, START_US).action, LIMIT_TAG);
	ck_assert_int_eq(ask(201, 5, 64501, START_US).action, LIMIT_PASS);
	end();
}
END_TEST

START_TEST(an_enforced_fanout_lets_the_known_pass_on)
{
	struct config_limit limit = fanout(10, CONFIG_MODE_ENFORCE);

	compile(&limit, 1);
	for (uint64_t account = 1; account <= 10; account++)
		ck_assert_int_eq(ask(account, 5, 64500, START_US).action, LIMIT_PASS);
	for (uint64_t account = 11; account <= 1000; account++)
		ck_assert_int_eq(ask(account, 5, 64500, START_US).action, LIMIT_THROTTLE);
	ck_assert_int_eq(ask(1, 5, 64500, START_US).action, LIMIT_PASS);
	end();
}
END_TEST

START_TEST(small_numbers_are_as_distinct_as_hashes)
{
	struct config_limit limit = requests("asns", ACCOUNT, 5000);
	struct limit_verdict verdict;

	limit.measure = CONFIG_MEASURE_ASNS;
	limit.mode = CONFIG_MODE_SHADOW;
	compile(&limit, 1);
	for (uint64_t asn = 1; asn <= 4000; asn++)
		verdict = ask(1, 0, asn, START_US);
	ck_assert_uint_eq(verdict.over, 0);
	for (uint64_t asn = 4001; asn <= 6000; asn++)
		verdict = ask(1, 0, asn, START_US);
	ck_assert_uint_eq(verdict.over, 1);
	end();
}
END_TEST

START_TEST(tokens_refuse_from_the_moment_they_are_used_up)
{
	struct config_limit limits[] = { requests("in", ACCOUNT, 1000),
		requests("out", ACCOUNT, 500) };
	struct limit_subject subject = subject_of(1, 0, 0);

	limits[0].measure = CONFIG_MEASURE_INPUT_TOKENS;
	limits[1].measure = CONFIG_MEASURE_OUTPUT_TOKENS;
	compile(limits, 2);
	for (unsigned i = 0; i < 20; i++)
		ck_assert_int_eq(ask(1, 0, 0, START_US).action, LIMIT_PASS);
	limit_settle(set, table, &subject, (struct limit_tokens){ 999, 499 }, START_US);
	ck_assert_uint_eq(ask(1, 0, 0, START_US).over, 0);
	limit_settle(set, table, &subject, (struct limit_tokens){ 0, 300 }, START_US);
	ck_assert_uint_eq(ask(1, 0, 0, START_US).over, 2);
	limit_settle(set, table, &subject, (struct limit_tokens){ 1, 0 }, START_US);
	ck_assert_uint_eq(ask(1, 0, 0, START_US).over, 3);
	ck_assert_uint_eq(ask(1, 0, 0, START_US + 17 * SECOND_US).over, 0);
	end();
}
END_TEST

START_TEST(quota_action_and_mode_may_change_without_losing_a_count)
{
	struct config_limit limit = requests("rpm", ACCOUNT, 10);
	const uint64_t now_us = START_US;

	compile(&limit, 1);
	for (unsigned i = 0; i < 5; i++)
		ask(1, 0, 0, now_us);
	limit.quota = 4;
	limit.action = CONFIG_ACTION_BLOCK;
	limit.missing = CONFIG_MISSING_BUCKET;
	compile(&limit, 1);
	ck_assert_int_eq(ask(1, 0, 0, now_us).action, LIMIT_BLOCK);
	limit.mode = CONFIG_MODE_SHADOW;
	compile(&limit, 1);
	ck_assert_uint_eq(ask(1, 0, 0, now_us).over, 1);
	end();
}
END_TEST

START_TEST(name_key_measure_and_window_make_another_rule)
{
	struct config_limit limits[] = { requests("a", ACCOUNT, 1), requests("b", ACCOUNT, 1),
		requests("a", ASN, 1), requests("a", ACCOUNT, 1), requests("a", ACCOUNT, 1) };

	limits[3].measure = CONFIG_MEASURE_IPS;
	limits[4].window_us++;
	compile(limits, 5);
	for (size_t i = 0; i < 5; i++)
		ck_assert_ptr_eq(
		    limit_set_find(set, limit_set_rule(set, i)->id), limit_set_rule(set, i));
	ck_assert_ptr_null(limit_set_find(set, 1));
	ck_assert_ptr_null(limit_set_rule(set, 5));
	end();
}
END_TEST

START_TEST(another_seed_makes_other_ids)
{
	struct config_limit limit = requests("rpm", ACCOUNT, 1);
	struct limit_set *other = limit_set_new(&limit, 1, 43, NULL);

	compile(&limit, 1);
	ck_assert_uint_ne(limit_set_rule(set, 0)->id, limit_set_rule(other, 0)->id);
	limit_set_free(other);
	end();
}
END_TEST

static const char *refusal_of(const struct config_limit *limits, size_t count)
{
	static struct fault fault;

	ck_assert_ptr_null(limit_set_new(limits, count, 42, &fault));
	return fault.text;
}

START_TEST(what_cannot_be_counted_is_refused_by_name)
{
	struct config_limit limits[LIMIT_RULES_MOST + 1];

	for (size_t i = 0; i <= LIMIT_RULES_MOST; i++)
		limits[i] = requests("rpm", ACCOUNT, 1);
	ck_assert_ptr_nonnull(strstr(refusal_of(limits, LIMIT_RULES_MOST + 1), "65 limits"));
	ck_assert_str_eq(refusal_of(limits, 2), "limit rpm: stands there twice");
	limits[0].quota = 1ll << 32;
	ck_assert_ptr_nonnull(strstr(refusal_of(limits, 1), "quota"));
	limits[0].quota = 0;
	ck_assert_ptr_nonnull(strstr(refusal_of(limits, 1), "quota"));
	limits[0] = requests("rpm", ACCOUNT, 1);
	limits[0].window_us = 999;
	ck_assert_ptr_nonnull(strstr(refusal_of(limits, 1), "window"));
	limits[0] = requests("rpm", 0, 1);
	ck_assert_ptr_nonnull(strstr(refusal_of(limits, 1), "key"));
}
END_TEST

START_TEST(only_body_rules_need_the_prompt)
{
	struct config_limit limit = requests("rpm", ACCOUNT, 1);

	compile(&limit, 1);
	ck_assert(!limit_set_has_phase(set, LIMIT_PHASE_PROMPT));
	limit.measure = CONFIG_MEASURE_PROMPTS;
	compile(&limit, 1);
	ck_assert(limit_set_has_phase(set, LIMIT_PHASE_PROMPT));
	limit = requests("rpm", ACCOUNT | 1u << CONFIG_PART_MODEL, 1);
	compile(&limit, 1);
	ck_assert(limit_set_has_phase(set, LIMIT_PHASE_PROMPT));
	end();
}
END_TEST

START_TEST(a_subject_takes_its_parts_from_the_facts)
{
	struct facts facts = { .account = 1,
		.owner = 2,
		.address = 3,
		.prefix = 4,
		.asn = 5,
		.ja3 = 6,
		.ja4 = 7,
		.http_shape = 8,
		.path = 9 };
	struct prompt_facts prompt = { .skeleton = 10, .model = 11, .payload = 12 };
	const uint64_t expected[CONFIG_PART_COUNT] = { 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 9 };
	struct limit_subject subject;

	limit_subject_fill(&subject, &facts, &prompt);
	ck_assert_mem_eq(subject.part, expected, sizeof(expected));
	ck_assert_uint_eq(subject.prompt, 12);
	limit_subject_fill(&subject, &facts, NULL);
	ck_assert_uint_eq(subject.part[CONFIG_PART_MODEL], 0);
	ck_assert_uint_eq(subject.part[CONFIG_PART_PATH], 9);
	ck_assert_uint_eq(subject.prompt, 0);
}
END_TEST

START_TEST(totals_are_shared_when_every_entry_has_the_present_generation)
{
	struct config_limit limits[] = { requests("a", ACCOUNT, 9), requests("b", ACCOUNT, 9) };
	struct limit_entry *entry;
	uint32_t place = 0;

	compile(limits, 2);
	limit_queue_open(table, 5);
	ck_assert(!ask(1, 0, 0, START_US).is_shared);
	for (unsigned stripe = 0; stripe < LIMIT_STRIPES; stripe++, place = 0)
		while ((entry = limit_queue_walk(table, stripe, &place)))
			entry->generation = 5;
	ck_assert(ask(1, 0, 0, START_US).is_shared);
	ck_assert(!ask(2, 0, 0, START_US).is_shared);
	limit_queue_close(table);
	ck_assert(!ask(1, 0, 0, START_US).is_shared);
	end();
}
END_TEST

START_TEST(a_table_that_is_too_small_forgets_but_stays_whole)
{
	struct config_limit limits[LIMIT_RULES_MOST];
	static char names[LIMIT_RULES_MOST][16];

	for (int i = 0; i < LIMIT_RULES_MOST; i++) {
		snprintf(names[i], sizeof(names[i]), "r%d", i);
		limits[i] = requests(names[i], ACCOUNT, 1000);
		limits[i].measure = i % 2 ? CONFIG_MEASURE_REQUESTS : CONFIG_MEASURE_IPS;
		limits[i].missing = CONFIG_MISSING_BUCKET;
	}
	table = limit_table_new(0, (struct limit_guard){ 0 });
	compile(limits, LIMIT_RULES_MOST);
	for (uint64_t account = 1; account < 5000; account++)
		ck_assert_int_eq(ask(account, 0, 0, START_US).action, LIMIT_PASS);
	end();
}
END_TEST

UNIT_MAIN("limit", the_quota_passes_and_one_more_is_refused, refusals_do_not_prolong_themselves,
    a_refusal_by_one_rule_counts_in_none,
    shadow_and_tag_count_beyond_the_quota_and_refuse_nothing,
    a_mode_changes_at_once_and_the_set_stays, the_harshest_action_wins_and_the_longest_wait,
    an_absent_part_skips_the_rule_or_shares_a_bucket, distinct_accounts_count_once_each,
    an_enforced_fanout_lets_the_known_pass_on, small_numbers_are_as_distinct_as_hashes,
    tokens_refuse_from_the_moment_they_are_used_up,
    quota_action_and_mode_may_change_without_losing_a_count,
    name_key_measure_and_window_make_another_rule, another_seed_makes_other_ids,
    what_cannot_be_counted_is_refused_by_name, only_body_rules_need_the_prompt,
    a_subject_takes_its_parts_from_the_facts,
    totals_are_shared_when_every_entry_has_the_present_generation,
    a_table_that_is_too_small_forgets_but_stays_whole)
