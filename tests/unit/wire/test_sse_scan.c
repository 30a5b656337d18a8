/* Server-sent events: any line end, any split, nothing held back. */
#include "wire/sse_scan.h"

#include "base/text.h"

#include "unit.h"

static char log_at[8192];
static struct text events_log;

static void on_data(void *arg, struct bytes piece)
{
	(void)arg;
	text_add(&events_log, piece);
}

static void on_event(void *arg, struct bytes name)
{
	(void)arg;
	text_add_char(&events_log, '[');
	text_add(&events_log, name);
	text_add_char(&events_log, ']');
}

static const struct sse_events events = { on_data, on_event };

static void check(struct bytes stream, struct bytes expected)
{
	for (size_t step = 1; step <= stream.len + 1; step++) {
		struct sse_scan scan;

		events_log = text_in(log_at, sizeof(log_at));
		sse_scan_init(&scan, &events, NULL);
		for (size_t i = 0; i < stream.len; i += step)
			sse_scan_take(
			    &scan, bytes_of(stream.at + i,
				       stream.len - i < step ? stream.len - i : step));
		ck_assert_msg(bytes_equal(text_bytes(&events_log), expected), "step %zu: %.*s",
		    step, (int)events_log.len, events_log.at);
	}
}

START_TEST(every_line_end_ends_a_line)
{
	check(
	    BYTES("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\r\n\n"), BYTES("a[]b[]c[]d[]"));
}
END_TEST

START_TEST(fields_are_told_apart)
{
	check(BYTES(": comment\nevent: message_start\nid: 7\nretry: 10\ndata:{\"a\":1}\n\n"
		    "data:  two\n\nevent: other\n\n"),
	    BYTES("{\"a\":1}[message_start] two[]"));
	check(BYTES("data\n\ndata:\ndata:x\n\ndatabase: y\n\ndat: z\n\n"), BYTES("[]\nx[]"));
}
END_TEST

START_TEST(data_lines_are_joined_by_line_feeds)
{
	check(BYTES("data: one\ndata: two\r\ndata:\n\n"), BYTES("one\ntwo\n[]"));
}
END_TEST

START_TEST(an_event_without_its_empty_line_does_not_end)
{
	check(BYTES("data: a\n\ndata: b\n"), BYTES("a[]b"));
	check(BYTES("\xEF\xBB\xBF"
		    "data: a\n\n"),
	    BYTES("a[]"));
	check(BYTES(""), BYTES(""));
}
END_TEST

START_TEST(long_names_are_cut)
{
	struct text expected;
	static char stream[512], cut[512];
	struct text in = text_in(stream, sizeof(stream));

	text_add(&in, BYTES("event: "));
	expected = text_in(cut, sizeof(cut));
	text_add(&expected, BYTES("x["));
	for (int i = 0; i < 200; i++)
		text_add_char(&in, 'n');
	for (int i = 0; i < SSE_SCAN_NAME; i++)
		text_add_char(&expected, 'n');
	text_add(&in, BYTES("\ndata: x\n\n"));
	text_add_char(&expected, ']');
	check(text_bytes(&in), text_bytes(&expected));
}
END_TEST

UNIT_MAIN("sse_scan", every_line_end_ends_a_line, fields_are_told_apart,
    data_lines_are_joined_by_line_feeds, an_event_without_its_empty_line_does_not_end,
    long_names_are_cut)
