/* What headers mean together: framing, the life of the connection, what ends at this hop. */
#include "wire/http1_facts.h"

#include "base/text.h"
#include "http1_parse.h"

static bool ends_here(const char *name)
{
	for (int i = 0; i < head.count; i++)
		if (bytes_equal_nocase(head.header[i].name, bytes_of_text(name)))
			return head.header[i].is_hop_by_hop;
	ck_abort_msg("no header %s", name);
}

START_TEST(a_content_length_is_one_decimal_number)
{
	ck_fine(WITH("Content-Length: 003\r\n"));
	ck_assert_uint_eq(head.content_length, 3);
	ck_fine(WITH("Content-Length:\t9223372036854775807 \r\n"));
	ck_assert_uint_eq(head.content_length, INT64_MAX);
	ck_fault(WITH("Content-Length: 9223372036854775808\r\n"), HTTP1_FAULT_LENGTH);
	ck_fault(WITH("Content-Length: 18446744073709551616\r\n"), HTTP1_FAULT_LENGTH);
	ck_fault(WITH("Content-Length:\r\n"), HTTP1_FAULT_LENGTH);
	ck_fault(WITH("Content-Length: +5\r\n"), HTTP1_FAULT_LENGTH);
	ck_fault(WITH("Content-Length: -5\r\n"), HTTP1_FAULT_LENGTH);
	ck_fault(WITH("Content-Length: 0x5\r\n"), HTTP1_FAULT_LENGTH);
	ck_fault(WITH("Content-Length: 5, 5\r\n"), HTTP1_FAULT_LENGTH);
	ck_fault(WITH("Content-Length: 5 5\r\n"), HTTP1_FAULT_LENGTH);
	ck_fault(WITH("Content-Length: 5.0\r\n"), HTTP1_FAULT_LENGTH);
	ck_fault(
	    WITH("Content-Length: 5\r\nContent-Length: 5\r\n"), HTTP1_FAULT_LENGTH_REPEATED);
	ck_fault(
	    REPLY("Content-Length: 5\r\nContent-Length: 6\r\n"), HTTP1_FAULT_LENGTH_REPEATED);
}
END_TEST

START_TEST(a_request_without_framing_has_no_body)
{
	ck_fine(WITH(""));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_NONE);
	ck_fine(WITH("Content-Length: 0\r\n"));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_LENGTH);
	ck_assert_uint_eq(head.content_length, 0);
}
END_TEST

START_TEST(the_only_transfer_coding_is_chunked)
{
	ck_fine(WITH("Transfer-Encoding: chunked\r\n"));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_CHUNKED);
	ck_fine(WITH("tRANSFER-eNCODING: cHuNkEd \r\n"));
	ck_fault(WITH("Transfer-Encoding: gzip, chunked\r\n"), HTTP1_FAULT_CODING_UNKNOWN);
	ck_fault(WITH("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
	    HTTP1_FAULT_CODING_UNKNOWN);
	ck_fault(WITH("Transfer-Encoding: x, chunked\r\n"), HTTP1_FAULT_CODING_UNKNOWN);
	ck_assert_int_eq(http1_fault_status(HTTP1_FAULT_CODING_UNKNOWN), 501);
	ck_fault(WITH("Transfer-Encoding: gzip\r\n"), HTTP1_FAULT_CODING_NOT_CHUNKED);
	ck_fault(WITH("Transfer-Encoding: identity\r\n"), HTTP1_FAULT_CODING_NOT_CHUNKED);
	ck_fault(WITH("Transfer-Encoding: chunked, gzip\r\n"), HTTP1_FAULT_CODING_NOT_CHUNKED);
	ck_fault(WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
	    HTTP1_FAULT_CODING_NOT_CHUNKED);
	ck_fault(WITH("Transfer-Encoding: xchunked\r\n"), HTTP1_FAULT_CODING_NOT_CHUNKED);
}
END_TEST

