/* The end of a head, however its bytes come. */
#include "wire/http1_finder.h"

#include "unit.h"

static struct bytes found;
static enum http1_fault why;

/* Shows |all| in steps of |step| bytes, each time from another place in memory. */
static enum scan find(
    struct bytes all, size_t step, struct http1_limits limits, bool is_response)
{
	struct http1_finder finder = { .is_response = is_response };
	enum scan scan = SCAN_MORE;
	size_t shown = 0;

	while (scan == SCAN_MORE && shown < all.len) {
		char *copy;

		shown = all.len - shown < step ? all.len : shown + step;
		copy = malloc(shown);
		memcpy(copy, all.at, shown);
		scan = http1_finder_next(&finder, bytes_of(copy, shown), &limits, &found, &why);
		if (scan == SCAN_DONE)
			found.at = all.at + (found.at - copy);
		if (scan == SCAN_BAD)
			ck_assert_int_eq(http1_finder_next(&finder, bytes_of(copy, shown),
					     &limits, &found, &why),
			    SCAN_BAD);
		free(copy);
	}
	return scan;
}

static enum scan find_request(struct bytes all, size_t step)
{
	return find(all, step, HTTP1_LIMITS_DEFAULT, false);
}

#define HEAD "GET / HTTP/1.1\r\nHost: a\r\nx:\r\n\r\n"

START_TEST(a_head_ends_at_its_first_empty_line)
{
	for (size_t step = 1; step < 50; step++) {
		struct bytes all = BYTES(HEAD "body\r\n\r\n");

		ck_assert_int_eq(find_request(all, step), SCAN_DONE);
		ck_assert(bytes_equal(found, BYTES(HEAD)));
		ck_assert_ptr_eq(found.at, all.at);
	}
}
END_TEST

START_TEST(empty_lines_before_a_request_are_skipped_up_to_four)
{
	for (size_t step = 1; step < 50; step++) {
		ck_assert_int_eq(find_request(BYTES("\r\n\r\n\r\n\r\n" HEAD), step), SCAN_DONE);
		ck_assert(bytes_equal(found, BYTES(HEAD)));
		ck_assert_int_eq(
		    find_request(BYTES("\r\n\r\n\r\n\r\n\r\n" HEAD), step), SCAN_BAD);
		ck_assert_int_eq(why, HTTP1_FAULT_LEADING_BYTES);
		ck_assert_int_eq(find_request(BYTES("\r\r\n" HEAD), step), SCAN_BAD);
		ck_assert_int_eq(why, HTTP1_FAULT_BARE_CR);
	}
}
END_TEST

START_TEST(nothing_may_stand_before_a_response)
{
	ck_assert_int_eq(
	    find(BYTES("\r\nHTTP/1.1 200 OK\r\n\r\n"), 1, HTTP1_LIMITS_DEFAULT, true),
	    SCAN_BAD);
	ck_assert_int_eq(why, HTTP1_FAULT_STATUS_LINE);
	ck_assert_int_eq(
	    find(BYTES("HTTP/1.1 200 OK\r\n\r\n"), 1, HTTP1_LIMITS_DEFAULT, true), SCAN_DONE);
}
END_TEST

START_TEST(a_line_without_cr_is_refused_as_soon_as_it_ends)
{
	for (size_t step = 1; step < 30; step++) {
		ck_assert_int_eq(find_request(BYTES("GET / HTTP/1.1\n"), step), SCAN_BAD);
		ck_assert_int_eq(why, HTTP1_FAULT_BARE_LF);
		ck_assert_int_eq(find_request(BYTES("GET / HTTP/1.1\r\n\n"), step), SCAN_BAD);
		ck_assert_int_eq(why, HTTP1_FAULT_BARE_LF);
		ck_assert_int_eq(
		    find_request(BYTES("GET / HTTP/1.1\r\na: b\n"), step), SCAN_BAD);
		ck_assert_int_eq(why, HTTP1_FAULT_BARE_LF);
	}
}
END_TEST

START_TEST(what_begins_no_message_is_refused_at_its_first_byte)
{
	ck_assert_int_eq(find_request(BYTES("\x16\x03\x01"), 1), SCAN_BAD);
	ck_assert_int_eq(why, HTTP1_FAULT_METHOD);
	ck_assert_int_eq(find_request(BYTES(" GET"), 1), SCAN_BAD);
	ck_assert_int_eq(find_request(BYTES("\n"), 1), SCAN_BAD);
	ck_assert_int_eq(find_request(BYTES("\0"), 1), SCAN_BAD);
}
END_TEST

START_TEST(the_limit_counts_the_whole_head_and_nothing_else)
{
	struct http1_limits exact = { .head_bytes = sizeof(HEAD) - 1 };
	struct http1_limits less = { .head_bytes = sizeof(HEAD) - 2 };

	for (size_t step = 1; step < 50; step++) {
		ck_assert_int_eq(
		    find(BYTES("\r\n" HEAD "body"), step, exact, false), SCAN_DONE);
		ck_assert_int_eq(find(BYTES("\r\n" HEAD "body"), step, less, false), SCAN_BAD);
		ck_assert_int_eq(why, HTTP1_FAULT_HEAD_TOO_LARGE);
	}
}
END_TEST

START_TEST(a_line_that_never_ends_is_too_large)
{
	static char line[70000];

	memset(line, 'a', sizeof(line));
	ck_assert_int_eq(find_request(bytes_of(line, 65535), 65535), SCAN_MORE);
	ck_assert_int_eq(find_request(bytes_of(line, 65536), 65536), SCAN_BAD);
	ck_assert_int_eq(find_request(bytes_of(line, 70000), 9999), SCAN_BAD);
	ck_assert_int_eq(why, HTTP1_FAULT_HEAD_TOO_LARGE);
}
END_TEST

START_TEST(an_unfinished_head_asks_for_more)
{
	ck_assert_int_eq(find_request(BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r"), 1), SCAN_MORE);
	ck_assert_int_eq(find_request(BYTES("\r\n\r"), 1), SCAN_MORE);
	ck_assert_int_eq(find_request(BYTES("G"), 1), SCAN_MORE);
}
END_TEST

UNIT_MAIN("http1_finder", a_head_ends_at_its_first_empty_line,
    empty_lines_before_a_request_are_skipped_up_to_four, nothing_may_stand_before_a_response,
    a_line_without_cr_is_refused_as_soon_as_it_ends,
    what_begins_no_message_is_refused_at_its_first_byte,
    the_limit_counts_the_whole_head_and_nothing_else, a_line_that_never_ends_is_too_large,
    an_unfinished_head_asks_for_more)
