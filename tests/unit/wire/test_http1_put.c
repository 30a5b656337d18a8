/* What is written, byte for byte, and what happens at the edge of the buffer. */
#include "wire/http1_put.h"

#include "http1_parse.h"

START_TEST(a_request_head_is_written_line_by_line)
{
	char at[256];
	struct text out = text_in(at, sizeof(at));

	http1_put_request_line(&out, BYTES("POST"), BYTES("/v1?x"));
	http1_put_header(&out, BYTES("Host"), BYTES("a"));
	http1_put_header(&out, BYTES("X-Empty"), BYTES(""));
	http1_put_number(&out, BYTES("Retort-Score"), 97);
	http1_put_framing(&out, HTTP1_FRAMING_LENGTH, 1024);
	http1_put_end(&out);
	ck_bytes(text_bytes(&out), "POST /v1?x HTTP/1.1\r\nHost: a\r\nX-Empty: \r\n"
				   "Retort-Score: 97\r\nContent-Length: 1024\r\n\r\n");
	ck_assert(!out.is_cut);
}
END_TEST

START_TEST(framing_is_what_was_understood)
{
	char at[256];
	struct text out = text_in(at, sizeof(at));

	http1_put_framing(&out, HTTP1_FRAMING_NONE, 5);
	http1_put_framing(&out, HTTP1_FRAMING_UNTIL_CLOSE, 5);
	ck_assert_uint_eq(out.len, 0);
	http1_put_framing(&out, HTTP1_FRAMING_CHUNKED, 5);
	ck_bytes(text_bytes(&out), "Transfer-Encoding: chunked\r\n");
}
END_TEST

START_TEST(a_message_that_goes_on_keeps_the_length_it_tells)
{
	struct bytes told = BYTES("HTTP/1.1 200 OK\r\nContent-Length: 007\r\n\r\n");
	char at[256];
	struct text out = text_in(at, sizeof(at));

	ck_fine(http1_parse_response(told, &HTTP1_LIMITS_DEFAULT, true, &head));
	http1_put_framing_of(&out, &head);
	ck_fine(response(BYTES("HTTP/1.1 304 x\r\nContent-Length: 8\r\n\r\n")));
	http1_put_framing_of(&out, &head);
	ck_fine(response(BYTES("HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n")));
	http1_put_framing_of(&out, &head);
	ck_fine(response(BYTES("HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n")));
	http1_put_framing_of(&out, &head);
	ck_fine(response(BYTES("HTTP/1.1 200 x\r\n\r\n")));
	http1_put_framing_of(&out, &head);
	ck_fine(request(BYTES("POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n")));
	http1_put_framing_of(&out, &head);
	ck_bytes(text_bytes(&out), "Content-Length: 7\r\nContent-Length: 8\r\n"
				   "Content-Length: 0\r\nContent-Length: 0\r\n");
}
END_TEST

START_TEST(a_target_goes_on_in_origin_form)
{
	char at[256];
	struct text out = text_in(at, sizeof(at));

	ck_fine(request(BYTES("GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n")));
	http1_put_request_line_of(&out, &head);
	ck_fine(request(BYTES("GET /c? HTTP/1.0\r\n\r\n")));
	http1_put_request_line_of(&out, &head);
	ck_fine(request(BYTES("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")));
	http1_put_request_line_of(&out, &head);
	ck_bytes(
	    text_bytes(&out), "GET /?b HTTP/1.1\r\nGET /c? HTTP/1.1\r\nOPTIONS * HTTP/1.1\r\n");
}
END_TEST

START_TEST(a_status_line_takes_the_standard_phrase_by_default)
{
	char at[256];
	struct text out = text_in(at, sizeof(at));

	http1_put_status_line(&out, 429, BYTES(""));
	http1_put_status_line(&out, 200, BYTES("Fine"));
	http1_put_status_line(&out, 599, BYTES(""));
	ck_bytes(text_bytes(&out), "HTTP/1.1 429 Too Many Requests\r\nHTTP/1.1 200 Fine\r\n"
				   "HTTP/1.1 599 Unknown\r\n");
}
END_TEST

START_TEST(every_fault_has_a_phrase_for_its_status)
{
	for (int fault = 1; fault < HTTP1_FAULT_COUNT; fault++)
		ck_assert(!bytes_equal(
		    http1_put_reason(http1_fault_status(fault)), BYTES("Unknown")));
}
END_TEST

START_TEST(a_line_that_does_not_fit_leaves_no_part_of_itself)
{
	char at[64];

	ck_fine(request(BYTES("GET /?a HTTP/1.1\r\nHost: a\r\n\r\n")));
	for (size_t room = 0; room < 11; room++) {
		struct text out = text_in(at, room);

		http1_put_header(&out, BYTES("Host"), BYTES("abc"));
		ck_assert(out.is_cut && out.len == 0);
	}
	for (size_t room = 11; room < 13; room++) {
		struct text out = text_in(at, room);

		http1_put_header(&out, BYTES("Host"), BYTES("abc"));
		ck_bytes(text_bytes(&out), "Host: abc\r\n");
	}
	for (size_t room = 0; room < 16; room++) {
		struct text out = text_in(at, room);

		http1_put_request_line(&out, BYTES("GET"), BYTES("/"));
		ck_assert(out.is_cut && out.len == 0);
		out = text_in(at, room);
		http1_put_request_line_of(&out, &head);
		ck_assert(out.is_cut && out.len == 0);
		out = text_in(at, room);
		http1_put_status_line(&out, 200, BYTES(""));
		ck_assert(out.is_cut && out.len == 0);
	}
}
END_TEST

START_TEST(a_chunk_head_is_hex_without_leading_zeros)
{
	static const struct {
		uint64_t size;
		const char *text;
	} heads[] = { { 1, "1\r\n" }, { 15, "f\r\n" }, { 16, "10\r\n" }, { 4096, "1000\r\n" },
		{ 0xABCDE, "abcde\r\n" }, { UINT64_MAX, "ffffffffffffffff\r\n" } };
	char at[HTTP1_CHUNK_HEAD_BYTES];

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		ck_assert(bytes_equal(bytes_of(at, http1_put_chunk_head(at, heads[i].size)),
		    bytes_of_text(heads[i].text)));
	ck_bytes(HTTP1_LAST_CHUNK, "0\r\n");
}
END_TEST

UNIT_MAIN("http1_put", a_request_head_is_written_line_by_line, framing_is_what_was_understood,
    a_message_that_goes_on_keeps_the_length_it_tells, a_target_goes_on_in_origin_form,
    a_status_line_takes_the_standard_phrase_by_default, every_fault_has_a_phrase_for_its_status,
    a_line_that_does_not_fit_leaves_no_part_of_itself,
    a_chunk_head_is_hex_without_leading_zeros)
