/* PROXY protocol headers: both versions, byte by byte, and all that is none. */
#include "wire/proxy_protocol.h"

#include "unit.h"

#include <arpa/inet.h>

#define V2 "\r\n\r\n\0\r\nQUIT\n"

static struct proxy_protocol header;

/* Feeds ever longer beginnings: MORE until the last byte, which must give |last|. */
static void feed(struct bytes bytes, enum scan last)
{
	char *copy = malloc(bytes.len + 1);

	for (size_t len = 0; len < bytes.len; len++) {
		memcpy(copy, bytes.at, len);
		ck_assert_int_eq(proxy_protocol_parse(bytes_of(copy, len), &header), SCAN_MORE);
	}
	free(copy);
	ck_assert_int_eq(proxy_protocol_parse(bytes, &header), last);
}

static const char *source(void)
{
	static char out[INET6_ADDRSTRLEN];

	return inet_ntop(AF_INET6, header.source, out, sizeof(out));
}

START_TEST(version_1_names_both_ends)
{
	feed(BYTES("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n"), SCAN_DONE);
	ck_assert_uint_eq(header.version, 1);
	ck_assert(header.has_addresses && !header.is_local);
	ck_assert_str_eq(source(), "::ffff:192.0.2.1");
	ck_assert_uint_eq(header.source_port, 56324);
	ck_assert_uint_eq(header.destination_port, 443);
	ck_assert_uint_eq(header.consumed, 45);
	feed(BYTES("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n"), SCAN_DONE);
	ck_assert_str_eq(source(), "2001:db8::1");
}
END_TEST

START_TEST(version_1_unknown_keeps_the_peer)
{
	feed(BYTES("PROXY UNKNOWN\r\n"), SCAN_DONE);
	ck_assert(!header.has_addresses && !header.is_local);
	feed(BYTES("PROXY UNKNOWN ffff::1 whatever 65535\r\n"), SCAN_DONE);
	ck_assert(!header.has_addresses);
}
END_TEST

START_TEST(what_follows_the_header_stays_the_clients)
{
	ck_assert_int_eq(
	    proxy_protocol_parse(
		BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\n"), &header),
	    SCAN_DONE);
	ck_assert_uint_eq(header.consumed, 32);
	ck_assert_int_eq(proxy_protocol_parse(BYTES(V2 "\x20\x00\x00\x00"
						       "GET /"),
			     &header),
	    SCAN_DONE);
	ck_assert_uint_eq(header.consumed, 16);
}
END_TEST

START_TEST(lines_that_are_no_version_1_header_are_bad)
{
	static const struct bytes rows[] = {
		BYTES("G"),
		BYTES("PROXY\t"),
		BYTES("proxy TCP4 "),
		BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n"),
		BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n"),
		BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n"),
		BYTES("PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n"),
		BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n"),
		BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n"),
		BYTES("PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n"),
		BYTES("PROXY TCP4 1.2.3.04 5.6.7.8 1 2\r\n"),
		BYTES("PROXY TCP4 ::1 ::2 1 2\r\n"),
		BYTES("PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n"),
		BYTES("PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n"),
		BYTES("PROXY \r\n"),
		BYTES("PROXY \n"),
	};
	char line[PROXY_PROTOCOL_V1_MOST + 2];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_msg(proxy_protocol_parse(rows[i], &header) == SCAN_BAD, "row %zu", i);
		ck_assert_uint_eq(header.consumed, 0);
	}
	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY UNKNOWN ", 14);
	ck_assert_int_eq(
	    proxy_protocol_parse(bytes_of(line, PROXY_PROTOCOL_V1_MOST - 1), &header),
	    SCAN_MORE);
	ck_assert_int_eq(
	    proxy_protocol_parse(bytes_of(line, PROXY_PROTOCOL_V1_MOST), &header), SCAN_BAD);
	memcpy(line + PROXY_PROTOCOL_V1_MOST - 2, "\r\n", 2);
	ck_assert_int_eq(
	    proxy_protocol_parse(bytes_of(line, PROXY_PROTOCOL_V1_MOST), &header), SCAN_DONE);
}
END_TEST

START_TEST(version_2_names_both_ends_and_its_tlvs_are_skipped)
{
	feed(BYTES(V2 "\x21\x11\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x01\xbb"),
	    SCAN_DONE);
	ck_assert_uint_eq(header.version, 2);
	ck_assert_str_eq(source(), "::ffff:192.0.2.1");
	ck_assert_uint_eq(header.source_port, 56324);
	ck_assert_uint_eq(header.destination_port, 443);
	ck_assert_uint_eq(header.consumed, 28);
	feed(BYTES(V2 "\x21\x21\x00\x29"
		      "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
		      "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
		      "\x00\x01\x00\x02"
		      "\x05\x00\x02id"),
	    SCAN_DONE);
	ck_assert_str_eq(source(), "2001:db8::1");
	ck_assert_uint_eq(header.consumed, 57);
}
END_TEST

START_TEST(version_2_without_tcp_addresses_keeps_the_peer)
{
	feed(BYTES(V2 "\x20\x11\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x01\xbb"),
	    SCAN_DONE);
	ck_assert(header.is_local && !header.has_addresses);
	feed(BYTES(V2 "\x21\x00\x00\x00"), SCAN_DONE);
	ck_assert(!header.is_local && !header.has_addresses);
	feed(BYTES(V2 "\x21\x12\x00\x02zz"), SCAN_DONE);
	ck_assert(!header.has_addresses);
}
END_TEST

START_TEST(bytes_that_are_no_version_2_header_are_bad)
{
	static const struct bytes rows[] = {
		BYTES("\r\n\r\n\0\r\nQUIT\r"), BYTES(V2 "\x11"), BYTES(V2 "\x22"),
		BYTES(V2 "\x21\x41"), BYTES(V2 "\x21\x13"),
		BYTES(V2 "\x21\x11\x00\x0b\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x01"),
		BYTES(V2 "\x21\x21\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x01\xbb"),
		BYTES(V2 "\x21\x11\x0f\xf1"), /* one byte over the cap */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(proxy_protocol_parse(rows[i], &header) == SCAN_BAD, "row %zu", i);
	ck_assert_int_eq(
	    proxy_protocol_parse(BYTES(V2 "\x21\x11\x0f\xf0"), &header), SCAN_MORE);
}
END_TEST

UNIT_MAIN("proxy_protocol", version_1_names_both_ends, version_1_unknown_keeps_the_peer,
    what_follows_the_header_stays_the_clients, lines_that_are_no_version_1_header_are_bad,
    version_2_names_both_ends_and_its_tlvs_are_skipped,
    version_2_without_tcp_addresses_keeps_the_peer, bytes_that_are_no_version_2_header_are_bad)
