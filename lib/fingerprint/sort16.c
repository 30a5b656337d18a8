/*
 * Sorting for fingerprints: a shell sort with Ciura's gaps, which a client cannot make slow.
 */
#include "fingerprint/sort16.h"

static void sort_gap(uint16_t *list, size_t count, size_t gap)
{
	for (size_t i = gap; i < count; i++) {
		uint16_t value = list[i];
		size_t at = i;

		for (; at >= gap && list[at - gap] > value; at -= gap)
			list[at] = list[at - gap];
		list[at] = value;
	}
}

void sort16(uint16_t *list, size_t count)
{
	static const uint16_t gaps[] = { 301, 132, 57, 23, 10, 4, 1 };

	for (size_t i = 0; i < sizeof(gaps) / sizeof(*gaps); i++)
		if (gaps[i] < count)
			sort_gap(list, count, gaps[i]);
}
