/* Text under construction: numbers, JSON strings, and the edge of the buffer. */
#include "base/text.h"

#include "unit.h"

#include <inttypes.h>
#include <stdio.h>

static struct bytes json(struct bytes b)
{
	static char at[512];
	struct text text = text_in(at, sizeof(at));

	text_add_json(&text, b);
	ck_assert(!text.is_cut);
	return text_bytes(&text);
}

START_TEST(json_escapes_what_it_must_and_keeps_valid_utf8)
{
	ck_assert(bytes_equal(json(BYTES("a\"b\\c\n")), BYTES("\"a\\\"b\\\\c\\u000a\"")));
	ck_assert(bytes_equal(json(BYTES("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")),
	    BYTES("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"")));
	ck_assert(bytes_equal(json(BYTES("\xC0\x80")), BYTES("\"\\u00c0\\u0080\"")));
	ck_assert(bytes_equal(json(BYTES("\xED\xA0\x80")), BYTES("\"\\u00ed\\u00a0\\u0080\"")));
	ck_assert(bytes_equal(json(BYTES("\xE2\x82")), BYTES("\"\\u00e2\\u0082\"")));
}
END_TEST

START_TEST(numbers_have_all_their_digits)
{
	char at[128];
	struct text text = text_in(at, sizeof(at));

	text_add_number(&text, 0);
	text_add_char(&text, ' ');
	text_add_number(&text, UINT64_MAX);
	text_add_char(&text, ' ');
	text_add_signed(&text, INT64_MIN);
	text_add_char(&text, ' ');
	text_add_hex64(&text, 0xab);
	ck_assert(bytes_equal(text_bytes(&text),
	    BYTES("0 18446744073709551615 -9223372036854775808 00000000000000ab")));
}
END_TEST

/* Around every power of ten and of two: where a digit more is due. */
START_TEST(numbers_are_written_as_printf_writes_them)
{
	for (uint64_t step = 1, bit = 0; bit < 64;
	     bit++, step = step < UINT64_MAX / 10 ? step * 10 : 7)
		for (int by = -1; by <= 1; by++) {
			uint64_t values[] = { step + (uint64_t)by,
				((uint64_t)1 << bit) + (uint64_t)by };

			for (int i = 0; i < 2; i++) {
				char at[64], want[64];
				struct text text = text_in(at, sizeof(at));

				text_add_number(&text, values[i]);
				text_add_char(&text, ' ');
				text_add_hex64(&text, values[i]);
				snprintf(want, sizeof(want), "%" PRIu64 " %016" PRIx64,
				    values[i], values[i]);
				ck_assert(bytes_equal(text_bytes(&text), bytes_of_text(want)));
			}
		}
}
END_TEST

START_TEST(what_does_not_fit_is_left_out_and_said)
{
	char at[4];
	struct text text = text_in(at, sizeof(at));

	text_add(&text, BYTES("abc"));
	text_add(&text, BYTES("de"));
	ck_assert(text.is_cut);
	ck_assert(bytes_equal(text_bytes(&text), BYTES("abc")));
}
END_TEST

UNIT_MAIN("text", json_escapes_what_it_must_and_keeps_valid_utf8, numbers_have_all_their_digits,
    numbers_are_written_as_printf_writes_them, what_does_not_fit_is_left_out_and_said)
