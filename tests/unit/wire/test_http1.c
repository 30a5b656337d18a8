/* Heads as lines: what is understood, what is refused, and within which limits. */
#include "wire/http1.h"

#include "base/text.h"
#include "http1_parse.h"

START_TEST(a_plain_request_is_read_whole)
{
	ck_fine(request(BYTES("POST /v1/messages?beta=true HTTP/1.1\r\n"
			      "Host: api.example.com:8443\r\n"
			      "X-Api-Key: \t sk-1 \t\r\n"
			      "x-empty:\r\n"
			      "content-length: 42\r\n\r\n")));
	ck_bytes(head.method, "POST");
	ck_bytes(head.target, "/v1/messages?beta=true");
	ck_bytes(head.path, "/v1/messages");
	ck_bytes(head.query, "beta=true");
	ck_bytes(head.host, "api.example.com:8443");
	ck_assert_uint_eq(head.count, 4);
	ck_bytes(head.header[1].name, "X-Api-Key");
	ck_bytes(http1_value(&head, HTTP1_X_API_KEY), "sk-1");
	ck_bytes(head.header[2].value, "");
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_LENGTH);
	ck_assert_uint_eq(head.content_length, 42);
	ck_assert_uint_eq(head.minor, 1);
	ck_assert(head.keeps_alive && !head.wants_upgrade && !head.expects_continue);
}
END_TEST

START_TEST(a_plain_response_is_read_whole)
{
	ck_fine(response(BYTES("HTTP/1.1 429 Too Many Requests\r\n"
			       "Content-Type: application/json\r\n"
			       "Content-Length: 2\r\n\r\n")));
	ck_assert_uint_eq(head.status, 429);
	ck_bytes(head.reason, "Too Many Requests");
	ck_bytes(http1_value(&head, HTTP1_CONTENT_TYPE), "application/json");
	ck_assert_int_eq(head.framing, HTTP1_FRAMING_LENGTH);
	ck_assert(head.keeps_alive);
}
END_TEST

START_TEST(headers_of_one_name_are_found_in_order)
{
	const struct http1_header *hop;

	ck_fine(WITH("X-Forwarded-For: 192.0.2.1\r\nVia: x\r\nx-forwarded-for: 192.0.2.2\r\n"));
	hop = http1_find(&head, HTTP1_X_FORWARDED_FOR);
	ck_bytes(hop->value, "192.0.2.1");
	hop = http1_next(&head, hop);
	ck_bytes(hop->value, "192.0.2.2");
	ck_assert_ptr_null(http1_next(&head, hop));
	ck_assert_ptr_null(http1_next(&head, http1_find(&head, HTTP1_VIA)));
	ck_assert_ptr_null(http1_find(&head, HTTP1_FORWARDED));
	ck_assert_ptr_null(http1_value(&head, HTTP1_FORWARDED).at);
	ck_assert_ptr_eq(http1_find_text(&head, BYTES("VIA")), http1_find(&head, HTTP1_VIA));
	ck_assert_ptr_null(http1_find_text(&head, BYTES("x-ja4")));
	ck_assert(http1_is_repeated(&head, HTTP1_X_FORWARDED_FOR));
	ck_assert(!http1_is_repeated(&head, HTTP1_VIA));
}
END_TEST

START_TEST(headers_of_one_name_are_one_list)
{
	char at[16];
	struct text room = text_in(at, sizeof(at)), less = text_in(at, 10);

	ck_fine(WITH("Content-Encoding: zstd\r\nVia: x\r\ncontent-encoding: br, gzip\r\n"));
	ck_bytes(http1_list(&head, HTTP1_CONTENT_ENCODING, &room), "zstd, br, gzip");
	ck_bytes(http1_list(&head, HTTP1_VIA, &room), "x");
	ck_assert_ptr_null(http1_list(&head, HTTP1_FORWARDED, &room).at);
	ck_bytes(http1_list(&head, HTTP1_CONTENT_ENCODING, &less), "?");
}
END_TEST