START_TEST(a_transfer_encoding_is_a_plain_list)
{
	ck_fault(WITH("Transfer-Encoding:\r\n"), HTTP1_FAULT_CODING);
	ck_fault(WITH("Transfer-Encoding: ,chunked\r\n"), HTTP1_FAULT_CODING);
	ck_fault(WITH("Transfer-Encoding: chunked,\r\n"), HTTP1_FAULT_CODING);
	ck_fault(WITH("Transfer-Encoding: chunked, chunked\r\n"), HTTP1_FAULT_CODING);
	ck_fault(WITH("Transfer-Encoding: chunked;q=1\r\n"), HTTP1_FAULT_CODING);
	ck_fault(WITH("Transfer-Encoding: \"chunked\"\r\n"), HTTP1_FAULT_CODING);
	ck_fault(
	    WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"), HTTP1_FAULT_CODING);
	ck_fault(WITH("Transfer-Encoding: ch\tunked\r\n"), HTTP1_FAULT_CODING);
}
END_TEST

START_TEST(two_framings_are_a_fault_in_any_order)
{
	ck_fault(WITH("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
	    HTTP1_FAULT_LENGTH_AND_CODING);
	ck_fault(WITH("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"),
	    HTTP1_FAULT_LENGTH_AND_CODING);
	ck_fault(REPLY("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"),
	    HTTP1_FAULT_LENGTH_AND_CODING);
}
END_TEST

START_TEST(there_are_no_chunks_in_1_0)
{
	ck_fault(request(BYTES("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")),
	    HTTP1_FAULT_CODING_IN_1_0);
	ck_fault(response(BYTES("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")),
	    HTTP1_FAULT_CODING_IN_1_0);
}
END_TEST

START_TEST(a_response_without_framing_lasts_until_the_close)
{
	ck_fine(REPLY(""));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_UNTIL_CLOSE);
	ck_assert(!head.keeps_alive);
	ck_fine(REPLY("Content-Length: 0\r\n"));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_LENGTH);
	ck_assert(head.keeps_alive);
	ck_fine(REPLY("Transfer-Encoding: chunked\r\n"));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_CHUNKED);
}
END_TEST

START_TEST(some_responses_have_no_body_whatever_they_announce)
{
	struct bytes announced = BYTES("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");

	ck_fine(http1_parse_response(announced, &HTTP1_LIMITS_DEFAULT, true, &head));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_NONE);
	ck_assert_uint_eq(head.content_length, 5);
	ck_assert(head.keeps_alive);
	ck_fine(response(BYTES("HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n")));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_NONE);
	ck_assert(head.keeps_alive);
	ck_fine(response(BYTES("HTTP/1.1 100 Continue\r\n\r\n")));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_NONE);
	ck_fine(response(BYTES("HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n")));
	ck_assert(head.keeps_alive);
}
END_TEST

START_TEST(a_204_that_announces_a_body_is_the_last_of_its_connection)
{
	ck_fine(response(BYTES("HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\n")));
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_NONE);
	ck_assert(!head.keeps_alive);
	ck_fine(response(BYTES("HTTP/1.1 103 x\r\nTransfer-Encoding: chunked\r\n\r\n")));
	ck_assert(!head.keeps_alive);
}
END_TEST

START_TEST(connections_live_on_by_version_and_option)
{
	ck_fine(WITH(""));
	ck_assert(head.keeps_alive);
	ck_fine(WITH("Connection: Close\r\n"));
	ck_assert(!head.keeps_alive);
	ck_fine(WITH("Connection: x, close\t\r\nConnection: keep-alive\r\n"));
	ck_assert(!head.keeps_alive);
	ck_fine(request(BYTES("GET / HTTP/1.0\r\n\r\n")));
	ck_assert(!head.keeps_alive);
	ck_fine(request(BYTES("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")));
	ck_assert(head.keeps_alive);
	ck_fine(response(BYTES("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n")));
	ck_assert(!head.keeps_alive);
}
END_TEST

START_TEST(connection_is_a_short_list_of_tokens)
{
	static char at[2000];
	struct text text = text_in(at, sizeof(at));

	ck_fine(WITH("Connection: , close , ,\r\n"));
	ck_assert(!head.keeps_alive);
	ck_fault(WITH("Connection: a b\r\n"), HTTP1_FAULT_CONNECTION);
	ck_fault(WITH("Connection: \"close\"\r\n"), HTTP1_FAULT_CONNECTION);
	text_add(&text, BYTES("GET / HTTP/1.1\r\nHost: a\r\nConnection: x"));
	for (int i = 1; i < 32; i++)
		text_add(&text, BYTES(",x"));
	text_add(&text, BYTES("\r\n\r\n"));
	ck_fine(request(text_bytes(&text)));
	text.len -= 4;
	text_add(&text, BYTES(",x\r\n\r\n"));
	ck_fault(request(text_bytes(&text)), HTTP1_FAULT_CONNECTION);
}
END_TEST

