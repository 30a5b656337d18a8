/*
 * The one hot loop of the JSON scanner: runs of plain string bytes, 32 at a time where the
 * processor can, 8 at a time elsewhere. Never reads beyond the length given.
 */
#include "wire/json_span.h"

#define ONES  0x0101010101010101u
#define HIGHS 0x8080808080808080u

static uint64_t marks_zero(uint64_t word)
{
	return (word - ONES) & ~word & HIGHS;
}

/* A byte of the result has its high bit set if that byte of |word| is not plain; bytes above
 * the first such may be set falsely. */
static uint64_t marks_special(uint64_t word)
{
	return (word & HIGHS) | ((word - ONES * 0x20) & ~word & HIGHS) |
	       marks_zero(word ^ (ONES * '"')) | marks_zero(word ^ (ONES * '\\'));
}

static bool is_special(char c)
{
	return (signed char)c < 0x20 || c == '"' || c == '\\';
}

static size_t span_bytes(const char *at, size_t from, size_t len)
{
	while (from < len && !is_special(at[from]))
		from++;
	return from;
}

size_t json_span_portable(const char *at, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t word;

		memcpy(&word, at + i, 8);
		if (marks_special(word))
			break;
	}
	return span_bytes(at, i, len);
}

#ifdef __x86_64__
#include <immintrin.h>

/* Bytes ≥ 0x80 are negative, so one signed comparison finds them and the control bytes. */
__attribute__((target("avx2"))) static unsigned mask_special(const char *at)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)at);
	__m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes);
	__m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
	__m256i slash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));

	return (unsigned)_mm256_movemask_epi8(
	    _mm256_or_si256(low, _mm256_or_si256(quote, slash)));
}

__attribute__((target("avx2"))) static size_t span_avx2(const char *at, size_t len)
{
	size_t i = 0;

	for (; i + 32 <= len; i += 32) {
		unsigned mask = mask_special(at + i);

		if (mask)
			return i + (unsigned)__builtin_ctz(mask);
	}
	return i + json_span_portable(at + i, len - i);
}

json_span_fn *json_span_best(void)
{
	return __builtin_cpu_supports("avx2") ? span_avx2 : json_span_portable;
}
#else
json_span_fn *json_span_best(void)
{
	return json_span_portable;
}
#endif
