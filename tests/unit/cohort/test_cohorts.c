/* Cohorts: who makes one, who gives it a sketch, what its memory says, and hops between owners.
 */
#include "cohort/account.h"
#include "cohort/conversation.h"
#include "cohort/hops.h"
#include "cohort/sketch.h"

#include "unit.h"

#define NOW 1700000000u

static const struct cohorts_room room = { 1024, 256, 16 };

START_TEST(the_third_owner_makes_a_cohort_and_a_repeated_one_does_not)
{
	struct cohorts cohorts;
	const struct key key = { 99, KEY_HEAD };
	struct cohort *cohort;

	cohorts_init(&cohorts, &room, 1);
	ck_assert_ptr_null(cohorts_note(&cohorts, &key, 1, NOW));
	ck_assert_ptr_null(cohorts_note(&cohorts, &key, 1, NOW));
	ck_assert_ptr_null(cohorts_note(&cohorts, &key, 2, NOW));
	ck_assert_ptr_null(cohorts_note(&cohorts, &key, 2, NOW));
	cohort = cohorts_note(&cohorts, &key, 3, NOW);
	ck_assert_ptr_nonnull(cohort);
	ck_assert_ptr_eq(cohorts_note(&cohorts, &key, 1, NOW), cohort);
	ck_assert_ptr_eq(cohorts_find(&cohorts, 99), cohort);
	cohort->members = 5;
	ck_assert(!cohorts_promote(&cohorts, cohort));
	cohort->members = 6; /* with the two before it was one: eight owners */
	ck_assert(cohorts_promote(&cohorts, cohort));
	cohorts_fini(&cohorts);
}
END_TEST

START_TEST(sketches_are_bounded_and_come_back_from_the_evicted)
{
	struct cohorts cohorts;
	unsigned promoted = 0;

	cohorts_init(&cohorts, &room, 1);
	for (uint64_t i = 1; i <= 5000; i++) {
		const struct key key = { i * 0x9e3779b97f4a7c15ULL, KEY_HEAD };
		struct cohort *cohort = cohorts_claim(&cohorts, &key, NOW + (uint32_t)i);

		cohort->members = 8;
		promoted += cohorts_promote(&cohorts, cohort);
	}
	ck_assert_uint_gt(promoted, 16);
	ck_assert_uint_gt(cohorts.sketches_refused, 0);
	ck_assert_uint_le(cohorts.slots.used, slots_capacity(&cohorts.slots));
	cohorts_fini(&cohorts);
}
END_TEST

START_TEST(evidence_outlives_age_when_the_table_is_full)
{
	struct cohorts cohorts;
	const struct key key = { 5, KEY_TAIL };

	cohorts_init(&cohorts, &room, 1);
	cohorts_claim(&cohorts, &key, NOW)->ledger[0] = 20;
	for (uint64_t i = 1; i <= 5000; i++) {
		const struct key other = { i * 0x9e3779b97f4a7c15ULL, KEY_HEAD };

		cohorts_claim(&cohorts, &other, NOW + 3600);
	}
	ck_assert_ptr_nonnull(cohorts_find(&cohorts, 5));
	cohorts_fini(&cohorts);
}
END_TEST

START_TEST(a_sketch_knows_what_an_unrelated_member_sent)
{
	struct sketch sketch = { 0 };
	struct facts facts = { .at_us = NOW * 1000000LL, .owner = 1ULL << 50, .prefix = 3 };
	struct prompt_facts prompt = { .payload = 0xabcdef0123456789, .model = 4 };

	sketch_see(&sketch, &facts, &prompt);
	ck_assert(!sketch_other(sketch.payloads, 256, prompt.payload, facts.owner));
	ck_assert(sketch_other(sketch.payloads, 256, prompt.payload, 2ULL << 50));
	ck_assert(!sketch_other(sketch.payloads, 256, prompt.payload + 256, 2ULL << 50) ||
		  prompt.payload >> 48 == (prompt.payload + 256) >> 48);
	ck_assert_uint_eq(sketch_hour(&sketch, NOW), 1);
	ck_assert_uint_eq(sketch_hour(&sketch, NOW + 4000), 0);
}
END_TEST

START_TEST(a_pair_of_owners_hops_for_the_first_time_once)
{
	struct sketch sketch = { 0 };

	ck_assert(sketch_is_first_hop(&sketch, 123, 456));
	ck_assert(!sketch_is_first_hop(&sketch, 123, 456));
	ck_assert(!sketch_is_first_hop(&sketch, 456, 123));
	ck_assert(sketch_is_first_hop(&sketch, 123, 789));
}
END_TEST

