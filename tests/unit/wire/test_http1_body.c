/* Bodies: one meaning whatever way the bytes are cut, and no meaning for broken framing. */
#include "wire/http1_body.h"

#include "base/text.h"
#include "unit.h"

#define LINE_BYTES 64

/* What came out of a body: its bytes, its trailers as "line|", how it ended, what was left. */
static struct outcome {
	struct text body, trailers;
	enum http1_step end;
	enum http1_fault fault;
	size_t left;
	bool may_end;
} seen;

static void begin_outcome(void)
{
	static char body[8192], trailers[2048];

	seen = (struct outcome){ text_in(body, sizeof(body)),
		text_in(trailers, sizeof(trailers)), HTTP1_STEP_MORE, 0, 0, false };
}

/* Decodes |all| shown in pieces of |step| bytes. */
static void decode(enum http1_framing framing, uint64_t length, struct bytes all, size_t step)
{
	char line[LINE_BYTES];
	struct http1_body body;

	begin_outcome();
	http1_body_init(&body, framing, length, line, sizeof(line));
	for (size_t at = 0; at < all.len && seen.end == HTTP1_STEP_MORE;) {
		size_t len = all.len - at < step ? all.len - at : step;
		char *copy = memcpy(malloc(len), all.at + at, len);
		struct bytes input = bytes_of(copy, len), span = { 0 };

		while ((seen.end = http1_body_next(&body, &input, &span)) == HTTP1_STEP_SPAN ||
		       seen.end == HTTP1_STEP_TRAILER) {
			ck_assert(span.len > 0);
			text_add(
			    seen.end == HTTP1_STEP_SPAN ? &seen.body : &seen.trailers, span);
			if (seen.end == HTTP1_STEP_TRAILER)
				text_add_char(&seen.trailers, '|');
		}
		at += len - input.len;
		free(copy);
		seen.left = all.len - at;
	}
	seen.fault = body.fault;
	seen.may_end = http1_body_may_end(&body);
	ck_assert(http1_body_is_done(&body) == (seen.end == HTTP1_STEP_DONE) ||
		  seen.end == HTTP1_STEP_MORE);
}

static void ck_chunked(struct bytes all, struct bytes body, struct bytes trailers)
{
	for (size_t step = 1; step <= all.len; step++) {
		decode(HTTP1_FRAMING_CHUNKED, 0, all, step);
		ck_assert_int_eq(seen.end, HTTP1_STEP_DONE);
		ck_assert(bytes_equal(text_bytes(&seen.body), body));
		ck_assert_msg(bytes_equal(text_bytes(&seen.trailers), trailers), "%.*s",
		    (int)seen.trailers.len, seen.trailers.at);
	}
}

static void ck_bad(struct bytes all, enum http1_fault fault)
{
	for (size_t step = 1; step <= all.len; step++) {
		decode(HTTP1_FRAMING_CHUNKED, 0, all, step);
		ck_assert_msg(seen.end == HTTP1_STEP_BAD && seen.fault == fault, "%.*s: %s",
		    (int)all.len, all.at, http1_fault_code(seen.fault));
	}
}

START_TEST(a_length_ends_a_body_and_leaves_the_rest)
{
	for (size_t step = 1; step < 8; step++) {
		decode(HTTP1_FRAMING_LENGTH, 5, BYTES("helloGET"), step);
		ck_assert(bytes_equal(text_bytes(&seen.body), BYTES("hello")));
		decode(HTTP1_FRAMING_LENGTH, 9, BYTES("hello"), step);
		ck_assert_int_eq(seen.end, HTTP1_STEP_MORE);
		ck_assert(!seen.may_end);
	}
	decode(HTTP1_FRAMING_LENGTH, 5, BYTES("helloGET"), 8);
	ck_assert_int_eq(seen.end, HTTP1_STEP_DONE);
	ck_assert_uint_eq(seen.left, 3);
}
END_TEST

START_TEST(the_last_span_of_a_length_is_known_as_the_last)
{
	struct bytes input = BYTES("abcd"), span;
	struct http1_body body;

	http1_body_init(&body, HTTP1_FRAMING_LENGTH, 4, NULL, 0);
	ck_assert(!http1_body_is_done(&body));
	ck_assert_int_eq(http1_body_next(&body, &input, &span), HTTP1_STEP_SPAN);
	ck_assert(http1_body_is_done(&body));
}
END_TEST

START_TEST(no_body_is_over_at_once)
{
	struct bytes input = BYTES("GET"), span;
	struct http1_body body;

	http1_body_init(&body, HTTP1_FRAMING_NONE, 0, NULL, 0);
	ck_assert(http1_body_is_done(&body) && http1_body_may_end(&body));
	ck_assert_int_eq(http1_body_next(&body, &input, &span), HTTP1_STEP_DONE);
	ck_assert_uint_eq(input.len, 3);
	http1_body_init(&body, HTTP1_FRAMING_LENGTH, 0, NULL, 0);
	ck_assert_int_eq(http1_body_next(&body, &input, &span), HTTP1_STEP_DONE);
}
END_TEST

