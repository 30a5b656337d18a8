/* HyperLogLog: the error over the whole range, and merging. */
#include "window/hll.h"

#include "unit.h"

#include <math.h>
#include <string.h>

static uint64_t mix(uint64_t x) /* SplitMix64's finaliser */
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static void add(uint8_t *registers, uint64_t hash)
{
	uint8_t rank = hll_rank(hash);

	if (rank > registers[hll_register(hash)])
		registers[hll_register(hash)] = rank;
}

static double estimate(const uint8_t *registers)
{
	uint16_t tally[HLL_TALLY];

	hll_tally(registers, tally);
	return hll_estimate(tally);
}

START_TEST(ranks_cover_their_range)
{
	ck_assert_uint_eq(hll_rank(UINT64_MAX), 1);
	ck_assert_uint_eq(hll_rank(0), HLL_RANK_MOST);
	ck_assert_uint_eq(hll_rank((1u << HLL_SPARE) - 1), HLL_RANK_MOST);
	ck_assert_uint_eq(hll_rank(1u << HLL_SPARE), HLL_RANK_MOST - 1);
	ck_assert_uint_eq(hll_register(UINT64_MAX), HLL_REGISTERS - 1);
}
END_TEST

START_TEST(spare_bits_are_never_looked_at)
{
	for (uint64_t i = 0; i < 10000; i++) {
		uint64_t hash = mix(i);

		ck_assert_uint_eq(hll_rank(hash), hll_rank(hash ^ 31));
		ck_assert_uint_eq(hll_register(hash), hll_register(hash ^ 31));
	}
}
END_TEST

START_TEST(nothing_counts_as_nothing)
{
	uint8_t registers[HLL_REGISTERS] = { 0 };

	ck_assert_double_eq(estimate(registers), 0);
}
END_TEST

/* Bias and root mean square error over 200 runs a size, in units of the standard error. */
START_TEST(the_error_is_the_papers_at_every_size)
{
	static const unsigned sizes[] = { 10, 100, 300, 1000, 2500, 5000, 10000, 100000 };
	const double standard = 1.04 / sqrt(HLL_REGISTERS);
	const unsigned runs = 200;
	uint64_t seed = 0;

	for (unsigned s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		double sum = 0, squares = 0;

		for (unsigned run = 0; run < runs; run++) {
			uint8_t registers[HLL_REGISTERS] = { 0 };
			double error;

			for (unsigned i = 0; i < sizes[s]; i++)
				add(registers, mix(seed++));
			error = estimate(registers) / sizes[s] - 1;
			sum += error;
			squares += error * error;
		}
		ck_assert_double_lt(fabs(sum / runs), 4 * standard / sqrt(runs));
		ck_assert_double_lt(sqrt(squares / runs), 1.2 * standard);
	}
}
END_TEST

START_TEST(full_registers_count_as_infinitely_many)
{
	uint8_t registers[HLL_REGISTERS];

	memset(registers, HLL_RANK_MOST, sizeof(registers));
	ck_assert(isinf(estimate(registers)));
}
END_TEST

START_TEST(merging_twice_changes_nothing_more)
{
	uint8_t left[HLL_REGISTERS] = { 0 }, right[HLL_REGISTERS] = { 0 };
	uint8_t both[HLL_REGISTERS] = { 0 };

	for (uint64_t i = 0; i < 5000; i++) {
		add(i % 3 ? left : right, mix(i));
		add(both, mix(i));
	}
	ck_assert(hll_merge(left, right));
	ck_assert(!hll_merge(left, right));
	ck_assert_mem_eq(left, both, HLL_REGISTERS);
}
END_TEST

UNIT_MAIN("hll", ranks_cover_their_range, spare_bits_are_never_looked_at,
    nothing_counts_as_nothing, the_error_is_the_papers_at_every_size,
    full_registers_count_as_infinitely_many, merging_twice_changes_nothing_more)
