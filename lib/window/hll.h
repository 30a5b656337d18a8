#ifndef WINDOW_HLL_H
#define WINDOW_HLL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * HyperLogLog with 1,024 registers of one byte: standard error 1.04/√1024 = 3.25 %. The
 * estimator needs only the tally (how many registers hold each rank) and no table of
 * corrections. Sources: Flajolet, Fusy, Gandouet & Meunier, "HyperLogLog", 2007; O. Ertl, "New
 * cardinality estimation algorithms for HyperLogLog sketches", 2017, algorithms 4–6 (the
 * improved raw estimator).
 *
 * Hashes are uniform 64-bit numbers; their low HLL_SPARE bits are never looked at, so that a
 * caller may keep something there.
 */
#define HLL_BITS      10
#define HLL_REGISTERS (1 << HLL_BITS)
#define HLL_SPARE     5
#define HLL_RANK_MOST (64 - HLL_BITS - HLL_SPARE + 1)
#define HLL_TALLY     (HLL_RANK_MOST + 1) /* ranks 0 … HLL_RANK_MOST */

/* Where |hash| goes: its register and the rank that the register must at least hold. */
static inline unsigned hll_register(uint64_t hash)
{
	return (unsigned)(hash >> (64 - HLL_BITS));
}

static inline uint8_t hll_rank(uint64_t hash)
{
	uint64_t rest = hash << HLL_BITS | 1ull << (HLL_BITS + HLL_SPARE - 1);

	return (uint8_t)(__builtin_clzll(rest) + 1);
}

/* Raises |into| to the larger of each pair; whether any register rose. */
bool hll_merge(uint8_t into[HLL_REGISTERS], const uint8_t from[HLL_REGISTERS]);

void hll_tally(const uint8_t registers[HLL_REGISTERS], uint16_t tally[HLL_TALLY]);

/* How many distinct hashes made registers with this tally. */
double hll_estimate(const uint16_t tally[HLL_TALLY]);

#endif
