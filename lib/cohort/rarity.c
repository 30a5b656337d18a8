/*
 * Joint counts of claim and fingerprint. It only answers "how common is this combination"; a
 * rare one is a hint of a forged client, never a verdict.
 */
#include "cohort/rarity.h"

#define ENOUGH 200
#define HALVE  (1u << 20)

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 32) * 0x9e3779b97f4a7c15ULL;
	return x ^ x >> 29;
}

static uint32_t *cell(const struct rarity *rarity, uint64_t key, int row)
{
	uint64_t x = mix(key + (uint64_t)row * 0xff51afd7ed558ccdULL);

	return (uint32_t *)&rarity->counts[row][x % RARITY_WIDTH];
}

static void add(struct rarity *rarity, uint64_t key)
{
	for (int row = 0; row < RARITY_ROWS; row++)
		++*cell(rarity, key, row);
}

static uint32_t count(const struct rarity *rarity, uint64_t key)
{
	uint32_t least = UINT32_MAX;

	for (int row = 0; row < RARITY_ROWS; row++) {
		uint32_t there = *cell(rarity, key, row);

		least = there < least ? there : least;
	}
	return least;
}

static uint64_t joint(const struct facts *facts, uint64_t part)
{
	return mix((facts->client + 1ULL) * 0xc4ceb9fe1a85ec53ULL ^ part);
}

static void halve(struct rarity *rarity)
{
	for (int row = 0; row < RARITY_ROWS; row++)
		for (int i = 0; i < RARITY_WIDTH; i++)
			rarity->counts[row][i] /= 2;
	rarity->seen /= 2;
}

void rarity_see(struct rarity *rarity, const struct facts *facts)
{
	if (++rarity->seen > HALVE)
		halve(rarity);
	add(rarity, joint(facts, 0));
	add(rarity, joint(facts, facts->ja4));
	add(rarity, joint(facts, facts->http_shape));
}

float rarity_share(const struct rarity *rarity, const struct facts *facts)
{
	uint32_t claims = count(rarity, joint(facts, 0));
	uint32_t stack = count(rarity, joint(facts, facts->ja4));
	uint32_t shape = count(rarity, joint(facts, facts->http_shape));

	if (claims < ENOUGH)
		return 1;
	return (float)(stack < shape ? stack : shape) / (float)claims;
}
