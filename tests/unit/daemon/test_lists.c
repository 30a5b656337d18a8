/* The operator's lists: found by kind, kept over a restart, read while they are written. */
#include "lists.h"

#include "unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct fault fault;

static enum lists_word look(struct lists *lists, uint64_t account, uint64_t owner, uint64_t net)
{
	return lists_look(
	    lists, &(struct facts){ .account = account, .owner = owner, .prefix = net });
}

START_TEST(members_are_found_by_their_kind)
{
	struct lists *lists = lists_new(NULL);

	ck_assert_int_eq(look(lists, 1, 2, 3), LISTS_NONE);
	ck_assert_int_eq(lists_put(lists, LISTS_ACCOUNT, 1, LISTS_DENY, &fault), 0);
	ck_assert_int_eq(look(lists, 1, 2, 3), LISTS_DENY);
	ck_assert_int_eq(look(lists, 2, 1, 1), LISTS_NONE);
	lists_put(lists, LISTS_ACCOUNT, 1, LISTS_NONE, &fault);
	ck_assert_int_eq(look(lists, 1, 2, 3), LISTS_NONE);
	lists_free(lists);
}
END_TEST

START_TEST(one_customer_of_a_refused_network_can_be_let_through)
{
	struct lists *lists = lists_new(NULL);

	lists_put(lists, LISTS_PREFIX, 9, LISTS_DENY, &fault);
	lists_put(lists, LISTS_OWNER, 5, LISTS_ALLOW, &fault);
	ck_assert_int_eq(look(lists, 1, 5, 9), LISTS_ALLOW);
	ck_assert_int_eq(look(lists, 1, 6, 9), LISTS_DENY);
	lists_free(lists);
}
END_TEST

START_TEST(an_absent_part_is_on_no_list)
{
	struct lists *lists = lists_new(NULL);

	lists_put(lists, LISTS_ACCOUNT, 1, LISTS_DENY, &fault);
	ck_assert_int_eq(look(lists, 0, 0, 0), LISTS_NONE);
	lists_free(lists);
}
END_TEST

START_TEST(a_restart_keeps_them_and_leaves_out_what_is_not_understood)
{
	char path[] = "/tmp/retort-lists-XXXXXX";
	struct lists *lists;
	FILE *file;

	close(mkstemp(path));
	lists = lists_new(path);
	ck_assert_int_eq(lists_put(lists, LISTS_OWNER, 77, LISTS_ALLOW, &fault), 0);
	ck_assert_int_eq(lists_put(lists, LISTS_PREFIX, 78, LISTS_DENY, &fault), 0);
	ck_assert_int_eq(lists_put(lists, LISTS_PREFIX, 79, LISTS_DENY, &fault), 0);
	ck_assert_int_eq(lists_put(lists, LISTS_PREFIX, 79, LISTS_NONE, &fault), 0);
	lists_free(lists);
	file = fopen(path, "a");
	fputs("allow everybody 00\ndeny\nallow account zz\n", file);
	fclose(file);
	lists = lists_new(path);
	ck_assert_int_eq(look(lists, 0, 77, 0), LISTS_ALLOW);
	ck_assert_int_eq(look(lists, 0, 0, 78), LISTS_DENY);
	ck_assert_int_eq(look(lists, 0, 0, 79), LISTS_NONE);
	lists_free(lists);
	unlink(path);
}
END_TEST

START_TEST(a_full_list_says_so_and_still_answers)
{
	struct lists *lists = lists_new(NULL);

	for (uint64_t i = 1; i <= LISTS_MOST; i++)
		ck_assert_int_eq(lists_put(lists, LISTS_ACCOUNT, i, LISTS_DENY, &fault), 0);
	ck_assert_int_eq(
	    lists_put(lists, LISTS_ACCOUNT, LISTS_MOST + 1, LISTS_DENY, &fault), -1);
	ck_assert_int_eq(look(lists, LISTS_MOST, 0, 0), LISTS_DENY);
	ck_assert_int_eq(look(lists, LISTS_MOST + 1, 0, 0), LISTS_NONE);
	ck_assert_int_eq(lists_put(lists, LISTS_ACCOUNT, 1, LISTS_ALLOW, &fault), 0);
	lists_free(lists);
}
END_TEST

static _Atomic bool is_over;

static void *read_on(void *arg)
{
	struct lists *lists = arg;
	uint64_t wrong = 0;

	while (!atomic_load(&is_over))
		for (uint64_t i = 1; i < 200; i++)
			wrong += look(lists, i, 0, 0) == (i % 2 ? LISTS_ALLOW : LISTS_DENY);
	return (void *)(uintptr_t)wrong;
}

START_TEST(a_reader_never_finds_the_word_of_another)
{
	struct lists *lists = lists_new(NULL);
	pthread_t reader;
	void *wrong;

	atomic_store(&is_over, false);
	pthread_create(&reader, NULL, read_on, lists);
	for (int round = 0; round < 50; round++)
		for (uint64_t i = 1; i < 200; i++)
			lists_put(lists, LISTS_ACCOUNT, i,
			    round % 2 ? LISTS_NONE : (i % 2 ? LISTS_DENY : LISTS_ALLOW),
			    &fault);
	atomic_store(&is_over, true);
	pthread_join(reader, &wrong);
	ck_assert_ptr_null(wrong);
	lists_free(lists);
}
END_TEST

UNIT_MAIN("lists", members_are_found_by_their_kind,
    one_customer_of_a_refused_network_can_be_let_through, an_absent_part_is_on_no_list,
    a_restart_keeps_them_and_leaves_out_what_is_not_understood,
    a_full_list_says_so_and_still_answers, a_reader_never_finds_the_word_of_another)
