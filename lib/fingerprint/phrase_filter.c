/*
 * The filter before the automaton: a bit a hash of four bytes, and where the processor looks up
 * 64 bytes at once, a coarser look before that. It must never keep a phrase out.
 */
#include "fingerprint/phrase_filter.h"

#include <endian.h>

#define PREFIX PHRASE_FILTER_PREFIX
#define FOLD   0x20202020u

/* Setting one bit folds letters; it sends a tab and a line's end elsewhere than a space. */
static inline unsigned place_of(uint32_t four)
{
	return (four | FOLD) * 0x9E3779B1u >> (32 - PHRASE_FILTER_BITS);
}

static void admit_bytes(struct phrase_filter *filter, const unsigned char four[PREFIX])
{
	uint32_t word;
	unsigned place;

	memcpy(&word, four, PREFIX);
	place = place_of(le32toh(word));
	filter->bits[place / 32] |= (uint32_t)1 << place % 32;
	for (int i = 0; i < PREFIX; i++)
		filter->buckets[i][(four[i] | 0x20) & 0x7F] |= (uint8_t)(1u << four[0] % 8);
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

void phrase_filter_admit(struct phrase_filter *filter, struct bytes phrase)
{
	unsigned char four[PREFIX];

	admit_rest(filter, phrase, four, 0);
}

/* In the lowest bit; those above it mean nothing. */
static inline uint32_t may_begin(const struct phrase_filter *filter, uint64_t text)
{
	unsigned place = place_of((uint32_t)text);

	return filter->bits[place / 32] >> place % 32;
}

static inline uint32_t four_may_begin(const struct phrase_filter *filter, uint64_t text)
{
	return may_begin(filter, text) | may_begin(filter, text >> 8) |
	       may_begin(filter, text >> 16) | may_begin(filter, text >> 24);
}

static inline uint64_t load(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/* Eight places a round: few have any. */
const char *phrase_filter_find_portable(
    const struct phrase_filter *filter, const char *at, const char *end)
{
	for (; end - at >= 12; at += 8) {
		uint64_t low = load(at), high = load(at + 4);

		if ((four_may_begin(filter, low) | four_may_begin(filter, high)) & 1)
			break;
	}
	while (end - at >= 8 && !(may_begin(filter, load(at)) & 1))
		at++;
	return at;
}

#ifdef __x86_64__
#include <immintrin.h>

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi")))

/* The buckets of phrases whose byte |i| is that of the text, for 64 places. */
VBMI static inline __m512i buckets_at(const struct phrase_filter *filter, const char *at, int i)
{
	__m512i bytes = _mm512_or_si512(_mm512_loadu_si512(at + i), _mm512_set1_epi8(0x20));

	return _mm512_permutex2var_epi8(_mm512_loadu_si512(filter->buckets[i]), bytes,
	    _mm512_loadu_si512(filter->buckets[i] + 64));
}

VBMI static const char *find_vbmi(
    const struct phrase_filter *filter, const char *at, const char *end)
{
	for (; end - at >= 64 + 8; at += 64) {
		__m512i first = _mm512_and_si512(
		    buckets_at(filter, at, 0), buckets_at(filter, at, 1));
		__m512i second = _mm512_and_si512(
		    buckets_at(filter, at, 2), buckets_at(filter, at, 3));
		__mmask64 places = _mm512_test_epi8_mask(first, second);

		for (; places; places &= places - 1) {
			const char *place = at + __builtin_ctzll(places);

			if (may_begin(filter, load(place)) & 1)
				return place;
		}
	}
	return phrase_filter_find_portable(filter, at, end);
}
#endif

const char *phrase_filter_find(
    const struct phrase_filter *filter, const char *at, const char *end)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512vbmi"))
		return find_vbmi(filter, at, end);
#endif
	return phrase_filter_find_portable(filter, at, end);
}
