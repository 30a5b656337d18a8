/* The JSON scanner: any split gives the same members, and what is not JSON is told apart. */
#include "wire/json_scan.h"

#include "base/text.h"
#include "wire/json_span.h"

#include "unit.h"

#include <stdlib.h>

/* A reader that writes each event as text; members named "skip" are unwanted. */
static char log_at[1 << 16];
static struct text events_log;
static bool is_inside_text;

static bool on_name(void *arg, struct bytes name)
{
	(void)arg;
	text_add_json(&events_log, name);
	text_add_char(&events_log, ':');
	return !bytes_equal(name, BYTES("skip"));
}

static bool on_open(void *arg, bool is_array)
{
	(void)arg;
	text_add_char(&events_log, is_array ? '[' : '{');
	return true;
}

static void on_close(void *arg)
{
	(void)arg;
	text_add_char(&events_log, ')');
}

static void on_text(void *arg, struct bytes piece, bool is_last)
{
	(void)arg;
	if (!is_inside_text)
		text_add_char(&events_log, '<');
	is_inside_text = !is_last;
	text_add(&events_log, piece);
	if (is_last)
		text_add_char(&events_log, '>');
}

static void on_word(void *arg, enum json_word word, struct bytes digits)
{
	(void)arg;
	text_add_char(&events_log, "0FT#"[word]);
	text_add(&events_log, digits);
}

static const struct json_events events = { on_name, on_open, on_close, on_text, on_word };

static enum json_fault scan_in_steps(struct bytes input, size_t step, enum scan *end)
{
	struct json_scan scan;

	events_log = text_in(log_at, sizeof(log_at));
	is_inside_text = false;
	json_scan_init(&scan, &events, NULL);
	for (size_t i = 0; i < input.len; i += step)
		json_scan_take(
		    &scan, bytes_of(input.at + i, input.len - i < step ? input.len - i : step));
	*end = json_scan_end(&scan);
	return scan.fault;
}

static void check_events(struct bytes input, struct bytes expected)
{
	enum scan end;

	for (size_t step = 1; step <= input.len + 1; step++) {
		ck_assert_int_eq(scan_in_steps(input, step, &end), JSON_FAULT_NONE);
		ck_assert_int_eq(end, SCAN_DONE);
		ck_assert_msg(bytes_equal(text_bytes(&events_log), expected), "step %zu: %.*s",
		    step, (int)events_log.len, events_log.at);
	}
}

static void check_fault(struct bytes input, enum json_fault fault)
{
	enum scan end;

	for (size_t step = 1; step <= input.len; step++) {
		ck_assert_msg(scan_in_steps(input, step, &end) == fault, "%.*s", (int)input.len,
		    input.at);
		ck_assert_int_eq(end, SCAN_BAD);
	}
}

START_TEST(members_come_out_whatever_the_split)
{
	check_events(BYTES(" {\"a\":[1,-2.5e+3,true,false,null,\"x\\ny\"],\"b\":{\"c\":\"\"},"
			   "\"d\":[]} \n"),
	    BYTES("{\"a\":[#1#-2.5e+3TF0<x\ny>)\"b\":{\"c\":<>)\"d\":[))"));
	check_events(BYTES("\"top\""), BYTES("<top>"));
	check_events(BYTES("12"), BYTES("#12"));
	check_events(BYTES("{}"), BYTES("{)"));
}
END_TEST

START_TEST(an_unwanted_value_costs_no_call_and_is_still_checked)
{
	check_events(
	    BYTES("{\"skip\":{\"a\":[1,{\"b\":\"c\"}]},\"skip\":\"s\",\"skip\":7,\"e\":1}"),
	    BYTES("{\"skip\":\"skip\":\"skip\":\"e\":#1)"));
	check_fault(BYTES("{\"skip\":[\"\xC0\x80\"]}"), JSON_FAULT_UTF8);
	check_fault(BYTES("{\"skip\":[NaN]}"), JSON_FAULT_SYNTAX);
}
END_TEST

