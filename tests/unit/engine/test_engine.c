/* The engine end to end on small worlds: hops, coins, proofs, and all that must not count. */
#include "engine/board.h"
#include "engine/explanation.h"

#include "engine_rig.h"
#include "unit.h"

#include <math.h>

START_TEST(a_silent_relay_is_tagged_by_provenance_alone)
{
	struct engine *engine = start();

	ck_assert_uint_eq(relay(engine, 400, false).state, ENGINE_STATE_TAGGED);
	stop(engine);
}
END_TEST

START_TEST(hops_inside_one_owner_are_none)
{
	struct engine *engine = start();
	struct engine_counts counts;

	ck_assert_uint_eq(relay(engine, 400, true).state, ENGINE_STATE_QUIET);
	engine_counts(engine, &counts);
	ck_assert_uint_eq(counts.extension_hops, 0);
	stop(engine);
}
END_TEST

/* Every owner sends the same notebook, step by step, with equal answers: extensions of each
 * other's conversations that say nothing. */
START_TEST(a_notebook_that_many_work_through_is_no_hop)
{
	struct engine *engine = start();
	struct verdict_changes changes = { 0 };
	struct engine_counts counts;

	for (int step = 0; step < 20; step++)
		for (uint64_t owner = 1; owner <= 40; owner++)
			see(engine,
			    (struct line){ .owner = owner,
				.conversation = mix(100 + (uint64_t)step),
				.earlier = step ? mix(99 + (uint64_t)step) : 0,
				.at_us = NOW_US + step * 60000000LL + (int64_t)owner },
			    &changes);
	engine_counts(engine, &counts);
	ck_assert_uint_eq(counts.extension_hops, 0);
	ck_assert_uint_eq(counts.tags, 0);
	stop(engine);
}
END_TEST

struct word { /* what is said and done about one exchange */
	bool is_retry, is_limited;
	uint16_t status;
	uint64_t conversation;
};

/* The exchanges that the head's cohort counted, when eight owners each send |words|. */
static uint64_t counted(const struct word *words, int count)
{
	struct engine *engine = start();
	struct verdict_changes changes = { 0 };
	const struct cohort *cohort;
	uint64_t most = 0;
	size_t number = 0;

	for (uint64_t i = 0; i < 8 * (uint64_t)count; i++) {
		const struct word *word = words + i % (uint64_t)count;
		struct facts facts = { .at_us = NOW_US + (int64_t)i * 2000000,
			.account = mix(i / (uint64_t)count),
			.is_retry = word->is_retry };
		struct prompt_facts prompt = { .state = PROMPT_WHOLE,
			.dialect = DIALECT_ANTHROPIC_MESSAGES,
			.conversation = mix(word->conversation + i / (uint64_t)count * 100),
			.conversation_bytes = 500,
			.head = 4711 };
		struct reply_facts reply = { .status = word->status };

		engine_see(engine,
		    &(struct exchange_seen){ .facts = &facts,
			.prompt = &prompt,
			.reply = &reply,
			.is_limited = word->is_limited },
		    &changes);
	}
	while ((cohort = engine_next_cohort(engine, &number, true)))
		most = cohort->exchanges > most ? cohort->exchanges : most;
	stop(engine);
	return most;
}

/* The first two owners only make the key a cohort. */
START_TEST(each_demand_is_counted_once_whatever_the_client_says)
{
	static const struct word once[] = { { false, false, 200, 1 } };
	static const struct word liar[] = { { true, false, 200, 1 }, { true, false, 200, 2 } };
	static const struct word upstream[] = { { false, false, 429, 1 },
		{ true, false, 503, 1 }, { true, false, 200, 1 } };
	static const struct word limited[] = { { false, true, 429, 1 },
		{ true, false, 200, 1 } };
	static const struct word others[] = { { false, false, 429, 1 }, { true, false, 200, 2 },
		{ true, false, 200, 3 } };

	ck_assert_uint_eq(counted(once, 1), 6);
	ck_assert_uint_eq(counted(liar, 2), 12);
	ck_assert_uint_eq(counted(upstream, 3), 6);
	ck_assert_uint_eq(counted(limited, 2), 6);
	ck_assert_uint_eq(counted(others, 3), 18);
}
END_TEST