START_TEST(hops_join_owners_under_one_root)
{
	struct slots owners;
	uint64_t root;

	slots_init(&owners, 1024, sizeof(struct hops_owner), 1);
	ck_assert_uint_eq(hops_root(&owners, 5), 0);
	hops_join(&owners, 1, 2, NOW);
	hops_join(&owners, 3, 4, NOW);
	root = hops_join(&owners, 2, 3, NOW);
	for (uint64_t owner = 1; owner <= 4; owner++)
		ck_assert_uint_eq(hops_root(&owners, owner), root);
	for (uint64_t owner = 100; owner < 400; owner++)
		root = hops_join(&owners, owner, owner + 1, NOW);
	ck_assert_uint_eq(hops_root(&owners, 100), root);
	ck_assert_uint_ne(hops_root(&owners, 1), root);
	slots_fini(&owners);
}
END_TEST

START_TEST(a_repetition_keeps_the_coin_and_a_second_owner_marks_it_shared)
{
	struct slots slots;
	struct conversation *entry;

	slots_init(&slots, 1024, sizeof(struct conversation), 1);
	conversation_note(&slots, 9, 1, NOW, 2);
	conversation_note(&slots, 9, 1, NOW + 5, 0);
	entry = conversation_find(&slots, 9, NOW + 10);
	ck_assert_uint_eq(entry->coin, 2);
	ck_assert(!entry->is_shared);
	conversation_note(&slots, 9, 2, NOW + 10, 1);
	ck_assert(entry->is_shared);
	ck_assert_uint_eq(entry->owner, 2);
	ck_assert_ptr_null(conversation_find(&slots, 9, NOW + 11 + CONVERSATION_LIFE_S));
	slots_fini(&slots);
}
END_TEST

START_TEST(an_account_counts_its_exits_of_the_day)
{
	struct account account = { .key = 1 };
	struct facts facts = { .at_us = NOW * 1000000LL };
	struct prompt_facts prompt = { 0 };

	for (uint64_t i = 1; i <= 10; i++) {
		facts.prefix = i * 0x9e3779b97f4a7c15ULL;
		account_see(&account, &facts, &prompt);
	}
	ck_assert_uint_ge(account_exits_today(&account), 7);
	ck_assert_uint_le(account_exits_today(&account), 13);
	facts.at_us += 86400 * 1000000LL;
	account_see(&account, &facts, &prompt);
	ck_assert_uint_eq(account_exits_today(&account), 1);
	ck_assert_uint_eq(account.exchanges, 11);
}
END_TEST

START_TEST(only_what_is_known_to_have_failed_is_repeated)
{
	struct account account = { .key = 1 };
	struct facts facts = { .at_us = NOW * 1000000LL, .is_retry = 1 };
	struct prompt_facts prompt = { .conversation = 77 }, other = { .conversation = 78 };

	ck_assert(!account_is_repetition(&account, &facts, &prompt));
	account_serve(&account, &facts, &prompt, false);
	account_serve(&account, &facts, &other, true);
	ck_assert(!account_is_repetition(&account, &facts, &other));
	facts.is_retry = 0; /* whether the client says so or not */
	ck_assert(account_is_repetition(&account, &facts, &prompt));
	facts.at_us += (ACCOUNT_REPEAT_S + 1) * 1000000LL;
	ck_assert(!account_is_repetition(&account, &facts, &prompt));
	facts.at_us -= 100 * 1000000LL;
	account_serve(&account, &facts, &prompt, true);
	ck_assert(!account_is_repetition(&account, &facts, &prompt));
}
END_TEST

START_TEST(an_unread_repetition_needs_a_refusal_and_the_clients_word)
{
	struct account account = { .key = 1 };
	struct facts facts = { .at_us = NOW * 1000000LL, .is_retry = 1 };
	struct prompt_facts unread = { 0 };

	ck_assert(!account_is_repetition(&account, &facts, &unread));
	account_serve(&account, &facts, &unread, false);
	ck_assert(account_is_repetition(&account, &facts, &unread));
	facts.is_retry = 0;
	ck_assert(!account_is_repetition(&account, &facts, &unread));
}
END_TEST

UNIT_MAIN("cohorts", the_third_owner_makes_a_cohort_and_a_repeated_one_does_not,
    sketches_are_bounded_and_come_back_from_the_evicted,
    evidence_outlives_age_when_the_table_is_full, a_sketch_knows_what_an_unrelated_member_sent,
    a_pair_of_owners_hops_for_the_first_time_once, hops_join_owners_under_one_root,
    a_repetition_keeps_the_coin_and_a_second_owner_marks_it_shared,
    an_account_counts_its_exits_of_the_day, only_what_is_known_to_have_failed_is_repeated,
    an_unread_repetition_needs_a_refusal_and_the_clients_word)