START_TEST(what_belongs_to_the_hop_ends_here)
{
	ck_fine(WITH("Connection: X-Session , keep-alive\r\nx-session: 1\r\nKeep-Alive: 5\r\n"
		     "X_Api_Key: k\r\nTE: trailers\r\nX-Other: 1\r\nProxy-Authorization: "
		     "x\r\nAccept: y\r\n"));
	ck_assert(ends_here("Connection") && ends_here("x-session") && ends_here("Keep-Alive"));
	ck_assert(ends_here("X_Api_Key"));
	ck_assert(ends_here("TE") && ends_here("Proxy-Authorization"));
	ck_assert(!ends_here("X-Other") && !ends_here("Host") && !ends_here("Accept"));
}
END_TEST

START_TEST(no_client_lists_away_what_somebody_decides_on)
{
	ck_fine(WITH("Connection: host, authorization, x-forwarded-for, content-length\r\n"
		     "Authorization: x\r\nX-Forwarded-For: y\r\nContent-Length: 1\r\n"));
	ck_assert(!ends_here("Host") && !ends_here("Authorization"));
	ck_assert(!ends_here("X-Forwarded-For") && !ends_here("Content-Length"));
}
END_TEST

START_TEST(an_upgrade_needs_both_headers_and_1_1)
{
	ck_fine(WITH("Connection: Upgrade\r\nUpgrade: websocket\r\n"));
	ck_assert(head.wants_upgrade);
	ck_assert(ends_here("Upgrade"));
	ck_fine(WITH("Upgrade: websocket\r\n"));
	ck_assert(!head.wants_upgrade);
	ck_fine(WITH("Connection: upgrade\r\n"));
	ck_assert(!head.wants_upgrade);
	ck_fine(request(
	    BYTES("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")));
	ck_assert(!head.wants_upgrade);
	ck_fine(response(BYTES("HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: y\r\n\r\n")));
	ck_assert(head.wants_upgrade);
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_NONE);
}
END_TEST

START_TEST(only_100_continue_can_be_expected)
{
	ck_fine(WITH("Expect: 100-Continue\r\nContent-Length: 1\r\n"));
	ck_assert(head.expects_continue);
	ck_fine(WITH("Expect: 100-continue\r\nContent-Length: 0\r\n"));
	ck_assert_msg(!head.expects_continue, "nothing is going to be sent");
	ck_fine(request(BYTES("POST / HTTP/1.0\r\nExpect: 100-continue\r\n"
			      "Content-Length: 1\r\n\r\n")));
	ck_assert(!head.expects_continue);
	ck_fault(WITH("Expect: 200-ok\r\n"), HTTP1_FAULT_EXPECTATION);
	ck_fault(
	    WITH("Expect: 100-continue\r\nExpect: 100-continue\r\n"), HTTP1_FAULT_EXPECTATION);
	ck_assert_int_eq(http1_fault_status(HTTP1_FAULT_EXPECTATION), 417);
}
END_TEST

UNIT_MAIN("http1_facts", a_content_length_is_one_decimal_number,
    a_request_without_framing_has_no_body, the_only_transfer_coding_is_chunked,
    a_transfer_encoding_is_a_plain_list, two_framings_are_a_fault_in_any_order,
    there_are_no_chunks_in_1_0, a_response_without_framing_lasts_until_the_close,
    some_responses_have_no_body_whatever_they_announce,
    a_204_that_announces_a_body_is_the_last_of_its_connection,
    connections_live_on_by_version_and_option, connection_is_a_short_list_of_tokens,
    what_belongs_to_the_hop_ends_here, no_client_lists_away_what_somebody_decides_on,
    an_upgrade_needs_both_headers_and_1_1, only_100_continue_can_be_expected)
