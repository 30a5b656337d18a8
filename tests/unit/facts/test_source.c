/* The client's address: who is believed, and where the walk ends. */
#include "facts/source.h"

#include "unit.h"

#include <stdio.h>

static struct cidr_list *trusted;

static void start(void)
{
	struct fault fault;

	trusted = cidr_list_new();
	ck_assert_int_eq(cidr_list_add(trusted, BYTES("10.0.0.0/8"), &fault), 0);
	ck_assert_int_eq(cidr_list_add(trusted, BYTES("fd00::/8"), &fault), 0);
	cidr_list_seal(trusted);
}

static struct source resolve(const char *peer, const struct source_claims *claims)
{
	struct address address;

	ck_assert(address_parse(bytes_of_text(peer), &address));
	return source_resolve(trusted, &address, claims);
}

/* |lines| are parted by '|'; the answer is "address hops" and '!' where it was cut. */
static const char *walk(enum source_header header, const char *peer, const char *lines)
{
	static char out[ADDRESS_TEXT + 8];
	char text[ADDRESS_TEXT];
	struct bytes values[8], rest = bytes_of_text(lines);
	struct source_claims claims = { .header = header };
	struct source source;
	size_t count = 0;

	while (rest.len)
		values[count++] = bytes_split(&rest, '|');
	claims.x_forwarded_for = claims.forwarded = values;
	claims.x_forwarded_for_count = header == SOURCE_X_FORWARDED_FOR ? count : 0;
	claims.forwarded_count = header == SOURCE_X_FORWARDED_FOR ? 0 : count;
	source = resolve(peer, &claims);
	snprintf(out, sizeof(out), "%s %d%s", address_format(&source.client, text), source.hops,
	    source.is_cut ? "!" : "");
	return out;
}

static const char *xff(const char *peer, const char *lines)
{
	return walk(SOURCE_X_FORWARDED_FOR, peer, lines);
}

static const char *forwarded(const char *peer, const char *lines)
{
	return walk(SOURCE_FORWARDED, peer, lines);
}

START_TEST(an_unlisted_peer_is_the_client_whatever_it_says)
{
	start();
	ck_assert_str_eq(xff("192.0.2.1", "198.51.100.1"), "192.0.2.1 0");
	ck_assert_str_eq(forwarded("192.0.2.1", "for=198.51.100.1"), "192.0.2.1 0");
	cidr_list_free(trusted);
	trusted = NULL;
	ck_assert_str_eq(xff("10.0.0.1", "198.51.100.1"), "10.0.0.1 0");
}
END_TEST

START_TEST(the_walk_goes_right_to_left_to_the_first_untrusted_hop)
{
	start();
	ck_assert_str_eq(xff("10.0.0.1", "198.51.100.1"), "198.51.100.1 1");
	ck_assert_str_eq(xff("10.0.0.1", "6.6.6.6, 198.51.100.1"), "198.51.100.1 1");
	ck_assert_str_eq(xff("10.0.0.1", "6.6.6.6,198.51.100.1 ,10.2.3.4"), "198.51.100.1 2");
	ck_assert_str_eq(
	    xff("10.0.0.1", "6.6.6.6, 198.51.100.1|10.2.3.4|10.2.3.5"), "198.51.100.1 3");
	ck_assert_str_eq(xff("fd00::1", "[2001:db8::1]:99, fd00::2"), "2001:db8::1 2");
	ck_assert_str_eq(xff("10.0.0.1", "198.51.100.1:4711"), "198.51.100.1 1");
	ck_assert_str_eq(xff("10.0.0.1", " , 198.51.100.1, ,|,"), "198.51.100.1 1");
	ck_assert_str_eq(xff("10.0.0.1", "10.0.0.9, 10.0.0.8"), "10.0.0.9 2");
	ck_assert_str_eq(xff("10.0.0.1", ""), "10.0.0.1 0");
	cidr_list_free(trusted);
}
END_TEST

