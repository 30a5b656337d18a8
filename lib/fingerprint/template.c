/*
 * From a skeleton to keys that texts of one template share. Everything here rests on the words
 * that a template fixes; what the slots hold must not matter.
 */
#include "fingerprint/template.h"

#include "fingerprint/skeleton.h"

#define ROWS (TEMPLATE_MINS / PROMPT_BANDS)

/* The words without stops, and those of an edge. */
struct words {
	size_t count;
	uint64_t at[SKELETON_WORDS];
};

static void drop_stops(struct words *words, const struct skeleton *skeleton)
{
	words->count = 0;
	for (size_t i = 0; i < skeleton->count; i++)
		if (skeleton->words[i] != SKELETON_STOP)
			words->at[words->count++] = skeleton->words[i];
}

/* The first sentence or line from |from| on, in steps of |step| (1 or −1). */
static uint64_t edge_of(
    const struct text_digest_keys *keys, const struct skeleton *skeleton, long from, long step)
{
	uint64_t edge[TEMPLATE_EDGE_MOST + 1];
	size_t count = 0;

	edge[count++] = (uint64_t)step; /* a head is never a tail */
	for (long i = from; i >= 0 && i < (long)skeleton->count; i += step) {
		if (skeleton->words[i] != SKELETON_STOP)
			edge[count++] = skeleton->words[i];
		else if (count > TEMPLATE_EDGE_LEAST)
			break;
		if (count > TEMPLATE_EDGE_MOST)
			break;
	}
	return count > TEMPLATE_EDGE_LEAST ? text_digest_join(keys, HASH_TEMPLATE, edge, count)
					   : 0;
}

/* A 3-gram as a number; its words are hashes already. */
static inline uint32_t gram_at(const uint64_t *words)
{
	uint64_t gram = words[0] + words[1] * 0x9E3779B97F4A7C15u +
			(words[2] ^ words[2] >> 29) * 0xD6E8FEB86659FD93u;

	return (uint32_t)(gram ^ gram >> 32);
}

/* Eight numbers at once, in whatever registers the processor has. */
typedef uint32_t eight __attribute__((vector_size(32)));
typedef int32_t signed_eight __attribute__((vector_size(32)));
#define EIGHTS (TEMPLATE_MINS / 8)

struct min_hashes {
	eight salts[EIGHTS], factors[EIGHTS];
	signed_eight mins[EIGHTS]; /* signed: cheaper to compare, and any order will do */
};

/* Odd, and otherwise the low halves of what MurmurHash3's last mix makes of 1 to 32. */
static const uint32_t mins_factors[TEMPLATE_MINS] = { 0x34C2CB2D, 0x650683E7, 0x09F8D8CF,
	0xA8F01875, 0xD54C5575, 0xC77C4573, 0xE468D1DD, 0x93A3C687, 0xF7F4F1D5, 0x2548D30D,
	0xA1D572C5, 0x44A8B035, 0xD83D3145, 0x0A4C771D, 0x18CEE22D, 0xD3C68945, 0x1FF3FB37,
	0x63661435, 0xC98E5299, 0x841C8AE7, 0xBB925273, 0x0D7EE737, 0x6BAC4799, 0xF8913A87,
	0xAB056ADD, 0xB1C9B4EF, 0x81E15AED, 0x6E799353, 0x9A4DBC9F, 0x083B4331, 0x4AD1A8A9,
	0x1EEE9F7D };

/* 32 min-hashes: each is the least of (gram ^ salt) * factor over all 3-grams. */
static inline __attribute__((always_inline)) void find_mins(
    struct min_hashes *hashes, const struct words *words)
{
	struct min_hashes h = *hashes;

	for (size_t i = 0; i + 2 < words->count; i++) {
		uint32_t gram = gram_at(&words->at[i]);

		for (int j = 0; j < EIGHTS; j++) {
			signed_eight hash = (signed_eight)((gram ^ h.salts[j]) * h.factors[j]);
			signed_eight is_less = hash < h.mins[j];

			h.mins[j] = (hash & is_less) | (h.mins[j] & ~is_less);
		}
	}
	memcpy(hashes->mins, h.mins, sizeof(h.mins));
}

