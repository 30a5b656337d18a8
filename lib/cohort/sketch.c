/*
 * The larger memory of a promoted cohort: small direct-mapped maps and rings, each overwritten
 * by the newest, so that it never grows and never needs cleaning.
 */
#include "cohort/sketch.h"

#include "cohort/account.h"

#include <math.h>
#include <string.h>

#define HOP_BITS        256 /* a fuller filter begins anew */

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static uint32_t short_tag(uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 48);

	return tag ? tag : 1;
}

static void put(uint32_t *map, size_t size, uint64_t hash, uint64_t owner)
{
	if (hash)
		map[hash % size] = short_tag(hash) << 16 | short_tag(owner);
}

uint32_t sketch_other(const uint32_t *map, size_t size, uint64_t hash, uint64_t owner)
{
	uint32_t there = hash ? map[hash % size] : 0;

	if (!there || there >> 16 != short_tag(hash) || (there & 0xFFFF) == short_tag(owner))
		return 0;
	return there & 0xFFFF;
}

static void see_model(struct sketch *sketch, uint32_t tag, uint32_t now_s)
{
	struct sketch_model *least = sketch->models;

	if (!tag)
		return;
	for (size_t i = 0; i < COUNT_OF(sketch->models); i++) {
		struct sketch_model *model = sketch->models + i;

		if (model->tag == tag) {
			model->count++;
			return;
		}
		if (model->count < least->count)
			least = model;
	}
	*least = (struct sketch_model){ tag, 1, now_s };
}

static void see_minute(struct sketch *sketch, uint32_t now_s)
{
	uint32_t minute = now_s / 60, gap = minute - sketch->minute;
	uint16_t *at;

	if (gap > 60 && gap < UINT32_MAX / 2)
		gap = 60;
	if (gap <= 60) {
		for (; gap; gap--)
			sketch->minutes[(minute - gap + 1) % 60] = 0;
		sketch->minute = minute;
	}
	at = sketch->minutes + sketch->minute % 60;
	if (*at < UINT16_MAX)
		(*at)++;
}

void sketch_see(
    struct sketch *sketch, const struct facts *facts, const struct prompt_facts *prompt)
{
	uint32_t now_s = (uint32_t)(facts->at_us / 1000000);

	put(sketch->payloads, COUNT_OF(sketch->payloads), prompt->payload, facts->owner);
	put(sketch->environments, COUNT_OF(sketch->environments), prompt->environment,
	    facts->owner);
	put(sketch->exits, COUNT_OF(sketch->exits), facts->prefix, facts->owner);
	see_model(sketch, tag_of(prompt->model), now_s);
	see_minute(sketch, now_s);
	sketch->hours[now_s / 3600 % 24]++;
}

void sketch_death(struct sketch *sketch, const struct facts *facts)
{
	struct sketch_death *oldest = sketch->deaths;

	for (size_t i = 1; i < COUNT_OF(sketch->deaths); i++)
		if (sketch->deaths[i].at_s < oldest->at_s)
			oldest = sketch->deaths + i;
	*oldest = (struct sketch_death){ (uint32_t)(facts->at_us / 1000000),
		tag_of(facts->prefix), tag_of(facts->ja4 ^ facts->http_shape) };
}

void sketch_pace(struct sketch *sketch, int depth, uint32_t age_s)
{
	struct sketch_pace *pace = sketch->paces + depth;

	if (pace->n < 256)
		pace->n++;
	pace->ln_s += (logf((float)age_s + 128) - pace->ln_s) / pace->n;
}

typedef uint16_t small_four __attribute__((vector_size(8)));
typedef uint32_t four __attribute__((vector_size(16)));

uint32_t sketch_hour(const struct sketch *sketch, uint32_t now_s)
{
	four sums = { 0 };
	small_four minutes;

	if (now_s / 60 - sketch->minute >= 60)
		return 0;
	for (size_t i = 0; i < COUNT_OF(sketch->minutes); i += 4) {
		memcpy(&minutes, sketch->minutes + i, sizeof(minutes));
		sums += __builtin_convertvector(minutes, four);
	}
	return sums[0] + sums[1] + sums[2] + sums[3];
}

static int count_bits(const uint64_t *words)
{
	int bits = 0;

	for (int i = 0; i < 8; i++)
		bits += __builtin_popcountll(words[i]);
	return bits;
}

bool sketch_is_first_hop(struct sketch *sketch, uint64_t a, uint64_t b)
{
	uint64_t x = ((a ^ b) + (a > b ? a : b)) * 0x9e3779b97f4a7c15ULL, one, two;
	uint64_t *first, *second;
	bool is_first;

	x ^= x >> 32;
	one = 1ULL << (x & 63);
	two = 1ULL << (x >> 6 & 63);
	first = sketch->hop_pairs + (x >> 12 & 7);
	second = sketch->hop_pairs + (x >> 15 & 7);
	is_first = !(*first & one) || !(*second & two);
	if (is_first && count_bits(sketch->hop_pairs) > HOP_BITS)
		memset(sketch->hop_pairs, 0, sizeof(sketch->hop_pairs));
	*first |= one;
	*second |= two;
	return is_first;
}