START_TEST(a_body_until_the_close_is_everything)
{
	decode(HTTP1_FRAMING_UNTIL_CLOSE, 0, BYTES("0\r\n\r\nHTTP/1.1"), 3);
	ck_assert(bytes_equal(text_bytes(&seen.body), BYTES("0\r\n\r\nHTTP/1.1")));
	ck_assert_int_eq(seen.end, HTTP1_STEP_MORE);
	ck_assert(seen.may_end);
}
END_TEST

START_TEST(chunks_are_joined)
{
	ck_chunked(
	    BYTES("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), BYTES("hello world"), BYTES(""));
	ck_chunked(BYTES("A\r\n0123456789\r\n000a\r\n0123456789\r\n000\r\n\r\n"),
	    BYTES("01234567890123456789"), BYTES(""));
	ck_chunked(BYTES("F\r\n0123456789abcde\r\nf\r\n0123456789abcde\r\n0\r\n\r\n"),
	    BYTES("0123456789abcde0123456789abcde"), BYTES(""));
	ck_chunked(BYTES("0\r\n\r\n"), BYTES(""), BYTES(""));
	decode(HTTP1_FRAMING_CHUNKED, 0, BYTES("0\r\n\r\nGET /"), 100);
	ck_assert_uint_eq(seen.left, 5);
	decode(HTTP1_FRAMING_CHUNKED, 0, BYTES("5\r\nhello\r\n0\r\n"), 1);
	ck_assert_int_eq(seen.end, HTTP1_STEP_MORE);
	ck_assert(!seen.may_end);
}
END_TEST

START_TEST(a_chunk_size_is_hex_digits_and_nothing_else)
{
	ck_bad(BYTES("\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("g\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES(" 5\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("5 \r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("5\t;a\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("+5\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("-1\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("0x5\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("5\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("5\rhello"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES(";a\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("\0"), HTTP1_FAULT_CHUNK_SIZE);
}
END_TEST

START_TEST(a_chunk_size_neither_wraps_nor_grows_without_end)
{
	ck_bad(BYTES("10000000000000000\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("FFFFFFFFFFFFFFFF\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("8000000000000000\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	ck_bad(BYTES("00000000000000005\r\n"), HTTP1_FAULT_CHUNK_SIZE);
	decode(HTTP1_FRAMING_CHUNKED, 0, BYTES("7fffffffffffffff\r\nx"), 100);
	ck_assert_int_eq(seen.end, HTTP1_STEP_MORE);
	ck_assert_uint_eq(seen.body.len, 1);
}
END_TEST

START_TEST(a_chunk_ends_where_its_size_says)
{
	ck_bad(BYTES("5\r\nhelloo"), HTTP1_FAULT_CHUNK_END);
	ck_bad(BYTES("5\r\nhello\n"), HTTP1_FAULT_CHUNK_END);
	ck_bad(BYTES("5\r\nhello\r\r"), HTTP1_FAULT_CHUNK_END);
	ck_bad(BYTES("5\r\nhello0\r\n"), HTTP1_FAULT_CHUNK_END);
}
END_TEST

START_TEST(chunk_extensions_are_checked_and_dropped)
{
	ck_chunked(BYTES("5;a;b=c;d=\"e \\\" ; \\\\\xFF\"\r\nhello\r\n0;x=\"\"\r\n\r\n"),
	    BYTES("hello"), BYTES(""));
	ck_bad(BYTES("5;\r\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5;a=\r\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5;;a\r\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5;a b\r\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5; a\r\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5;a=\"b\"c\r\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5;a=\"b\r\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5;a=\"\\\r\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5;a\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5;a=b=c\r\n"), HTTP1_FAULT_CHUNK_EXTENSION);
	ck_bad(BYTES("5;a\rb"), HTTP1_FAULT_CHUNK_SIZE);
}
END_TEST

START_TEST(each_chunk_has_its_own_bound_on_extensions)
{
	static char at[1200];
	struct text text = text_in(at, sizeof(at));

	for (int chunk = 0; chunk < 2; chunk++) {
		text_add(&text, BYTES("1;"));
		for (int i = 1; i < HTTP1_EXTENSION_BYTES; i++)
			text_add_char(&text, 'x');
		text_add(&text, BYTES("\r\na\r\n"));
	}
	text_add(&text, BYTES("0\r\n\r\n"));
	ck_chunked(text_bytes(&text), BYTES("aa"), BYTES(""));
	text.len = 2;
	for (int i = 0; i <= HTTP1_EXTENSION_BYTES; i++)
		text_add_char(&text, 'x');
	ck_bad(text_bytes(&text), HTTP1_FAULT_CHUNK_EXTENSION_TOO_LONG);
}
END_TEST

START_TEST(trailers_come_out_one_by_one)
{
	struct http1_header trailer = http1_body_trailer(BYTES("Digest:  a:b "));

	ck_chunked(BYTES("1\r\na\r\n0\r\nX-Sum:  abc \r\nServer-Timing:\r\n\r\n"), BYTES("a"),
	    BYTES("X-Sum:  abc |Server-Timing:|"));
	ck_assert(bytes_equal(trailer.name, BYTES("Digest")));
	ck_assert(bytes_equal(trailer.value, BYTES("a:b")));
}
END_TEST

START_TEST(trailers_that_would_change_the_head_are_dropped)
{
	ck_chunked(BYTES("0\r\nContent-Length: 5\r\nHost: b\r\nAuthorization: x\r\n"
			 "X-Forwarded-For: y\r\nRetort-Score: 0\r\nTransfer-Encoding: z\r\n"
			 "Content-Type: t\r\nok: 1\r\nX-API-Key: k\r\n\r\n"),
	    BYTES(""), BYTES("ok: 1|"));
}
END_TEST

START_TEST(trailers_are_as_strict_as_headers)
{
	ck_bad(BYTES("0\r\n a: b\r\n\r\n"), HTTP1_FAULT_FOLDED);
	ck_bad(BYTES("0\r\na : b\r\n\r\n"), HTTP1_FAULT_SPACE_BEFORE_COLON);
	ck_bad(BYTES("0\r\na\r\n\r\n"), HTTP1_FAULT_HEADER_NAME);
	ck_bad(BYTES("0\r\na: b\nc: d\r\n\r\n"), HTTP1_FAULT_BARE_LF);
	ck_bad(BYTES("0\r\na: b\rc: d\r\n\r\n"), HTTP1_FAULT_BARE_CR);
	ck_bad(BYTES("0\r\na: \0\r\n\r\n"), HTTP1_FAULT_NUL);
	ck_bad(BYTES("0\r\nHost: a\x01\r\n\r\n"), HTTP1_FAULT_HEADER_VALUE);
	ck_bad(BYTES("0\r\n\n"), HTTP1_FAULT_BARE_LF);
	ck_bad(BYTES("0\r\n\rx"), HTTP1_FAULT_BARE_CR);
}
END_TEST

START_TEST(trailers_are_bounded_in_length_and_number)
{
	static char at[4000];
	struct text text = text_in(at, sizeof(at));
	char line[LINE_BYTES + 1];

	memset(line, 'x', sizeof(line));
	line[1] = ':';
	text_add(&text, BYTES("0\r\n"));
	text_add(&text, bytes_of(line, LINE_BYTES - 2));
	text_add(&text, BYTES("\r\n\r\n"));
	decode(HTTP1_FRAMING_CHUNKED, 0, text_bytes(&text), 7);
	ck_assert_int_eq(seen.end, HTTP1_STEP_DONE);
	text.len = 3;
	text_add(&text, bytes_of(line, LINE_BYTES - 1));
	text_add(&text, BYTES("\r\n\r\n"));
	ck_bad(text_bytes(&text), HTTP1_FAULT_TRAILER_TOO_LARGE);
	text.len = 3;
	for (int i = 0; i < HTTP1_TRAILER_LINES; i++)
		text_add(&text, BYTES("a: b\r\n"));
	text_add(&text, BYTES("\r\n"));
	decode(HTTP1_FRAMING_CHUNKED, 0, text_bytes(&text), 7);
	ck_assert_int_eq(seen.end, HTTP1_STEP_DONE);
	text.len -= 2;
	text_add(&text, BYTES("a: b\r\n"));
	ck_bad(text_bytes(&text), HTTP1_FAULT_TRAILER_TOO_LARGE);
}
END_TEST

START_TEST(without_room_there_are_no_trailers)
{
	struct bytes plain = BYTES("0\r\n\r\n"), more = BYTES("0\r\na: b\r\n\r\n"), span;
	struct http1_body body;

	http1_body_init(&body, HTTP1_FRAMING_CHUNKED, 0, NULL, 0);
	ck_assert_int_eq(http1_body_next(&body, &plain, &span), HTTP1_STEP_DONE);
	http1_body_init(&body, HTTP1_FRAMING_CHUNKED, 0, NULL, 0);
	ck_assert_int_eq(http1_body_next(&body, &more, &span), HTTP1_STEP_BAD);
	ck_assert_int_eq(body.fault, HTTP1_FAULT_TRAILER_TOO_LARGE);
	ck_assert_int_eq(http1_body_next(&body, &more, &span), HTTP1_STEP_BAD);
	ck_assert_uint_le(sizeof(body), 64);
}
END_TEST

UNIT_MAIN("http1_body", a_length_ends_a_body_and_leaves_the_rest,
    the_last_span_of_a_length_is_known_as_the_last, no_body_is_over_at_once,
    a_body_until_the_close_is_everything, chunks_are_joined,
    a_chunk_size_is_hex_digits_and_nothing_else,
    a_chunk_size_neither_wraps_nor_grows_without_end, a_chunk_ends_where_its_size_says,
    chunk_extensions_are_checked_and_dropped, each_chunk_has_its_own_bound_on_extensions,
    trailers_come_out_one_by_one, trailers_that_would_change_the_head_are_dropped,
    trailers_are_as_strict_as_headers, trailers_are_bounded_in_length_and_number,
    without_room_there_are_no_trailers)