START_TEST(garbage_ends_the_walk_at_the_last_good_hop)
{
	start();
	ck_assert_str_eq(xff("10.0.0.1", "6.6.6.6, unknown"), "10.0.0.1 0!");
	ck_assert_str_eq(xff("10.0.0.1", "6.6.6.6, 1.2.3, 10.0.0.2"), "10.0.0.2 1!");
	ck_assert_str_eq(xff("10.0.0.1", "garbage, 198.51.100.1"), "198.51.100.1 1");
	ck_assert_str_eq(forwarded("10.0.0.1", "for=6.6.6.6, for=_hidden"), "10.0.0.1 0!");
	ck_assert_str_eq(forwarded("10.0.0.1", "for=6.6.6.6, proto=https"), "10.0.0.1 0!");
	ck_assert_str_eq(forwarded("10.0.0.1", "for=6.6.6.6;for=6.6.6.7"), "10.0.0.1 0!");
	ck_assert_str_eq(forwarded("10.0.0.1", "for=6.6.6.6, for=\"10.0.0.2"), "10.0.0.1 0!");
	cidr_list_free(trusted);
}
END_TEST

START_TEST(forwarded_is_read_with_its_quotes_and_parameters)
{
	start();
	ck_assert_str_eq(forwarded("10.0.0.1", "for=192.0.2.43, For=\"[2001:db8::17]:4711\""),
	    "2001:db8::17 1");
	ck_assert_str_eq(
	    forwarded("10.0.0.1", "proto=http; FOR=192.0.2.60 ;by=203.0.113.43|for=10.0.0.2"),
	    "192.0.2.60 2");
	ck_assert_str_eq(
	    forwarded("10.0.0.1", "for=192.0.2.60;host=\"a,for=6.6.6.6;for=7.7.7.7\\\"\""),
	    "192.0.2.60 1");
	cidr_list_free(trusted);
}
END_TEST

START_TEST(a_quote_that_a_client_left_open_hides_nothing)
{
	start();
	ck_assert_str_eq(forwarded("10.0.0.1", "for=\", for=192.0.2.60"), "192.0.2.60 1");
	ck_assert_str_eq(
	    forwarded("10.0.0.1", "for=\"6.6.6.6, for=\"[2001:db8::1]\""), "2001:db8::1 1");
	cidr_list_free(trusted);
}
END_TEST

START_TEST(forwarded_counts_only_where_no_x_forwarded_for_came)
{
	struct bytes one = BYTES("192.0.2.1"), other = BYTES("for=192.0.2.2");
	struct source_claims claims = { &one, 1, &other, 1, SOURCE_EITHER };
	struct source source;
	char out[ADDRESS_TEXT];

	start();
	source = resolve("10.0.0.1", &claims);
	ck_assert_str_eq(address_format(&source.client, out), "192.0.2.1");
	claims.x_forwarded_for_count = 0;
	source = resolve("10.0.0.1", &claims);
	ck_assert_str_eq(address_format(&source.client, out), "192.0.2.2");
	claims.x_forwarded_for_count = 1;
	claims.header = SOURCE_FORWARDED;
	source = resolve("10.0.0.1", &claims);
	ck_assert_str_eq(address_format(&source.client, out), "192.0.2.2");
	cidr_list_free(trusted);
}
END_TEST

START_TEST(an_endless_chain_of_trusted_hops_ends)
{
	char lines[1000] = "";

	start();
	for (int i = 0; i < SOURCE_HOPS_MOST + 5; i++)
		strcat(lines, "10.0.0.2,");
	ck_assert_str_eq(xff("10.0.0.1", lines), "10.0.0.2 32!");
	cidr_list_free(trusted);
}
END_TEST

UNIT_MAIN("source", an_unlisted_peer_is_the_client_whatever_it_says,
    the_walk_goes_right_to_left_to_the_first_untrusted_hop,
    garbage_ends_the_walk_at_the_last_good_hop,
    forwarded_is_read_with_its_quotes_and_parameters,
    a_quote_that_a_client_left_open_hides_nothing,
    forwarded_counts_only_where_no_x_forwarded_for_came, an_endless_chain_of_trusted_hops_ends)
