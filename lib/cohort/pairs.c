/*
 * The table of (cohort, owner) pairs. It holds the promise "one bet per pair and depth in 30
 * days", so it must never forget a living pair.
 */
#include "cohort/pairs.h"

#include "base/pages.h"

#include <stdlib.h>
#include <string.h>

#define WAYS       8
#define STEP_S     256
#define STEP_BITS  14
#define COUNT_BITS 14
#define STEP_MASK  ((1u << STEP_BITS) - 1)
#define LIFE_STEPS (PAIRS_LIFE_S / STEP_S)
#define TAG_SHIFT  (STEP_BITS + COUNT_BITS)

void pairs_init(struct pairs *pairs, size_t capacity, uint64_t seed)
{
	size_t buckets = 2;

	while (buckets * WAYS < capacity)
		buckets *= 2;
	*pairs = (struct pairs){ .bucket_mask = (uint32_t)(buckets - 1), .seed = seed };
	pairs->at = pages_new(buckets * WAYS, sizeof(*pairs->at));
}

void pairs_fini(struct pairs *pairs)
{
	pages_free(pairs->at, pairs_buckets(pairs) * WAYS, sizeof(*pairs->at));
	*pairs = (struct pairs){ 0 };
}

uint64_t pairs_place(const struct pairs *pairs, uint64_t cohort, uint64_t owner)
{
	uint64_t x = (cohort ^ pairs->seed) * 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 32 ^ owner) * 0xff51afd7ed558ccdULL;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

static uint64_t *bucket(const struct pairs *pairs, uint64_t place, int choice)
{
	uint32_t first = (uint32_t)place & pairs->bucket_mask;
	uint32_t other = (uint32_t)(place >> 36) * 0x5bd1e995U | 1;

	return pairs->at +
	       (size_t)(choice ? (first ^ other) & pairs->bucket_mask : first) * WAYS;
}

void pairs_prefetch(const struct pairs *pairs, uint64_t place)
{
	__builtin_prefetch(bucket(pairs, place, 0), 1);
	__builtin_prefetch(bucket(pairs, place, 1), 1);
}

static uint32_t step_age(uint64_t value, uint32_t now_step)
{
	uint32_t age = (now_step - (uint32_t)value) & STEP_MASK;

	/* A clock that went back a little: the pair is new, not 48 days old. */
	return age > STEP_MASK - 64 ? 0 : age;
}

/* Two pairs in a register, and the bits that stand for the eight of a bucket. */
typedef uint64_t two __attribute__((vector_size(16)));
static const two way_bits[WAYS / 2] = { { 1, 2 }, { 4, 8 }, { 16, 32 }, { 64, 128 } };

static inline uint64_t *find_in(uint64_t *at, uint64_t tag)
{
	two fits = { 0, 0 }, pair;
	uint64_t bits;

#pragma GCC unroll 4
	for (int i = 0; i < WAYS / 2; i++) {
		memcpy(&pair, at + 2 * i, sizeof(pair));
		fits |= (two)(pair >> TAG_SHIFT == tag) & way_bits[i];
	}
	bits = fits[0] | fits[1];
	return bits ? at + __builtin_ctzll(bits) : NULL;
}

static uint64_t *find_pair(const struct pairs *pairs, uint64_t place, uint64_t tag)
{
	uint64_t *found = find_in(bucket(pairs, place, 0), tag);

	return found ? found : find_in(bucket(pairs, place, 1), tag);
}

/* A free place, or one whose pair is dead; the emptier bucket first. NULL when there is none.
 */
static uint64_t *find_room(struct pairs *pairs, uint64_t place, uint32_t now_step)
{
	uint64_t *room[2] = { NULL, NULL };
	int count[2] = { 0, 0 };

	for (int choice = 0; choice < 2; choice++) {
		uint64_t *at = bucket(pairs, place, choice);

		for (int i = 0; i < WAYS; i++)
			if (!at[i] || step_age(at[i], now_step) > LIFE_STEPS) {
				room[choice] = at + i;
				count[choice]++;
			}
	}
	return count[1] > count[0] ? room[1] : room[0];
}

uint64_t pairs_room(const struct pairs *pairs)
{
	uint64_t places = (uint64_t)pairs_buckets(pairs) * WAYS, most = places - places / 16;

	return pairs->used < most ? most - pairs->used : 0;
}

struct pair pairs_touch(struct pairs *pairs, uint64_t place, uint32_t now_s, bool may_join)
{
	uint32_t step = now_s / STEP_S & STEP_MASK, age, count;
	uint64_t tag = place >> TAG_SHIFT ? place >> TAG_SHIFT : 1;
	uint64_t *at = find_pair(pairs, place, tag);

	if (at && step_age(*at, step) > LIFE_STEPS) {
		*at = tag << TAG_SHIFT | step;
	} else if (!at) {
		at = may_join ? find_room(pairs, place, step) : NULL;
		if (!at) {
			pairs->refused++;
			return (struct pair){ 0, 0 };
		}
		pairs->used += !*at;
		*at = tag << TAG_SHIFT | step;
	}
	age = step_age(*at, step);
	count = (uint32_t)(*at >> STEP_BITS) & PAIRS_COUNT_MAX;
	if (count < PAIRS_COUNT_MAX) {
		count++;
		*at += 1u << STEP_BITS;
	}
	return (struct pair){ count, age * STEP_S };
}

struct pair pairs_look(const struct pairs *pairs, uint64_t place, uint32_t now_s)
{
	uint64_t tag = place >> TAG_SHIFT ? place >> TAG_SHIFT : 1;
	const uint64_t *at = find_pair(pairs, place, tag);
	uint32_t age = at ? step_age(*at, now_s / STEP_S & STEP_MASK) : 0;

	if (!at || age > LIFE_STEPS)
		return (struct pair){ 0, 0 };
	return (struct pair){ (uint32_t)(*at >> STEP_BITS) & PAIRS_COUNT_MAX, age * STEP_S };
}

size_t pairs_buckets(const struct pairs *pairs)
{
	return (size_t)pairs->bucket_mask + 1;
}

static bool is_empty(const uint64_t bucket[WAYS])
{
	uint64_t any = 0;

	for (int i = 0; i < WAYS; i++)
		any |= bucket[i];
	return !any;
}

static void sweep_bucket(struct pairs *pairs, uint64_t bucket[WAYS], uint32_t step)
{
	for (int i = 0; i < WAYS; i++)
		if (bucket[i] && step_age(bucket[i], step) > LIFE_STEPS) {
			bucket[i] = 0;
			pairs->used--;
		}
}

void pairs_sweep(struct pairs *pairs, size_t buckets, uint32_t now_s)
{
	uint32_t step = now_s / STEP_S & STEP_MASK;

	for (; buckets; buckets--) {
		uint64_t *at = pairs->at + pairs->sweep * WAYS;

		if (!is_empty(at))
			sweep_bucket(pairs, at, step);
		pairs->sweep = (pairs->sweep + 1) & pairs->bucket_mask;
	}
}
