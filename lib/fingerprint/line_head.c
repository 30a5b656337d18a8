/*
 * Which lines are worth a look: most lines of prose and code begin with two letters that no
 * label begins with. Never reads beyond |end|, and may find too many, but never too few.
 */
#include "fingerprint/line_head.h"

#include <stdint.h>
#include <string.h>

/* By a byte's low six bits: letters come twice there, large and small. */
#define IN(c, bits) [(c)&31] = (bits), [((c)&31) | 32] = (bits)

/* A bit for each bucket of labels: those of a first letter and those of a second have one in
 * common where some label begins so. */
static const uint8_t firsts[64] = { IN('c', 1), IN('d', 2), IN('r', 2), IN('g', 4), IN('h', 8),
	IN('w', 8), IN('i', 16), IN('o', 16), IN('m', 32), IN('p', 64), IN('s', 128),
	IN('t', 128) };
static const uint8_t seconds[64] = { IN('u', 1), IN('w', 1), IN('e', 2), IN('i', 4),
	IN('o', 8 | 128), IN('\'', 16), IN('s', 16), IN('p', 16), IN('y', 32), IN('l', 64),
	IN('r', 64), IN('h', 128) };

static const uint8_t marks[64] = {
	[' '] = 1, ['\t'] = 1, ['-'] = 1, ['*'] = 1, ['#'] = 1, ['<'] = 1, ['>'] = 1, ['('] = 1
};

bool line_head_is_mark(char c)
{
	return (unsigned char)c < sizeof(marks) && marks[(unsigned char)c];
}

const char *line_head_portable(const char *at, const char *end)
{
	while (at) {
		while (at < end && line_head_is_mark(*at))
			at++;
		if (end - at < 2 || firsts[at[0] & 63] & seconds[at[1] & 63])
			return at;
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	return NULL;
}

#ifdef __x86_64__
#include <immintrin.h>

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi")))

/* Sixty-four bytes at a time, with no branch for a line. Adding a bit where marks begin carries
 * it over all of them. */
VBMI const char *line_head_vbmi(const char *at, const char *end)
{
	unsigned long long is_head = 1; /* a line, or its words, begin at |at| */

	for (; end - at > 64; at += 64) {
		__m512i bytes = _mm512_loadu_si512(at), next = _mm512_loadu_si512(at + 1);
		__m512i first = _mm512_permutexvar_epi8(bytes, _mm512_loadu_si512(firsts));
		__m512i second = _mm512_permutexvar_epi8(next, _mm512_loadu_si512(seconds));
		__m512i mark = _mm512_permutexvar_epi8(bytes, _mm512_loadu_si512(marks));
		uint64_t pairs = _mm512_test_epi8_mask(first, second);
		uint64_t ends = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
		uint64_t skips = _mm512_test_epi8_mask(mark, mark) &
				 _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(64));
		unsigned long long starts = ends << 1 | is_head, past;

		is_head = __builtin_uaddll_overflow(skips, starts & skips, &past) | ends >> 63;
		starts = ((past | starts) & ~skips) & pairs;
		if (starts)
			return at + __builtin_ctzll(starts);
	}
	if (!is_head) {
		at = memchr(at, '\n', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	return line_head_portable(at, end);
}
#endif

const char *line_head_find(const char *at, const char *end)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512vbmi"))
		return line_head_vbmi(at, end);
#endif
	return line_head_portable(at, end);
}
