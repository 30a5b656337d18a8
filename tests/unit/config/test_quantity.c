/* Numbers with units: what reads, what does not, and that written ones read the same. */
#include "config/quantity.h"

#include "unit.h"

static int64_t duration(const char *text)
{
	int64_t value = -1;

	return quantity_read_duration(bytes_of_text(text), &value) ? -1 : value;
}

static int64_t size(const char *text)
{
	int64_t value = -1;

	return quantity_read_size(bytes_of_text(text), &value) ? -1 : value;
}

START_TEST(durations_are_microseconds)
{
	ck_assert_int_eq(duration("7us"), 7);
	ck_assert_int_eq(duration("5ms"), 5000);
	ck_assert_int_eq(duration("10s"), 10000000);
	ck_assert_int_eq(duration("3m"), 180000000);
	ck_assert_int_eq(duration("2h"), INT64_C(7200000000));
	ck_assert_int_eq(duration("7d"), INT64_C(604800000000));
}
END_TEST

START_TEST(sizes_are_bytes)
{
	ck_assert_int_eq(size("512B"), 512);
	ck_assert_int_eq(size("64KiB"), 65536);
	ck_assert_int_eq(size("4MiB"), 4194304);
	ck_assert_int_eq(size("2GiB"), INT64_C(2147483648));
}
END_TEST

START_TEST(a_bare_number_a_fraction_or_a_foreign_unit_is_refused)
{
	const char *const wrong[] = { "", "10", "s", "1.5h", "-1s", "+1s", "1 s", "1S", "1h30m",
		"10sec", "99999999999999999999s", "104250d" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert_msg(duration(wrong[i]) == -1, "%s", wrong[i]);
	ck_assert_int_eq(size("64"), -1);
	ck_assert_int_eq(size("64KB"), -1);
	ck_assert_int_eq(size("64k"), -1);
	ck_assert_int_eq(size("9007199254740993B"), -1);
	ck_assert_int_eq(size("9007199254740992B"), INT64_C(1) << 53);
}
END_TEST

START_TEST(numbers_are_decimal_and_finite)
{
	int64_t number = 0;
	double value = 0;

	ck_assert_ptr_null(quantity_read_number(BYTES("1000000000000"), &number));
	ck_assert_int_eq(number, INT64_C(1000000000000));
	ck_assert_ptr_nonnull(quantity_read_number(BYTES("0x10"), &number));
	ck_assert_ptr_nonnull(quantity_read_number(BYTES("1e3"), &number));
	ck_assert_ptr_nonnull(quantity_read_number(BYTES("-1"), &number));
	ck_assert_ptr_null(quantity_read_float(BYTES("1e9"), &value));
	ck_assert(value == 1e9);
	ck_assert_ptr_null(quantity_read_float(BYTES("0.02"), &value));
	ck_assert(value == 0.02);
	ck_assert_ptr_nonnull(quantity_read_float(BYTES("1e400"), &value));
	ck_assert_ptr_nonnull(quantity_read_float(BYTES("nan"), &value));
	ck_assert_ptr_nonnull(quantity_read_float(BYTES("inf"), &value));
	ck_assert_ptr_nonnull(quantity_read_float(BYTES("0x1p3"), &value));
	ck_assert_ptr_nonnull(quantity_read_float(BYTES("1e"), &value));
	ck_assert_ptr_nonnull(quantity_read_float(BYTES("1\0002"), &value));
}
END_TEST

static void expect_print(void (*print)(int64_t, FILE *), int64_t value, const char *wanted)
{
	char text[64] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	print(value, out);
	fclose(out);
	ck_assert_str_eq(text, wanted);
}

START_TEST(the_largest_whole_unit_is_printed)
{
	expect_print(quantity_print_duration, 60000000, "1m");
	expect_print(quantity_print_duration, 90000000, "90s");
	expect_print(quantity_print_duration, 1500, "1500us");
	expect_print(quantity_print_duration, INT64_C(86400000000), "1d");
	expect_print(quantity_print_size, 65536, "64KiB");
	expect_print(quantity_print_size, 65537, "65537B");
	expect_print(quantity_print_size, INT64_C(1) << 40, "1024GiB");
}
END_TEST

START_TEST(floats_are_short_and_read_the_same)
{
	const double values[] = { 1e9, 1e4, 0.02, 1.0 / 3, 1e-12, 123456789.125, 10, 1e30 };

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		char text[64] = "";
		FILE *out = fmemopen(text, sizeof(text), "w");
		double again = 0;

		quantity_print_float(values[i], out);
		fclose(out);
		ck_assert_ptr_null(quantity_read_float(bytes_of_text(text), &again));
		ck_assert_msg(again == values[i], "%s", text);
		if (i == 0)
			ck_assert_str_eq(text, "1e9");
	}
}
END_TEST

UNIT_MAIN("quantity", durations_are_microseconds, sizes_are_bytes,
    a_bare_number_a_fraction_or_a_foreign_unit_is_refused, numbers_are_decimal_and_finite,
    the_largest_whole_unit_is_printed, floats_are_short_and_read_the_same)