START_TEST(coins_prove_nothing_before_a_cohort_is_watched)
{
	struct engine *engine = start();
	struct verdict_changes changes = { 0 };
	struct engine_counts counts;

	fail_over(engine, &changes, 300);
	engine_counts(engine, &counts);
	ck_assert_uint_gt(counts.same_hops, 10);
	ck_assert_uint_eq(counts.proofs, 0);
	stop(engine);
}
END_TEST

/* The explanation follows from its own numbers, and no longer when one of them is bent. */
static void explain(const struct engine *engine, uint64_t cohort)
{
	char room[EXPLANATION_BYTES];
	struct text text = text_in(room, sizeof(room));
	struct explanation why;

	ck_assert(!explanation_of(engine, 12345, &why));
	ck_assert(explanation_of(engine, cohort, &why));
	ck_assert(explanation_agrees(&why));
	explanation_write(&text, &why);
	ck_assert(!text.is_cut);
	room[text.len] = '\0';
	ck_assert_ptr_nonnull(strstr(room, "\"state\":\"proven\""));
	ck_assert_ptr_nonnull(strstr(room, "\"agrees\":true"));
	why.ln_e[0] += 3;
	ck_assert(!explanation_agrees(&why));
}

START_TEST(a_relay_that_fails_over_is_proven)
{
	struct engine *engine = start();
	struct verdict_changes changes = { 0 };
	struct engine_counts counts;
	size_t number = 0;
	const struct cohort *cohort, *proven = NULL;

	relay(engine, 400, false);
	fail_over(engine, &changes, 300);
	engine_counts(engine, &counts);
	ck_assert_uint_ge(counts.proofs, 1);
	while ((cohort = engine_next_cohort(engine, &number, false)))
		if (cohort->state == ENGINE_STATE_PROVEN)
			proven = cohort;
	ck_assert_ptr_nonnull(proven);
	ck_assert_uint_ge(proven->pairs, 3);
	ck_assert_double_ge(proven->proof[0], log(2e4));
	explain(engine, proven->key);
	stop(engine);
}
END_TEST

START_TEST(a_proven_cohort_is_released_after_a_silent_day_and_decays)
{
	struct engine *engine = start();
	struct verdict_changes changes = { 0 };
	struct engine_counts counts;
	int64_t at_us;

	relay(engine, 400, false);
	fail_over(engine, &changes, 300);
	at_us = engine_clock_us(engine);
	for (int i = 0; i < 30 * 24 * 40; i++) {
		changes.count = 0;
		engine_tick(engine, at_us += 90000000, &changes);
	}
	engine_counts(engine, &counts);
	ck_assert_uint_ge(counts.releases, 1);
	stop(engine);
}
END_TEST

START_TEST(equal_input_gives_equal_states_bit_for_bit)
{
	struct engine *one = start(), *two;
	struct verdict_changes changes = { 0 };
	struct cohort const *a, *b;
	size_t i = 0, j = 0;

	relay(one, 400, false);
	fail_over(one, &changes, 100);
	two = engine_new(&settings, envelope);
	relay(two, 400, false);
	fail_over(two, &changes, 100);
	do {
		a = engine_next_cohort(one, &i, true);
		b = engine_next_cohort(two, &j, true);
		ck_assert(!a == !b);
		if (a)
			ck_assert_mem_eq(a, b, sizeof(*a));
	} while (a);
	engine_free(two);
	stop(one);
}
END_TEST

START_TEST(the_tables_fit_the_memory_they_were_given)
{
	for (size_t memory = 8 << 20; memory <= (size_t)1536 << 20; memory += memory / 3) {
		struct engine_settings sizes;
		struct engine *engine;
		struct engine_counts counts;

		engine_settings_default(&sizes, memory);
		envelope = envelope_new();
		engine = engine_new(&sizes, envelope);
		engine_counts(engine, &counts);
		ck_assert_uint_le(counts.bytes, memory);
		ck_assert_uint_ge(counts.bytes, memory / 3);
		stop(engine);
	}
}
END_TEST

