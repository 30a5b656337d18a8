/* Short lists in order. */
#include "fingerprint/sort16.h"

#include "unit.h"

START_TEST(lists_of_every_length_and_order_are_sorted)
{
	uint16_t list[512];
	uint32_t seed = 1;

	for (size_t count = 0; count <= 512; count++) {
		uint32_t before = 0, after = 0;

		for (size_t i = 0; i < count; i++) {
			seed = seed * 1664525 + 1013904223;
			list[i] = (uint16_t)(count % 3 == 0   ? seed >> 16
					     : count % 3 == 1 ? count - i
							      : i / 4);
			before += list[i];
		}
		sort16(list, count);
		for (size_t i = 0; i < count; i++) {
			after += list[i];
			ck_assert(i == 0 || list[i - 1] <= list[i]);
		}
		ck_assert_uint_eq(before, after);
	}
}
END_TEST

UNIT_MAIN("sort16", lists_of_every_length_and_order_are_sorted)
