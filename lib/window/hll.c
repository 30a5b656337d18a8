/* HyperLogLog: registers, their tally, the estimate. No time and no memory of its own. */
#include "window/hll.h"

#include <math.h>
#include <string.h>

#define ALPHA_INFINITY 0.7213475204444817 /* 1 / (2 ln 2) */

bool hll_merge(uint8_t into[HLL_REGISTERS], const uint8_t from[HLL_REGISTERS])
{
	uint8_t rose = 0;

	for (unsigned i = 0; i < HLL_REGISTERS; i++) {
		uint8_t larger = from[i] > into[i] ? from[i] : into[i];

		rose |= larger ^ into[i];
		into[i] = larger;
	}
	return rose != 0;
}

void hll_tally(const uint8_t registers[HLL_REGISTERS], uint16_t tally[HLL_TALLY])
{
	memset(tally, 0, HLL_TALLY * sizeof(*tally));
	for (unsigned i = 0; i < HLL_REGISTERS; i++)
		tally[registers[i]]++;
}

/* σ(x) = x + Σ x^(2^k) · 2^(k−1), for x in [0, 1). */
static double sum_of_empty(double x)
{
	double weight = 1, sum = x, before;

	do {
		x *= x;
		before = sum;
		sum += x * weight;
		weight += weight;
	} while (sum != before);
	return sum;
}

/* τ(x) = (1 − x − Σ (1 − x^(2^−k))² · 2^−k) / 3. */
static double sum_of_full(double x)
{
	double weight = 1, sum = 1 - x, before;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		before = sum;
		weight *= 0.5;
		sum -= (1 - x) * (1 - x) * weight;
	} while (sum != before);
	return sum / 3;
}

double hll_estimate(const uint16_t tally[HLL_TALLY])
{
	const double m = HLL_REGISTERS;
	double sum;

	if (tally[0] == HLL_REGISTERS)
		return 0;
	sum = m * sum_of_full(1 - tally[HLL_RANK_MOST] / m);
	for (unsigned rank = HLL_RANK_MOST - 1; rank >= 1; rank--)
		sum = 0.5 * (sum + tally[rank]);
	return ALPHA_INFINITY * m * m / (sum + m * sum_of_empty(tally[0] / m));
}
