/* UTF-8 across chunks: what RFC 3629 allows passes in any split, what it forbids never does. */
#include "base/utf8.h"

#include "base/bytes.h"

#include "unit.h"

/* Bytes walked over before the walk stopped, or -1 at a fault; |step| bytes at a time. */
static int walk(struct bytes b, size_t step)
{
	struct utf8_walk utf8 = { 0 };

	for (size_t i = 0; i < b.len; i += step) {
		const char *end = b.at + (i + step < b.len ? i + step : b.len);
		const char *at = utf8_skip(&utf8, b.at + i, end);

		if (!at)
			return -1;
		if (at < end)
			return (int)(at - b.at);
	}
	return (int)b.len;
}

START_TEST(sequences_pass_in_any_split)
{
	struct bytes b = BYTES(
	    "\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80"
	    "\xF4\x8F\xBF\xBF"
	    "A");

	for (size_t step = 1; step <= b.len; step++)
		ck_assert_int_eq(walk(b, step), (int)b.len - 1);
}
END_TEST

START_TEST(forbidden_sequences_are_faults_in_any_split)
{
	static const char *const bad[] = { "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF",
		"\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
		"\xC2"
		"A",
		"\xE2\x82"
		"A" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		for (size_t step = 1; step <= 4; step++)
			ck_assert_int_eq(walk(bytes_of_text(bad[i]), step), -1);
}
END_TEST

UNIT_MAIN("utf8", sequences_pass_in_any_split, forbidden_sequences_are_faults_in_any_split)
