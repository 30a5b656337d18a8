/* Runs of bytes: comparing, splitting, numbers, hex. */
#include "base/bytes.h"

#include "unit.h"

#include <ctype.h>

START_TEST(case_is_folded_in_ascii_only)
{
	ck_assert(bytes_equal_nocase(BYTES("Content-LENGTH"), BYTES("content-length")));
	ck_assert(!bytes_equal_nocase(BYTES("[\\]"), BYTES("{|}")));
	ck_assert(!bytes_equal_nocase(BYTES("ab"), BYTES("abc")));
	ck_assert(bytes_start_with_nocase(BYTES("Bearer x"), BYTES("bearer ")));
	ck_assert(bytes_end_with(BYTES("a.crt"), BYTES(".crt")));
}
END_TEST

START_TEST(splitting_walks_a_list_to_its_end)
{
	struct bytes rest = BYTES("a,,b");

	ck_assert(bytes_equal(bytes_split(&rest, ','), BYTES("a")));
	ck_assert(bytes_equal(bytes_split(&rest, ','), BYTES("")));
	ck_assert(bytes_equal(bytes_split(&rest, ','), BYTES("b")));
	ck_assert_uint_eq(rest.len, 0);
	ck_assert(bytes_equal(bytes_trim(BYTES(" \t x y \t")), BYTES("x y")));
}
END_TEST

/* Any two bytes, at any place of words and their rests: letters alone have another case. */
START_TEST(only_letters_have_another_case)
{
	for (size_t len = 1; len <= 17; len++)
		for (unsigned pair = 0; pair < 65536; pair++) {
			char one[17], other[17];
			bool are_same = tolower(pair >> 8) == tolower(pair & 0xFF);
			size_t place = pair % len;

			memset(one, 'q', sizeof(one));
			memset(other, 'Q', sizeof(other));
			one[place] = (char)(pair >> 8);
			other[place] = (char)pair;
			ck_assert(bytes_equal_nocase(
				      bytes_of(one, len), bytes_of(other, len)) == are_same);
		}
}
END_TEST

START_TEST(numbers_are_digits_without_overflow)
{
	uint64_t value = 7;

	ck_assert(bytes_to_number(BYTES("18446744073709551615"), &value));
	ck_assert_uint_eq(value, UINT64_MAX);
	ck_assert(!bytes_to_number(BYTES("18446744073709551616"), &value));
	ck_assert(!bytes_to_number(BYTES("+1"), &value));
	ck_assert(!bytes_to_number(BYTES(""), &value));
	ck_assert(!bytes_to_number(BYTES("1 "), &value));
	ck_assert_uint_eq(value, UINT64_MAX);
}
END_TEST

START_TEST(hex_goes_there_and_back)
{
	unsigned char raw[3];
	char hex[7];

	ck_assert(bytes_from_hex(BYTES("00fFa5"), raw, 3));
	bytes_to_hex(raw, 3, hex);
	ck_assert_str_eq(hex, "00ffa5");
	ck_assert(!bytes_from_hex(BYTES("00fg"), raw, 2));
	ck_assert(!bytes_from_hex(BYTES("00f"), raw, 2));
}
END_TEST

UNIT_MAIN("bytes", case_is_folded_in_ascii_only, splitting_walks_a_list_to_its_end,
    only_letters_have_another_case, numbers_are_digits_without_overflow,
    hex_goes_there_and_back)
