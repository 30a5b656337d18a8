/* Addresses: one form a client, strict texts, prefixes that stand for one subscriber. */
#include "facts/address.h"

#include "unit.h"

#include <netinet/in.h>

static struct address parsed(const char *text)
{
	struct address address = { 0 };

	ck_assert_msg(address_parse(bytes_of_text(text), &address), "%s", text);
	return address;
}

static const char *again(const struct address *address)
{
	static char out[ADDRESS_TEXT];

	return address_format(address, out);
}

START_TEST(every_form_of_an_address_is_read)
{
	static const struct {
		const char *text, *plain;
		uint16_t port;
		uint8_t family;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", 0, ADDRESS_V4 },
		{ "192.0.2.1:8080", "192.0.2.1", 8080, ADDRESS_V4 },
		{ "::ffff:192.0.2.1", "192.0.2.1", 0, ADDRESS_V4 },
		{ "[::ffff:c000:201]:1", "192.0.2.1", 1, ADDRESS_V4 },
		{ "2001:DB8::1", "2001:db8::1", 0, ADDRESS_V6 },
		{ "[2001:db8::1]", "2001:db8::1", 0, ADDRESS_V6 },
		{ "[2001:db8::1]:65535", "2001:db8::1", 65535, ADDRESS_V6 },
		{ "::", "::", 0, ADDRESS_V6 },
		{ "1111:2222:3333:4444:5555:6666:255.255.255.255",
		    "1111:2222:3333:4444:5555:6666:ffff:ffff", 0, ADDRESS_V6 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct address address = parsed(rows[i].text);

		ck_assert_str_eq(again(&address), rows[i].plain);
		ck_assert_uint_eq(address.port, rows[i].port);
		ck_assert_uint_eq(address.family, rows[i].family);
	}
}
END_TEST

START_TEST(what_is_not_exactly_an_address_is_refused)
{
	static const char *const rows[] = { "", " 192.0.2.1", "192.0.2.1 ", "192.0.2", "0x7f.1",
		"192.0.2.01", "192.0.2.256", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:+1",
		"192.0.2.1:080808", "[192.0.2.1]", "[2001:db8::1", "2001:db8::1]", "[]", "[",
		":", "[2001:db8::1]80", "[2001:db8::1]:", "fe80::1%eth0", "2001:db8:::1",
		"unknown", "_hidden", "localhost",
		"1111:2222:3333:4444:5555:6666:255.255.255.2555" };
	struct address address = { .port = 7 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(!address_parse(bytes_of_text(rows[i]), &address), "%s", rows[i]);
	ck_assert(!address_parse(BYTES("192.0.2.1\0"), &address));
	ck_assert_uint_eq(address.port, 7);
	ck_assert_str_eq(again(&address), "none");
}
END_TEST

START_TEST(a_socket_address_becomes_the_same_address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(443),
		.sin_addr.s_addr = htonl(0xc0000201) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(444) };
	struct sockaddr other = { .sa_family = AF_UNIX };
	struct address a = address_from_sockaddr((struct sockaddr *)&v4),
		       b = parsed("192.0.2.1"), c;

	ck_assert(address_equal(&a, &b));
	ck_assert_uint_eq(a.port, 443);
	memcpy(&v6.sin6_addr, b.at, 16);
	c = address_from_sockaddr((struct sockaddr *)&v6);
	ck_assert(address_equal(&c, &b));
	ck_assert_uint_eq(c.port, 444);
	c = address_from_sockaddr(&other);
	ck_assert_uint_eq(c.family, ADDRESS_NONE);
}
END_TEST

START_TEST(prefixes_are_32_and_24_or_64_and_48)
{
	static const struct {
		const char *from, *exact, *network;
	} rows[] = {
		{ "192.0.2.77:5", "192.0.2.77", "192.0.2.0" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1::" },
	};

	for (size_t i = 0; i < 2; i++) {
		struct address from = parsed(rows[i].from);
		struct address exact = address_prefix(&from, ADDRESS_EXACT);
		struct address network = address_prefix(&from, ADDRESS_NETWORK);

		ck_assert_str_eq(again(&exact), rows[i].exact);
		ck_assert_str_eq(again(&network), rows[i].network);
		ck_assert_uint_eq(exact.port, 0);
	}
}
END_TEST

START_TEST(hashes_follow_the_prefix_and_absence_is_zero)
{
	struct fault fault;
	struct keyed_hash *hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
	struct address a = parsed("2001:db8:1:2::1"), b = parsed("[2001:db8:1:2::2]:9"),
		       c = parsed("2001:db8:1:3::1"), none = { 0 };

	ck_assert_uint_eq(
	    address_hash(&a, ADDRESS_EXACT, hash), address_hash(&b, ADDRESS_EXACT, hash));
	ck_assert_uint_ne(
	    address_hash(&a, ADDRESS_EXACT, hash), address_hash(&c, ADDRESS_EXACT, hash));
	ck_assert_uint_eq(
	    address_hash(&a, ADDRESS_NETWORK, hash), address_hash(&c, ADDRESS_NETWORK, hash));
	ck_assert_uint_eq(address_hash(&none, ADDRESS_EXACT, hash), 0);
	keyed_hash_free(hash);
}
END_TEST

UNIT_MAIN("address", every_form_of_an_address_is_read,
    what_is_not_exactly_an_address_is_refused, a_socket_address_becomes_the_same_address,
    prefixes_are_32_and_24_or_64_and_48, hashes_follow_the_prefix_and_absence_is_zero)