START_TEST(escapes_are_resolved_in_names_and_text)
{
	check_events(BYTES("{\"m\\u0065ssages\":\"\\\"\\\\\\/"
			   "\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\uDE00\"}"),
	    BYTES("{\"messages\":<\"\\/\b\f\n\r\t\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80>)"));
	check_events(BYTES("\"a\\u0000b\""), BYTES("<a\0b>"));
	check_fault(BYTES("\"\\ud800\""), JSON_FAULT_ESCAPE);
	check_fault(BYTES("\"\\ud800\\n\""), JSON_FAULT_ESCAPE);
	check_fault(BYTES("\"\\ud800\\ud800\""), JSON_FAULT_ESCAPE);
	check_fault(BYTES("\"\\udc00x\""), JSON_FAULT_ESCAPE);
	check_fault(BYTES("\"\\x41\""), JSON_FAULT_ESCAPE);
	check_fault(BYTES("\"\\u00g0\""), JSON_FAULT_ESCAPE);
}
END_TEST

START_TEST(utf8_is_strict)
{
	check_events(BYTES("\"\xE4\xBD\xA0\xE5\xA5\xBD\xF4\x8F\xBF\xBF\""),
	    BYTES("<\xE4\xBD\xA0\xE5\xA5\xBD\xF4\x8F\xBF\xBF>"));
	check_fault(BYTES("\"\xC0\x80\""), JSON_FAULT_UTF8);
	check_fault(BYTES("\"\xE0\x9F\xBF\""), JSON_FAULT_UTF8);
	check_fault(BYTES("\"\xED\xA0\x80\""), JSON_FAULT_UTF8);
	check_fault(BYTES("\"\xF4\x90\x80\x80\""), JSON_FAULT_UTF8);
	check_fault(BYTES("\"\xE4\xBD\""), JSON_FAULT_UTF8);
	check_fault(BYTES("\"\x80\""), JSON_FAULT_UTF8);
	check_fault(BYTES("\xEF\xBB\xBF{}"), JSON_FAULT_SYNTAX);
}
END_TEST

START_TEST(what_is_not_json_is_a_fault)
{
	static const char *const inputs[] = { "{\"a\":NaN}", "[Infinity]", "[01]", "[1.]",
		"[.5]", "[+1]", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "[1 2]", "{]", "[}",
		"]", "{} x", "[1]]", "\"a\nb\"", "[tru]", "[nulll]", "{\"a\":}", "['a']",
		"/*c*/1 ", "[-]", "[1e]", "{,}", "[,1]", "\"\t\"" };

	for (size_t i = 0; i < sizeof(inputs) / sizeof(*inputs); i++)
		check_fault(bytes_of_text(inputs[i]), JSON_FAULT_SYNTAX);
}
END_TEST

START_TEST(limits_are_faults_and_a_cut_is_none)
{
	char deep[JSON_SCAN_DEPTH + 1], digits[JSON_SCAN_WORD + 2];
	enum scan end;

	memset(deep, '[', sizeof(deep));
	check_fault(bytes_of(deep, sizeof(deep)), JSON_FAULT_DEPTH);
	ck_assert_int_eq(
	    scan_in_steps(bytes_of(deep, sizeof(deep) - 1), 7, &end), JSON_FAULT_NONE);
	ck_assert_int_eq(end, SCAN_BAD);
	memset(digits, '9', sizeof(digits));
	check_fault(bytes_of(digits, sizeof(digits)), JSON_FAULT_LENGTH);
	ck_assert_int_eq(scan_in_steps(BYTES("{\"a\":\"b"), 3, &end), JSON_FAULT_NONE);
	ck_assert_int_eq(end, SCAN_BAD);
	ck_assert_int_eq(scan_in_steps(BYTES(""), 3, &end), JSON_FAULT_NONE);
	ck_assert_int_eq(end, SCAN_BAD);
}
END_TEST

START_TEST(a_cut_text_comes_out_as_far_as_it_came)
{
	enum scan end;

	for (size_t step = 1; step < 20; step++) {
		scan_in_steps(BYTES("{\"a\":\"one\\ntwo\\u00"), step, &end);
		ck_assert_int_eq(end, SCAN_BAD);
		ck_assert(bytes_equal(text_bytes(&events_log), BYTES("{\"a\":<one\ntwo")));
		scan_in_steps(BYTES("{\"skip\":\"one"), step, &end);
		ck_assert(bytes_equal(text_bytes(&events_log), BYTES("{\"skip\":")));
	}
}
END_TEST

