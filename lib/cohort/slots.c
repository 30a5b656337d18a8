/*
 * The one hash table of the engine: bounded, seeded, never rehashed, so the cost of an exchange
 * does not depend on how many came before it. It never allocates after slots_init.
 */
#include "cohort/slots.h"

#include "base/pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WAYS       8
#define TAG_BITS   0xFFFFFF00u
#define LINE_BYTES 64
#define NOWHERE    SIZE_MAX

struct choice {
	size_t first, second; /* numbers of the first slot of either bucket */
	uint32_t tag;
};

static inline struct choice choose(const struct slots *slots, uint64_t place)
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

/* Four lanes of a register; eight tags are two of them. */
typedef uint32_t four __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

/* A bit for each tag of the bucket at |first| that is |tag| where |mask| has bits. */
static inline unsigned match(
    const struct slots *slots, size_t first, uint32_t mask, uint32_t tag)
{
	four low, high;
	halves both;

	memcpy(&low, slots->tags + first, sizeof(low));
	memcpy(&high, slots->tags + first + 4, sizeof(high));
	low = (four)((low & mask) == tag) & (four){ 1, 2, 4, 8 };
	high = (four)((high & mask) == tag) & (four){ 16, 32, 64, 128 };
	both = (halves)(low | high);
	both[0] |= both[1];
	return (unsigned)(both[0] | both[0] >> 32) & 0xFF;
}

static unsigned count_bits(unsigned bits)
{
	bits -= bits >> 1 & 0x55;
	bits = (bits & 0x33) + (bits >> 2 & 0x33);
	return (bits + (bits >> 4)) & 0x0F;
}

void slots_prefetch(const struct slots *slots, uint64_t place)
{
	struct choice choice = choose(slots, place);

	__builtin_prefetch(slots->tags + choice.first);
	__builtin_prefetch(slots->tags + choice.second);
}

static size_t find_in(const struct slots *slots, size_t first, uint32_t tag, uint64_t key)
{
	for (unsigned fits = match(slots, first, TAG_BITS, tag); fits; fits &= fits - 1) {
		size_t number = first + (unsigned)__builtin_ctz(fits);

		if (key_at(slots, number) == key)
			return number;
	}
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

/* How recently an entry was claimed; what lies ahead of now was held. */
static uint32_t recency(const struct slots *slots, size_t number)
{
	return (slots->tags[number] - slots->stamp + 128) & 0xFF;
}

static size_t oldest(const struct slots *slots, const struct choice *choice)
{
	uint32_t least = UINT32_MAX;

	for (uint32_t i = 0; i < WAYS; i++) { /* the rank, then the place among the sixteen */
		uint32_t first = recency(slots, choice->first + i) << 4 | i;
		uint32_t second = recency(slots, choice->second + i) << 4 | WAYS | i;

		least = first < least ? first : least;
		least = second < least ? second : least;
	}
	return (least & WAYS ? choice->second : choice->first) + least % WAYS;
}

static size_t lowest(const struct slots *slots, const struct choice *choice)
{
	uint64_t least = UINT64_MAX;
	size_t at = choice->first;

	for (size_t i = 0; i < 2 * WAYS; i++) {
		size_t number = i < WAYS ? choice->first + i : choice->second + i - WAYS;
		uint64_t rank = slots->rank(entry_at(slots, number), slots->rank_arg);

		if (rank < least) {
			least = rank;
			at = number;
		}
	}
	return at;
}

/* Where a new key goes, the last free slot of the emptier bucket; |is_full| when something
 * stands there. */
static size_t find_room(const struct slots *slots, const struct choice *choice, bool *is_full)
{
	unsigned first = match(slots, choice->first, UINT32_MAX, 0);
	unsigned second = match(slots, choice->second, UINT32_MAX, 0);
	bool is_second = count_bits(second) > count_bits(first);

	*is_full = !first && !second;
	if (*is_full)
		return slots->rank ? lowest(slots, choice) : oldest(slots, choice);
	return (is_second ? choice->second : choice->first) + 31 -
	       (unsigned)__builtin_clz(is_second ? second : first);
}

void slots_prefetch_entry(const struct slots *slots, uint64_t place)
{
	struct choice choice = choose(slots, place);
	unsigned first = match(slots, choice.first, TAG_BITS, choice.tag);
	unsigned second = first ? 0 : match(slots, choice.second, TAG_BITS, choice.tag);
	size_t number;
	bool is_full;

	if (first)
		number = choice.first + (unsigned)__builtin_ctz(first);
	else if (second)
		number = choice.second + (unsigned)__builtin_ctz(second);
	else if (!slots->rank)
		number = find_room(slots, &choice, &is_full);
	else
		return;
	for (size_t i = 0; i < slots->entry_bytes; i += LINE_BYTES)
		__builtin_prefetch((const char *)entry_at(slots, number) + i, 1);
	__builtin_prefetch((const char *)entry_at(slots, number) + slots->entry_bytes - 1, 1);
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

static bool are_free(const uint32_t tags[WAYS])
{
	uint64_t words[WAYS / 2];

	memcpy(words, tags, sizeof(words));
	return !(words[0] | words[1] | words[2] | words[3]);
}

size_t slots_next(const struct slots *slots, size_t from, size_t to)
{
	while (from < to && !slots->tags[from])
		from += to - from >= WAYS && are_free(slots->tags + from) ? WAYS : 1;
	return from;
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