#ifdef __x86_64__
#include <immintrin.h>

__attribute__((target("avx2"))) static void find_mins_avx2(
    struct min_hashes *hashes, const struct words *words)
{
	find_mins(hashes, words);
}

#define AVX512 __attribute__((target("avx512f")))

AVX512 static inline __m512i more_mins(
    __m512i mins, uint32_t gram, __m512i salts, __m512i factors)
{
	__m512i mixed = _mm512_xor_si512(_mm512_set1_epi32((int)gram), salts);

	return _mm512_min_epi32(mins, _mm512_mullo_epi32(mixed, factors));
}

AVX512 static void find_mins_avx512(struct min_hashes *hashes, const struct words *words)
{
	__m512i salts[2], factors[2], mins[2];

	_Static_assert(sizeof(mins) == sizeof(hashes->mins), "two registers");
	memcpy(salts, hashes->salts, sizeof(salts));
	memcpy(factors, hashes->factors, sizeof(factors));
	memcpy(mins, hashes->mins, sizeof(mins));
	for (size_t i = 0; i + 2 < words->count; i++) {
		uint32_t gram = gram_at(&words->at[i]);

		mins[0] = more_mins(mins[0], gram, salts[0], factors[0]);
		mins[1] = more_mins(mins[1], gram, salts[1], factors[1]);
	}
	memcpy(hashes->mins, mins, sizeof(mins));
}
#endif

static void find_mins_best(struct min_hashes *hashes, const struct words *words)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512f")) {
		find_mins_avx512(hashes, words);
		return;
	}
	if (__builtin_cpu_supports("avx2")) {
		find_mins_avx2(hashes, words);
		return;
	}
#endif
	find_mins(hashes, words);
}

static void write_mins(
    uint32_t *mins, const struct text_digest_keys *keys, const struct words *words)
{
	struct min_hashes hashes;

	/* cppcheck-suppress bufferAccessOutOfBounds ; it takes a vector for one number */
	memcpy(hashes.factors, mins_factors, sizeof(mins_factors));
	memcpy(hashes.salts, keys->secret, sizeof(hashes.salts));
	for (int j = 0; j < EIGHTS; j++)
		hashes.mins[j] = (signed_eight){ 0 } + INT32_MAX;
	find_mins_best(&hashes, words);
	memcpy(mins, hashes.mins, sizeof(hashes.mins));
}

static void write_bands(
    struct prompt_facts *facts, const struct text_digest_keys *keys, const struct words *words)
{
	uint64_t key[1 + ROWS / 2][PROMPT_BANDS]; /* two rows a number */
	uint32_t mins[TEMPLATE_MINS];

	_Static_assert(PROMPT_BANDS == KEYED_HASH_MANY, "all bands at once");
	write_mins(mins, keys, words);
	for (size_t band = 0; band < PROMPT_BANDS; band++) {
		key[0][band] = band + 2;
		for (size_t i = 0; i < ROWS / 2; i++)
			memcpy(&key[1 + i][band], mins + band * ROWS + i * 2, sizeof(**key));
	}
	keyed_hash_of_many(keys->hash, HASH_TEMPLATE, key, 1 + ROWS / 2, facts->bands);
}

void template_write(struct prompt_facts *facts, const struct text_digest_keys *keys,
    const struct bytes *runs, size_t count)
{
	struct skeleton skeleton;
	struct words words;

	skeleton_init(&skeleton);
	for (size_t i = 0; i < count; i++)
		skeleton_add(&skeleton, runs[i]);
	drop_stops(&words, &skeleton);
	if (words.count < TEMPLATE_EDGE_LEAST)
		return;
	facts->skeleton = text_digest_whole(
	    keys, HASH_TEMPLATE, bytes_of(words.at, words.count * sizeof(*words.at)));
	facts->head = edge_of(keys, &skeleton, 0, 1);
	facts->tail = edge_of(keys, &skeleton, (long)skeleton.count - 1, -1);
	if (words.count >= TEMPLATE_LEAST_WORDS)
		write_bands(facts, keys, &words);
}
