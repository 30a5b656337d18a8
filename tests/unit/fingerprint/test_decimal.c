/* Numbers as facts keep them: scaled, cut, clamped. */
#include "fingerprint/decimal.h"

#include "unit.h"

START_TEST(numbers_are_scaled_cut_and_clamped)
{
	static const struct {
		const char *digits;
		int power;
		uint32_t most, value;
	} rows[] = {
		{ "0.7", 3, 65534, 700 },
		{ "1", 3, 65534, 1000 },
		{ "0.12345", 3, 65534, 123 },
		{ "1e2", 0, 1000, 100 },
		{ "1.5E+3", 0, UINT32_MAX, 1500 },
		{ "12.5e-1", 3, 65534, 1250 },
		{ "15e-1", 0, 9, 1 },
		{ "1.5e-1", 0, 9, 0 },
		{ "99999999999999999999999999", 0, UINT32_MAX, UINT32_MAX },
		{ "1e400", 0, 255, 255 },
		{ "1e-400", 0, 255, 0 },
		{ "1e99999999999", 3, 7, 7 },
		{ "-3", 0, 255, 0 },
		{ "0", 3, 65534, 0 },
		{ "0e400", 3, 65534, 0 },
		{ "", 3, 65534, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(decimal_scaled(bytes_of_text(rows[i].digits), rows[i].power,
				  rows[i].most) == rows[i].value,
		    "%s", rows[i].digits);
}
END_TEST

UNIT_MAIN("decimal", numbers_are_scaled_cut_and_clamped)