START_TEST(a_long_name_is_cut_and_long_text_is_not)
{
	static char input[9000], expected[9000];
	struct text in = text_in(input, sizeof(input)),
		    out = text_in(expected, sizeof(expected));

	text_add(&in, BYTES("{\""));
	text_add(&out, BYTES("{\""));
	for (int i = 0; i < 100; i++)
		text_add_char(&in, 'n');
	for (int i = 0; i < JSON_SCAN_NAME; i++)
		text_add_char(&out, 'n');
	text_add(&in, BYTES("\":\""));
	text_add(&out, BYTES("\":<"));
	for (int i = 0; i < 700; i++) {
		text_add(&in, BYTES("word \\n"));
		text_add(&out, BYTES("word \n"));
	}
	for (int i = 0; i < 2000; i++) {
		text_add_char(&in, 'x');
		text_add_char(&out, 'x');
	}
	text_add(&in, BYTES("\"}"));
	text_add(&out, BYTES(">)"));
	check_events(text_bytes(&in), text_bytes(&out));
}
END_TEST

START_TEST(the_fast_span_agrees_with_the_portable_one)
{
	json_span_fn *best = json_span_best();
	char line[200];

	for (int c = 0; c < 256; c++)
		for (size_t place = 0; place < 100; place++) {
			bool is_plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
			size_t expected = is_plain ? 100 : place;

			memset(line, '~', sizeof(line));
			line[place] = (char)c;
			ck_assert_uint_eq(best(line, 100), expected);
			ck_assert_uint_eq(json_span_portable(line, 100), expected);
		}
}
END_TEST

START_TEST(sixty_four_mebibytes_of_spaces_are_nothing)
{
	static char spaces[1 << 16];
	struct json_scan scan;

	memset(spaces, ' ', sizeof(spaces));
	events_log = text_in(log_at, sizeof(log_at));
	json_scan_init(&scan, &events, NULL);
	for (int i = 0; i < 1024; i++)
		ck_assert_int_eq(
		    json_scan_take(&scan, bytes_of(spaces, sizeof(spaces))), SCAN_MORE);
	ck_assert_int_eq(json_scan_take(&scan, BYTES("1 ")), SCAN_DONE);
}
END_TEST

/* The hold ends with its own memory: a write beyond shows under the sanitizer. */
START_TEST(a_lent_hold_gives_the_same_text)
{
	static char input[8192], first[8192];
	struct text body = text_in(input, sizeof(input));
	enum scan end;

	text_add_char(&body, '"');
	for (int i = 0; i < 400; i++)
		text_add_format(&body, "word %d\\n\\u00e9%s ", i, i % 3 ? "" : "Ã©");
	text_add_char(&body, '"');
	ck_assert_int_eq(scan_in_steps(text_bytes(&body), body.len, &end), JSON_FAULT_NONE);
	memcpy(first, log_at, events_log.len);
	for (unsigned bytes = 1; bytes < 3000; bytes += 1 + bytes / 3) {
		char *hold = malloc(bytes + JSON_TEXT_SLACK);
		size_t len = events_log.len;
		struct json_scan scan;

		events_log = text_in(log_at, sizeof(log_at));
		json_scan_init(&scan, &events, NULL);
		json_scan_lend(&scan, hold, bytes);
		ck_assert_int_eq(json_scan_take(&scan, text_bytes(&body)), SCAN_DONE);
		ck_assert_uint_eq(events_log.len, len);
		ck_assert_mem_eq(log_at, first, len);
		free(hold);
	}
}
END_TEST

UNIT_MAIN("json_scan", members_come_out_whatever_the_split,
    an_unwanted_value_costs_no_call_and_is_still_checked,
    escapes_are_resolved_in_names_and_text, utf8_is_strict, what_is_not_json_is_a_fault,
    limits_are_faults_and_a_cut_is_none, a_cut_text_comes_out_as_far_as_it_came,
    a_long_name_is_cut_and_long_text_is_not, the_fast_span_agrees_with_the_portable_one,
    sixty_four_mebibytes_of_spaces_are_nothing, a_lent_hold_gives_the_same_text)
