/*
 * The one hash table of the engine: bounded, seeded, never rehashed, so the cost of an exchange
 * does not depend on how many came before it. It never allocates after slots_init.
 */
#include "cohort/slots.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8

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

	return (struct choice){ (size_t)first * WAYS, (size_t)second * WAYS, tag ? tag : 1 };
}

void slots_init(struct slots *slots, size_t capacity, size_t entry_bytes, uint64_t seed)
{
	size_t buckets = 2;

	while (buckets * WAYS < capacity)
		buckets *= 2;
	assert(buckets - 1 <= UINT32_MAX);
	*slots = (struct slots){
		.entry_bytes = entry_bytes, .bucket_mask = (uint32_t)(buckets - 1), .seed = seed
	};
	slots->tags = xalloc_array(buckets * WAYS, sizeof(*slots->tags));
	slots->entries = xalloc_array(buckets * WAYS, entry_bytes);
}

void slots_fini(struct slots *slots)
{
	free(slots->tags);
	free(slots->entries);
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

static void *find_in(const struct slots *slots, size_t first, uint32_t tag, uint64_t key)
{
	for (size_t i = first; i < first + WAYS; i++)
		if (slots->tags[i] == tag && key_at(slots, i) == key)
			return entry_at(slots, i);
	return NULL;
}

void *slots_find(const struct slots *slots, uint64_t key, uint64_t place)
{
	struct choice choice = choose(slots, place);
	void *entry;

	if (!key)
		return NULL;
	entry = find_in(slots, choice.first, choice.tag, key);
	return entry ? entry : find_in(slots, choice.second, choice.tag, key);
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

static size_t lowest(const struct slots *slots, const struct choice *choice)
{
	uint64_t least = UINT64_MAX;
	size_t at = choice->first;

	for (size_t i = 0; slots->rank && i < 2 * WAYS; i++) {
		size_t number = i < WAYS ? choice->first + i : choice->second + i - WAYS;
		uint64_t rank = slots->rank(entry_at(slots, number), slots->rank_arg);

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
	void *entry = slots_find(slots, key, place);
	bool is_full;
	size_t at;

	assert(key);
	*is_new = !entry;
	if (entry)
		return entry;
	at = find_room(slots, &choice, &is_full);
	if (is_full)
		slots->evicted++;
	else
		slots->used++;
	slots->tags[at] = choice.tag;
	entry = entry_at(slots, at);
	memset(entry, 0, slots->entry_bytes);
	memcpy(entry, &key, sizeof(key));
	return entry;
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
