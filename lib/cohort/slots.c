/*
 * The one hash table of the engine: bounded, seeded, never rehashed, so the cost of an exchange
 * does not depend on how many came before it. It never allocates after slots_init.
 */
#include "cohort/slots.h"

#include "cohort/pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WAYS     8
#define TAG_BITS 0xFFFFFF00u

struct choice {
	size_t first, second; /* numbers of the first slot of either bucket */
	uint32_t tag;
};

/* The finaliser of MurmurHash3: keys are keyed hashes already, this only adds our seed. */
uint64_t slots_place(const struct slots *slots, uint64_t key)
{
	uint64_t x = key ^ slots->seed;

	x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

static struct choice choose(const struct slots *slots, uint64_t place)
{
	uint32_t tag = (uint32_t)(place >> 32);
	uint32_t first = (uint32_t)place & slots->bucket_mask;
	uint32_t second = (first ^ (tag * 0x5bd1e995U | 1)) & slots->bucket_mask;

	tag &= TAG_BITS;
	return (
	    struct choice){ (size_t)first * WAYS, (size_t)second * WAYS, tag ? tag : 1u << 8 };
}

void slots_init(struct slots *slots, size_t capacity, size_t entry_bytes, uint64_t seed)
{
	size_t buckets = 2;

	while (buckets * WAYS < capacity)
		buckets *= 2;
	assert(buckets - 1 <= UINT32_MAX);
	*slots = (struct slots){ .unit_s = 3600,
		.entry_bytes = entry_bytes,
		.bucket_mask = (uint32_t)(buckets - 1),
		.seed = seed };
	slots->tags = pages_new(buckets * WAYS, sizeof(*slots->tags));
	slots->entries = pages_new(buckets * WAYS, entry_bytes);
}

void slots_fini(struct slots *slots)
{
	size_t places = slots_capacity(slots);

	pages_free(slots->tags, places, sizeof(*slots->tags));
	pages_free(slots->entries, places, slots->entry_bytes);
	*slots = (struct slots){ 0 };
}

static void *entry_at(const struct slots *slots, size_t number)
{
	return slots->entries + number * slots->entry_bytes;
}

static uint64_t key_at(const struct slots *slots, size_t number)
{
	uint64_t key;

	memcpy(&key, entry_at(slots, number), sizeof(key));
	return key;
}

void slots_prefetch(const struct slots *slots, uint64_t place)
{
	struct choice choice = choose(slots, place);

	__builtin_prefetch(slots->tags + choice.first);
	__builtin_prefetch(slots->tags + choice.second);
}

#define NOWHERE SIZE_MAX

static size_t find_in(const struct slots *slots, size_t first, uint32_t tag, uint64_t key)
{
	for (size_t i = first; i < first + WAYS; i++)
		if ((slots->tags[i] & TAG_BITS) == tag && key_at(slots, i) == key)
			return i;
	return NOWHERE;
}

static size_t find_number(const struct slots *slots, const struct choice *choice, uint64_t key)
{
	size_t number = find_in(slots, choice->first, choice->tag, key);

	return number != NOWHERE ? number : find_in(slots, choice->second, choice->tag, key);
}

void *slots_find(const struct slots *slots, uint64_t key, uint64_t place)
{
	struct choice choice = choose(slots, place);
	size_t number = key ? find_number(slots, &choice, key) : NOWHERE;

	return number != NOWHERE ? entry_at(slots, number) : NULL;
}

/* How many are free in a bucket, and one of them. */
static int count_free(const struct slots *slots, size_t first, size_t *free_at)
{
	int count = 0;

	for (size_t i = first; i < first + WAYS; i++)
		if (!slots->tags[i]) {
			*free_at = i;
			count++;
		}
	return count;
}

/* How recently an entry was claimed; what lies ahead of now was held. */
static uint64_t recency(const struct slots *slots, size_t number)
{
	return (uint8_t)((uint8_t)slots->tags[number] - slots->stamp + 128);
}

static size_t lowest(const struct slots *slots, const struct choice *choice)
{
	uint64_t least = UINT64_MAX;
	size_t at = choice->first;

	for (size_t i = 0; i < 2 * WAYS; i++) {
		size_t number = i < WAYS ? choice->first + i : choice->second + i - WAYS;
		uint64_t rank = slots->rank
				    ? slots->rank(entry_at(slots, number), slots->rank_arg)
				    : recency(slots, number);

		if (rank < least) {
			least = rank;
			at = number;
		}
	}
	return at;
}

/* Where a new key goes; |is_full| when something stands there. */
static size_t find_room(const struct slots *slots, const struct choice *choice, bool *is_full)
{
	size_t in_first = 0, in_second = 0;
	int first = count_free(slots, choice->first, &in_first);
	int second = count_free(slots, choice->second, &in_second);

	*is_full = !first && !second;
	if (*is_full)
		return lowest(slots, choice);
	return second > first ? in_second : in_first;
}

void *slots_victim(const struct slots *slots, uint64_t place)
{
	struct choice choice = choose(slots, place);
	bool is_full;
	size_t at = find_room(slots, &choice, &is_full);

	return is_full ? entry_at(slots, at) : NULL;
}

void *slots_claim(struct slots *slots, uint64_t key, uint64_t place, bool *is_new)
{
	struct choice choice = choose(slots, place);
	size_t at = find_number(slots, &choice, key);
	bool is_full;

	assert(key);
	*is_new = at == NOWHERE;
	if (*is_new) {
		at = find_room(slots, &choice, &is_full);
		slots->evicted += is_full;
		slots->used += !is_full;
		memset(entry_at(slots, at), 0, slots->entry_bytes);
		memcpy(entry_at(slots, at), &key, sizeof(key));
	}
	slots->tags[at] = choice.tag | slots->stamp;
	slots->claimed = at;
	return entry_at(slots, at);
}

void slots_clock(struct slots *slots, uint32_t now_s)
{
	slots->stamp = (uint8_t)(now_s / slots->unit_s);
}

void slots_hold(struct slots *slots, unsigned stamps)
{
	uint32_t *tag = slots->tags + slots->claimed;

	*tag = (*tag & TAG_BITS) | (uint8_t)(slots->stamp + stamps);
}

size_t slots_capacity(const struct slots *slots)
{
	return ((size_t)slots->bucket_mask + 1) * WAYS;
}

size_t slots_number(const struct slots *slots, const void *entry)
{
	return (size_t)((const unsigned char *)entry - slots->entries) / slots->entry_bytes;
}

void *slots_at(const struct slots *slots, size_t number)
{
	return slots->tags[number] ? entry_at(slots, number) : NULL;
}

void slots_drop(struct slots *slots, void *entry)
{
	slots->tags[slots_number(slots, entry)] = 0;
	slots->used--;
}

size_t slots_bytes(const struct slots *slots)
{
	return slots_capacity(slots) * (sizeof(*slots->tags) + slots->entry_bytes);
}
