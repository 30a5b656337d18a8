/* The reader of records: numbers as the C library reads them, to the bit, and nothing beyond
 * the end. */
#include "record/scan.h"

#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t x)
{
	x = (x + 1) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 32) * 0xff51afd7ed558ccdULL;
	return x ^ x >> 29;
}

static struct scan scan_of(const char *text)
{
	return (struct scan){ text, text + strlen(text) };
}

START_TEST(whole_numbers_of_every_length_are_read_to_their_last_digit)
{
	static const char *const tails[] = { "", ",", "}", ",\"name\":123456789", "x2345678" };
	char text[64];

	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t number = mix(i) >> i % 64, value = 1;
		int len = snprintf(
		    text, sizeof(text), "%llu%s", (unsigned long long)number, tails[i % 5]);
		struct scan scan = scan_of(text);

		ck_assert(scan_number(&scan, &value));
		ck_assert_uint_eq(value, number);
		ck_assert_int_eq(scan.at - text, len - (int)strlen(tails[i % 5]));
	}
}
END_TEST

START_TEST(a_number_beyond_64_bits_or_without_digits_is_refused)
{
	static const char *const bad[] = { "18446744073709551616", "99999999999999999999",
		"100000000000000000000000", "", "-", "x", "\"1\"", ":", "/" };
	uint64_t value;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct scan scan = scan_of(bad[i]);

		ck_assert_msg(!scan_number(&scan, &value), "%s", bad[i]);
	}
}
END_TEST

static void expect_same(const char *text)
{
	char *end;
	double wanted = strtod(text, &end), value = NAN;
	struct scan scan = scan_of(text);

	ck_assert_msg(scan_real(&scan, &value), "%s", text);
	ck_assert_msg(memcmp(&value, &wanted, sizeof(value)) == 0, "%s: %.17g", text, value);
	ck_assert_ptr_eq(scan.at, end);
}

START_TEST(decimals_are_the_doubles_that_the_c_library_makes_of_them)
{
	static const char *const odd[] = { "0", "-0", "0.0", "-0.5", "1000000000", "0.02",
		"999999999999999", "9999999999999999", "0.000000000000001", "-.5", "1.",
		"123456789012345.6", "00012.50", "1e3", "2.5E-7", "9007199254740993" };
	static const char *const tails[] = { "", ",", "]" };
	char text[64];

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		expect_same(odd[i]);
	for (uint64_t i = 0; i < 100000; i++) {
		double value = (double)(int64_t)mix(i) / pow(2, (double)(mix(i * 3) % 80));

		snprintf(text, sizeof(text), "%.*f%s", (int)(i % 12), value, tails[i % 3]);
		expect_same(text);
		snprintf(text, sizeof(text), "%.*g%s", 1 + (int)(i % 17), value, tails[i % 3]);
		expect_same(text);
	}
}
END_TEST

START_TEST(what_is_no_decimal_is_refused)
{
	static const char *const bad[] = { "", "-", ".5", "+1", "1.2.3", "1e", "1-2", "e5",
		"nul", "Infinity", "nan", "0x10", "1..2", "--1", "1e999" };
	double value;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct scan scan = scan_of(bad[i]);
		bool is_whole = scan_real(&scan, &value) && scan.at == scan.end;

		ck_assert_msg(!is_whole, "%s", bad[i]);
	}
}
END_TEST

UNIT_MAIN("scan", whole_numbers_of_every_length_are_read_to_their_last_digit,
    a_number_beyond_64_bits_or_without_digits_is_refused,
    decimals_are_the_doubles_that_the_c_library_makes_of_them, what_is_no_decimal_is_refused)
