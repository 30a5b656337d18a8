/* Names and addresses as values: order and repetition mean nothing, and copies stand alone. */
#include "server_book.h"

#include "unit.h"

#include <stdlib.h>

/* The addresses of numeric hosts, in this order, as a resolver would give them. */
static struct addrinfo *answer(const char *const *hosts)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *first = NULL, **last = &first;

	for (; *hosts; hosts++, last = &(*last)->ai_next)
		ck_assert_int_eq(getaddrinfo(*hosts, "80", &hints, last), 0);
	return first;
}

static struct server_name entry_of(const char *const *hosts)
{
	struct server_name entry = { .name = { "gateway.test", 80 } };
	struct addrinfo *found = answer(hosts);

	server_book_fill(&entry, found);
	freeaddrinfo(found);
	return entry;
}

START_TEST(the_order_of_an_answer_means_nothing)
{
	struct server_name a = entry_of(
	    (const char *[]){ "127.0.0.2", "::1", "127.0.0.1", NULL });
	struct server_name b = entry_of(
	    (const char *[]){ "::1", "127.0.0.1", "127.0.0.2", "127.0.0.1", NULL });
	struct server_name c = entry_of(
	    (const char *[]){ "127.0.0.2", "::1", "127.0.0.3", NULL });

	ck_assert_uint_eq(a.count, 3);
	ck_assert_uint_eq(b.count, 3);
	ck_assert(server_book_same(&a, &b));
	ck_assert(!server_book_same(&a, &c));
	server_book_copy(&a, &c);
	ck_assert(server_book_same(&a, &c));
	ck_assert_ptr_ne(a.addresses, c.addresses);
	free(a.addresses);
	free(b.addresses);
	free(c.addresses);
}
END_TEST

START_TEST(an_entry_is_found_by_host_and_port)
{
	struct server_name names[] = { { .name = { "a.test", 80 } },
		{ .name = { "a.test", 81 } } };
	struct server_book book = { .name_count = 2, .names = names };

	ck_assert_ptr_eq(
	    server_book_find(&book, &(struct lookup_name){ "a.test", 81 }), &names[1]);
	ck_assert_ptr_null(server_book_find(&book, &(struct lookup_name){ "a.test", 82 }));
	ck_assert_ptr_null(server_book_find(&book, &(struct lookup_name){ "b.test", 80 }));
}
END_TEST

UNIT_MAIN(
    "server_book", the_order_of_an_answer_means_nothing, an_entry_is_found_by_host_and_port)
