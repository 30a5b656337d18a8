/*
 * The filter before the phrases: a bit a hash of four bytes, and where the processor looks up
 * 64 bytes at once, a coarser look before that. It must never keep a phrase out.
 */
#include "fingerprint/phrase_filter.h"

#include <endian.h>

#define PREFIX PHRASE_FILTER_PREFIX
#define FOLD   0x20202020u
#define FACTOR 0x9E3779B1u

/* Setting one bit folds letters; it sends a tab and a line's end elsewhere than a space. */
static inline unsigned place_of(uint32_t four)
{
	return (four | FOLD) * FACTOR >> (32 - PHRASE_FILTER_BITS);
}

static void admit_bytes(struct phrase_filter *filter, const unsigned char four[PREFIX])
{
	uint32_t word;
	unsigned place;

	memcpy(&word, four, PREFIX);
	place = place_of(le32toh(word));
	filter->bits[place / 32] |= (uint32_t)1 << place % 32;
}

/* Admits every four bytes that begin so: |count| stand in |four|, |rest| comes next. */
static void admit_rest(
    struct phrase_filter *filter, struct bytes rest, unsigned char four[PREFIX], unsigned count)
{
	static const unsigned char spaces[] = { ' ', '\t', '\n', '\r' };
	struct bytes after = bytes_of(rest.at + 1, rest.len - (rest.len > 0));

	if (count == PREFIX) {
		admit_bytes(filter, four);
		return;
	}
	for (unsigned c = 0; rest.len == 0 && c < 256; c++) {
		four[count] = (unsigned char)c;
		admit_rest(filter, rest, four, count + 1);
	}
	if (rest.len && *rest.at != ' ') {
		four[count] = (unsigned char)*rest.at;
		admit_rest(filter, after, four, count + 1);
	}
	for (size_t i = 0; rest.len && *rest.at == ' ' && i < sizeof(spaces); i++) {
		four[count] = spaces[i];
		admit_rest(filter, rest, four, count + 1); /* the run goes on */
		admit_rest(filter, after, four, count + 1);
	}
}

static void admit_look(uint8_t *buckets, unsigned c, uint8_t bucket)
{
	buckets[(c | 0x20) & 0x7F] |= bucket;
}

/* Lets pass what |phrase| may have at a look's place: |stages| says how many of its bytes may
 * have gone by, a bit a number. Returns that for the next place. */
static unsigned admit_place(
    uint8_t *buckets, struct bytes phrase, unsigned stages, uint8_t bucket)
{
	unsigned next = 0;

	for (size_t stage = 0; stage < PHRASE_FILTER_LOOKS; stage++) {
		if (!(stages >> stage & 1))
			continue;
		if (stage >= phrase.len) { /* behind it: anything */
			for (unsigned c = 0; c < 128; c++)
				buckets[c] |= bucket;
			next |= 1u << stage;
		} else if (phrase.at[stage] == ' ') { /* the run goes on, or ends */
			for (const char *c = " \t\n\r"; *c; c++)
				admit_look(buckets, (unsigned char)*c, bucket);
			next |= 3u << stage;
		} else {
			admit_look(buckets, (unsigned char)phrase.at[stage], bucket);
			next |= 2u << stage;
		}
	}
	return next;
}

void phrase_filter_admit(struct phrase_filter *filter, struct bytes phrase)
{
	uint8_t bucket = (uint8_t)(1u << (unsigned char)phrase.at[0] % 8);
	unsigned char four[PREFIX];
	unsigned stages = 1;

	admit_rest(filter, phrase, four, 0);
	for (int i = 0; i < PHRASE_FILTER_LOOKS; i++)
		stages = admit_place(filter->buckets[i], phrase, stages, bucket);
}

static inline uint64_t may_begin(const struct phrase_filter *filter, const char *at)
{
	uint32_t four;
	unsigned place;

	memcpy(&four, at, PREFIX);
	place = place_of(le32toh(four));
	return filter->bits[place / 32] >> place % 32 & 1;
}

uint64_t phrase_filter_portable(const struct phrase_filter *filter, const char *at)
{
	uint64_t places = 0;

	for (int i = 0; i < 64; i++)
		places |= may_begin(filter, at + i) << i;
	return places;
}

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* Eight places: their hashes, and the bits of those, at once. */
AVX2 static inline uint64_t eight_places(const struct phrase_filter *filter, const char *at)
{
	const __m256i windows = _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6,
	    4, 5, 6, 7, 5, 6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10);
	__m256i text = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)at));
	__m256i fours = _mm256_or_si256(
	    _mm256_shuffle_epi8(text, windows), _mm256_set1_epi32(FOLD));
	__m256i hashes = _mm256_srli_epi32(
	    _mm256_mullo_epi32(fours, _mm256_set1_epi32((int)FACTOR)), 32 - PHRASE_FILTER_BITS);
	__m256i words = _mm256_i32gather_epi32(
	    (const int *)filter->bits, _mm256_srli_epi32(hashes, 5), 4);
	__m256i shifts = _mm256_andnot_si256(hashes, _mm256_set1_epi32(31)); /* to the top */

	return (uint64_t)_mm256_movemask_ps(
	    _mm256_castsi256_ps(_mm256_sllv_epi32(words, shifts)));
}

AVX2 uint64_t phrase_filter_avx2(const struct phrase_filter *filter, const char *at)
{
	uint64_t places = 0;

	for (int i = 0; i < 64; i += 8)
		places |= eight_places(filter, at + i) << i;
	return places;
}

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi")))

/* The buckets of phrases whose byte |i| is that of the text, for 64 places. */
VBMI static inline __m512i buckets_at(const struct phrase_filter *filter, const char *at, int i)
{
	__m512i bytes = _mm512_or_si512(_mm512_loadu_si512(at + i), _mm512_set1_epi8(0x20));

	return _mm512_permutex2var_epi8(_mm512_loadu_si512(filter->buckets[i]), bytes,
	    _mm512_loadu_si512(filter->buckets[i] + 64));
}

/* The buckets of phrases whose next four bytes, from byte |i| on, are all those of the text. */
VBMI static inline __m512i buckets_from(
    const struct phrase_filter *filter, const char *at, int i)
{
	__m512i first = _mm512_and_si512(
	    buckets_at(filter, at, i), buckets_at(filter, at, i + 1));
	__m512i second = _mm512_and_si512(
	    buckets_at(filter, at, i + 2), buckets_at(filter, at, i + 3));

	return _mm512_and_si512(first, second);
}

VBMI uint64_t phrase_filter_vbmi(const struct phrase_filter *filter, const char *at)
{
	uint64_t likely, places = 0;

	_Static_assert(PHRASE_FILTER_LOOKS == 8, "all looks");
	likely = _mm512_test_epi8_mask(
	    buckets_from(filter, at, 0), buckets_from(filter, at, 4));
	for (; likely; likely &= likely - 1) {
		int i = __builtin_ctzll(likely);

		places |= may_begin(filter, at + i) << i;
	}
	return places;
}
#endif

phrase_filter_fn *phrase_filter_best(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512vbmi"))
		return phrase_filter_vbmi;
	if (__builtin_cpu_supports("avx2"))
		return phrase_filter_avx2;
#endif
	return phrase_filter_portable;
}