START_TEST(nothing_of_the_head_before_is_found)
{
	ck_fine(WITH("Via: x\r\nVia: y\r\nVia: z\r\n"));
	ck_fine(WITH("Via: x\r\nVia: y\r\n"));
	ck_assert_ptr_null(http1_next(&head, &head.header[2]));
	ck_fine(WITH("X-JA4: one\r\nVia: x\r\nVia: y\r\n"));
	ck_bytes(http1_find_text(&head, BYTES("x-ja4"))->value, "one");
	ck_fine(request(BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
	ck_assert_ptr_null(http1_find_text(&head, BYTES("x-ja4")));
	ck_assert_ptr_null(http1_find(&head, HTTP1_VIA));
	ck_assert(!http1_is_repeated(&head, HTTP1_VIA));
}
END_TEST

START_TEST(a_copy_of_the_used_part_of_a_head_is_a_whole_head)
{
	static struct http1_head copy;

	ck_fine(WITH("Accept: */*\r\n"));
	ck_assert_uint_lt(http1_size(&head), 512);
	memcpy(&copy, &head, http1_size(&head));
	ck_bytes(http1_value(&copy, HTTP1_ACCEPT), "*/*");
	ck_bytes(copy.host, "a");
}
END_TEST

START_TEST(a_request_line_is_three_words_and_single_spaces)
{
	ck_fault(request(BYTES("GET / HTTP/1.1 \r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET  / HTTP/1.1\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET /  HTTP/1.1\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET /a b HTTP/1.1\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET\t/ HTTP/1.1\r\n\r\n")), HTTP1_FAULT_METHOD);
	ck_fault(request(BYTES("GET / \r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET /\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET / HTTP/1.1\rX\r\n\r\n")), HTTP1_FAULT_BARE_CR);
	ck_fault(request(BYTES("GET /\rX HTTP/1.1\r\n\r\n")), HTTP1_FAULT_BARE_CR);
}
END_TEST

START_TEST(a_method_is_any_token)
{
	ck_fine(request(BYTES("M-SEARCH! / HTTP/1.1\r\nHost: a\r\n\r\n")));
	ck_fault(request(BYTES(" / HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("G(T / HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_METHOD);
	ck_fault(request(BYTES("G\x80T / HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_METHOD);
	ck_fault(request(BYTES("G\0T / HTTP/1.1\r\nHost: a\r\n\r\n")), HTTP1_FAULT_NUL);
}
END_TEST

START_TEST(other_versions_are_505_and_noise_is_400)
{
	ck_fault(request(BYTES("GET / HTTP/2.0\r\n\r\n")), HTTP1_FAULT_VERSION);
	ck_fault(request(BYTES("GET / HTTP/1.2\r\n\r\n")), HTTP1_FAULT_VERSION);
	ck_fault(request(BYTES("GET / HTTP/0.9\r\n\r\n")), HTTP1_FAULT_VERSION);
	ck_fault(request(BYTES("GET / HTTP/1.10\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET / HTTP/11\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET / http/1.1\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET / HTTP/1.x\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET / HTTP/x.1\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("GET / HTTP/1x1\r\n\r\n")), HTTP1_FAULT_REQUEST_LINE);
	ck_fault(request(BYTES("PRI * HTTP/2.0\r\n\r\n")), HTTP1_FAULT_PREFACE);
	ck_assert_int_eq(http1_fault_status(HTTP1_FAULT_VERSION), 505);
	ck_assert_int_eq(http1_fault_status(HTTP1_FAULT_PREFACE), 505);
}
END_TEST

START_TEST(a_header_name_is_a_token_with_its_colon_at_once)
{
	ck_fault(WITH("Fo@: x\r\n"), HTTP1_FAULT_HEADER_NAME);
	ck_fault(WITH(": x\r\n"), HTTP1_FAULT_HEADER_NAME);
	ck_fault(WITH("name\r\n"), HTTP1_FAULT_HEADER_NAME);
	ck_fault(WITH("name\r\nother: x\r\n"), HTTP1_FAULT_HEADER_NAME);
	ck_fault(WITH("a b: x\r\n"), HTTP1_FAULT_HEADER_NAME);
	ck_fault(WITH("caf\xC3\xA9: x\r\n"), HTTP1_FAULT_HEADER_NAME);
	ck_fault(WITH("X-Stainless-\x01OS: x\r\n"), HTTP1_FAULT_HEADER_NAME);
	ck_fault(WITH("a\0b: x\r\n"), HTTP1_FAULT_NUL);
	ck_fault(WITH("Content\rLength: 3\r\n"), HTTP1_FAULT_BARE_CR);
	ck_fault(WITH("Content-Length : 3\r\n"), HTTP1_FAULT_SPACE_BEFORE_COLON);
	ck_fault(WITH("Content-Length\t: 3\r\n"), HTTP1_FAULT_SPACE_BEFORE_COLON);
}
END_TEST

START_TEST(folded_lines_are_refused)
{
	ck_fault(WITH("a: b\r\n c\r\n"), HTTP1_FAULT_FOLDED);
	ck_fault(WITH("a: b\r\n\tc\r\n"), HTTP1_FAULT_FOLDED);
	ck_fault(WITH("a:\r\n \r\n"), HTTP1_FAULT_FOLDED);
	ck_fault(request(BYTES("GET / HTTP/1.1\r\n Host: a\r\n\r\n")), HTTP1_FAULT_FOLDED);
	ck_fault(REPLY("a: b\r\n c\r\n"), HTTP1_FAULT_FOLDED);
}
END_TEST

START_TEST(a_value_holds_no_control_byte_but_tab)
{
	ck_fine(WITH("a: x\ty \xC3\xA9 \x80\xFF ~\r\n"));
	ck_bytes(head.header[1].value, "x\ty \xC3\xA9 \x80\xFF ~");
	ck_fault(WITH("a: b\rc\r\n"), HTTP1_FAULT_BARE_CR);
	ck_fault(WITH("a: b\r\r\n"), HTTP1_FAULT_BARE_CR);
	ck_fault(WITH("a: b\nc: d\r\n"), HTTP1_FAULT_BARE_LF);
	ck_fault(WITH("a: b\0c\r\n"), HTTP1_FAULT_NUL);
	ck_fault(WITH("a: b\x7F\r\n"), HTTP1_FAULT_HEADER_VALUE);
	ck_fault(REPLY("a: b\x0C\r\n"), HTTP1_FAULT_HEADER_VALUE);
}
END_TEST

START_TEST(every_byte_of_a_value_is_judged_at_every_place)
{
	for (int c = 0; c < 256; c++)
		for (size_t place = 0; place < 20; place++) {
			char text[] =
			    "GET / HTTP/1.1\r\nHost: a\r\nb:.12345678901234567890.\r\n\r\n";
			bool is_control = c < 0x20 || c == 0x7F;
			char *value = strstr(text, "123");

			value[place] = (char)c;
			ck_assert_msg((request(bytes_of(text, sizeof(text) - 1)) !=
					  HTTP1_FAULT_NONE) == (is_control && c != '\t'),
			    "byte %d at %zu", c, place);
			if (!is_control)
				ck_assert_uint_eq(head.header[1].value.len, 22);
		}
}
END_TEST

START_TEST(every_byte_of_a_name_is_judged_at_every_place)
{
	static const char token[] = "!#$%&'*+-.^_`|~";

	for (int c = 0; c < 256; c++)
		for (size_t place = 0; place < 14; place++) {
			char text[] = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n";
			bool is_alnum = (c >= '0' && c <= '9') ||
					((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
			bool is_token = is_alnum || (c && strchr(token, c));
			char *name = strstr(text, "Content"), old = name[place];
			bool is_same = is_alnum && (c | 0x20) == (old | 0x20);
			enum http1_fault fault;

			name[place] = (char)c;
			fault = request(bytes_of(text, sizeof(text) - 1));
			/* A colon cuts the name; what follows it is its value then. */
			ck_assert_msg(
			    (fault == HTTP1_FAULT_NONE) == (is_token || (c == ':' && place)),
			    "byte %d at %zu: %s", c, place, http1_fault_code(fault));
			if (!fault)
				ck_assert((head.framing == HTTP1_FRAMING_LENGTH) ==
					  (is_same || c == old));
		}
}
END_TEST

START_TEST(limits_of_count_and_target_are_kept)
{
	struct http1_limits limits = {
		.head_bytes = 1000, .target_bytes = 4, .header_count = 2
	};
	struct bytes two = BYTES("GET /abc HTTP/1.1\r\nHost: a\r\nb: c\r\n\r\n");
	struct bytes three = BYTES("GET / HTTP/1.1\r\nHost: a\r\nb: c\r\nd: e\r\n\r\n");
	struct bytes long_target = BYTES("GET /abcd HTTP/1.1\r\nHost: a\r\n\r\n");

	ck_fine(http1_parse_request(two, &limits, &head));
	ck_fault(http1_parse_request(three, &limits, &head), HTTP1_FAULT_TOO_MANY_HEADERS);
	ck_fault(http1_parse_request(long_target, &limits, &head), HTTP1_FAULT_TARGET_TOO_LONG);
	ck_assert_int_eq(http1_fault_status(HTTP1_FAULT_TOO_MANY_HEADERS), 431);
	ck_assert_int_eq(http1_fault_status(HTTP1_FAULT_TARGET_TOO_LONG), 414);
}
END_TEST

START_TEST(no_limit_lets_more_headers_in_than_there_is_room)
{
	struct http1_limits limits = { 1 << 20, 100, 100000 };
	static char at[8000];
	struct text text = text_in(at, sizeof(at));

	text_add(&text, BYTES("GET / HTTP/1.1\r\nHost: a\r\n"));
	for (int i = 1; i < HTTP1_HEADERS_MAX; i++)
		text_add(&text, BYTES("a: b\r\n"));
	text_add(&text, BYTES("\r\n"));
	ck_fine(http1_parse_request(text_bytes(&text), &limits, &head));
	ck_assert_uint_eq(head.count, HTTP1_HEADERS_MAX);
	ck_assert_ptr_eq(http1_find(&head, HTTP1_OTHER), &head.header[1]);
	text.len -= 2;
	text_add(&text, BYTES("a: b\r\n\r\n"));
	ck_fault(http1_parse_request(text_bytes(&text), &limits, &head),
	    HTTP1_FAULT_TOO_MANY_HEADERS);
}
END_TEST

START_TEST(a_status_line_is_strict_but_for_the_space_of_an_empty_reason)
{
	ck_fine(response(BYTES("HTTP/1.1 204 \r\n\r\n")));
	ck_fine(response(BYTES("HTTP/1.1 204\r\n\r\n")));
	ck_bytes(head.reason, "");
	ck_fine(response(BYTES("HTTP/1.1 599 x\r\n\r\n")));
	ck_fault(response(BYTES("HTTP/1.1 20\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
	ck_fault(response(BYTES("HTTP/1.1 2000 x\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
	ck_fault(response(BYTES("HTTP/1.1 099 x\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
	ck_fault(response(BYTES("HTTP/1.1 600 x\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
	ck_fault(response(BYTES("HTTP/1.1 2x0 x\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
	ck_fault(response(BYTES("HTTP/1.1  200 x\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
	ck_fault(response(BYTES("HTTP/1.1\t200 x\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
	ck_fault(response(BYTES("HTTP/2.0 200 OK\r\n\r\n")), HTTP1_FAULT_VERSION);
	ck_fault(response(BYTES("ICY 200 OK\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
	ck_fault(response(BYTES("x\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
	ck_fault(response(BYTES("HTTP/1.1 200 O\rK\r\n\r\n")), HTTP1_FAULT_BARE_CR);
	ck_fault(response(BYTES("HTTP/1.1 200 O\x01K\r\n\r\n")), HTTP1_FAULT_STATUS_LINE);
}
END_TEST

START_TEST(every_fault_has_a_status_a_code_and_a_sentence)
{
	for (int fault = 1; fault < HTTP1_FAULT_COUNT; fault++) {
		ck_assert_int_ge(http1_fault_status(fault), 400);
		ck_assert_int_lt(http1_fault_status(fault), 600);
		ck_assert_uint_gt(strlen(http1_fault_text(fault)), 5);
		for (int other = 0; other < fault; other++)
			ck_assert_str_ne(http1_fault_code(fault), http1_fault_code(other));
	}
}
END_TEST

UNIT_MAIN("http1", a_plain_request_is_read_whole, a_plain_response_is_read_whole,
    headers_of_one_name_are_found_in_order, headers_of_one_name_are_one_list,
    nothing_of_the_head_before_is_found, a_copy_of_the_used_part_of_a_head_is_a_whole_head,
    a_request_line_is_three_words_and_single_spaces, a_method_is_any_token,
    other_versions_are_505_and_noise_is_400, a_header_name_is_a_token_with_its_colon_at_once,
    folded_lines_are_refused, a_value_holds_no_control_byte_but_tab,
    every_byte_of_a_value_is_judged_at_every_place,
    every_byte_of_a_name_is_judged_at_every_place, limits_of_count_and_target_are_kept,
    no_limit_lets_more_headers_in_than_there_is_room,
    a_status_line_is_strict_but_for_the_space_of_an_empty_reason,
    every_fault_has_a_status_a_code_and_a_sentence)
