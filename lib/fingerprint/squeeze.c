/*
 * Text without its white space, for digests: without a branch a byte wherever the processor
 * can. Never reads beyond the length given.
 */
#include "fingerprint/squeeze.h"

/* Every byte is written, only some move the end. */
size_t squeeze_portable(char *out, const char *at, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++) {
		out[kept] = at[i];
		kept += (unsigned char)at[i] > 0x20;
	}
	return kept;
}

#ifdef __x86_64__
#include <immintrin.h>

/* A bit a byte that does not count: max(byte, 0x20) is 0x20 just for those. */
__attribute__((target("avx2"))) static unsigned mask_blank(const char *at)
{
	__m256i space = _mm256_set1_epi8(0x20);
	__m256i bytes = _mm256_loadu_si256((const __m256i *)at);

	return (unsigned)_mm256_movemask_epi8(
	    _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, space), space));
}

__attribute__((target("avx2"))) static char *copy_32(char *out, const char *at)
{
	_mm256_storeu_si256((__m256i *)out, _mm256_loadu_si256((const __m256i *)at));
	return out;
}

/* Copies the run before each blank, 32 bytes at a time whatever its length: what is too much is
 * written over by the next. Reads at most 31 bytes beyond a block, hence the 64. */
__attribute__((target("avx2"))) size_t squeeze_avx2(char *out, const char *at, size_t len)
{
	char *to = out;
	size_t i = 0;

	for (; i + 64 <= len; i += 32) {
		unsigned blanks = mask_blank(at + i), from = 0;

		while (blanks) {
			unsigned blank = (unsigned)__builtin_ctz(blanks);

			to = copy_32(to, at + i + from) + (blank - from);
			from = blank + 1;
			blanks &= blanks - 1;
		}
		if (from < 32)
			to = copy_32(to, at + i + from) + (32 - from);
	}
	return (size_t)(to - out) + squeeze_portable(to, at + i, len - i);
}

#define VBMI2 __attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt")))

/* Compressed in a register and stored whole: to memory directly it is far slower. */
VBMI2 static inline size_t squeeze_block(char *out, const char *at, __mmask64 within)
{
	__m512i bytes = _mm512_maskz_loadu_epi8(within, at);
	__mmask64 kept = _mm512_cmpgt_epu8_mask(bytes, _mm512_set1_epi8(0x20));

	_mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, bytes));
	return (size_t)_mm_popcnt_u64(kept);
}

VBMI2 size_t squeeze_vbmi2(char *out, const char *at, size_t len)
{
	char *to = out;
	size_t i = 0;

	for (; i + 64 <= len; i += 64)
		to += squeeze_block(to, at + i, ~(__mmask64)0);
	if (i < len)
		to += squeeze_block(to, at + i, ((__mmask64)1 << (len - i)) - 1);
	return (size_t)(to - out);
}
#endif

size_t squeeze_text(char *out, const char *at, size_t len)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512vbmi2"))
		return squeeze_vbmi2(out, at, len);
	if (len >= 64 && __builtin_cpu_supports("avx2"))
		return squeeze_avx2(out, at, len);
#endif
	return squeeze_portable(out, at, len);
}