START_TEST(a_flood_of_keys_stays_in_its_memory)
{
	struct engine *engine = start();
	struct verdict_changes changes = { 0 };
	struct engine_counts before, after;

	engine_counts(engine, &before);
	for (uint64_t i = 0; i < 300000; i++) {
		changes.count = 0;
		see(engine,
		    (struct line){
			.owner = i, .conversation = mix(i), .at_us = NOW_US + (int64_t)i },
		    &changes);
	}
	engine_counts(engine, &after);
	ck_assert_uint_eq(before.bytes, after.bytes);
	ck_assert_uint_gt(after.accounts_evicted, 0);
	ck_assert_uint_eq(after.tags, 0);
	stop(engine);
}
END_TEST

/* So many owners send one head, a millisecond apart. */
static void send_all(struct engine *engine, uint64_t head, uint64_t owners, int64_t from_us)
{
	struct verdict_changes changes = { 0 };

	for (uint64_t i = 0; i < owners; i++)
		see(engine,
		    (struct line){
			.owner = head * 100000 + i + (uint64_t)(from_us != NOW_US) * 50000,
			.head = head,
			.conversation = mix(head * 200000 + i),
			.at_us = from_us + (int64_t)i * 1000 },
		    &changes);
}

/* The members of each cohort; returns how many cohorts there are. */
static int members(const struct engine *engine, uint32_t *count, int most)
{
	const struct cohort *cohort;
	size_t number = 0;
	int found = 0;

	while ((cohort = engine_next_cohort(engine, &number, true))) {
		ck_assert_int_lt(found, most);
		count[found++] = cohort->members;
	}
	return found;
}

START_TEST(a_crowd_leaves_room_for_the_small_and_is_not_shut_out_for_good)
{
	enum { PAIRS = 8192, SMALL = 40, OWNERS = 62 };
	struct engine *engine = start();
	uint32_t count[SMALL + 1], crowd;

	engine_free(engine);
	settings.pairs = PAIRS;
	engine = engine_new(&settings, envelope);
	send_all(engine, 1000, 20000, NOW_US);
	ck_assert_int_eq(members(engine, count, SMALL + 1), 1);
	crowd = count[0];
	ck_assert_uint_ge(crowd, PAIRS / 80);
	ck_assert_uint_le(crowd, PAIRS / 60);
	for (uint64_t head = 1; head <= SMALL; head++)
		send_all(engine, head, OWNERS, NOW_US);
	ck_assert_int_eq(members(engine, count, SMALL + 1), SMALL + 1);
	for (int i = 0; i <= SMALL; i++)
		ck_assert(count[i] == crowd || count[i] == OWNERS - COHORT_OWNERS + 1);
	send_all(engine, 1000, 20000, NOW_US + 90 * 86400000000LL);
	members(engine, count, SMALL + 1);
	for (int i = 0; i <= SMALL; i++)
		ck_assert(
		    count[i] > crowd + crowd / 2 || count[i] == OWNERS - COHORT_OWNERS + 1);
	stop(engine);
}
END_TEST

UNIT_MAIN("engine", each_demand_is_counted_once_whatever_the_client_says,
    a_silent_relay_is_tagged_by_provenance_alone, hops_inside_one_owner_are_none,
    a_notebook_that_many_work_through_is_no_hop, coins_prove_nothing_before_a_cohort_is_watched,
    a_relay_that_fails_over_is_proven,
    a_proven_cohort_is_released_after_a_silent_day_and_decays,
    equal_input_gives_equal_states_bit_for_bit, the_tables_fit_the_memory_they_were_given,
    a_flood_of_keys_stays_in_its_memory,
    a_crowd_leaves_room_for_the_small_and_is_not_shut_out_for_good)
