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

/* Nothing but marks stands between. */
const char *line_head_begin(const char *at, const char *head)
{
	while (head > at && line_head_is_mark(head[-1]))
		head--;
	return head;
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

/* What is known of 64 places: where newlines stand and marks, and where two letters are those
 * of a label. */
struct places {
	unsigned long long ends, skips, pairs;
};

VBMI static inline struct places read_places(__m512i bytes, __m512i next)
{
	__m512i first = _mm512_permutexvar_epi8(bytes, _mm512_loadu_si512(firsts));
	__m512i second = _mm512_permutexvar_epi8(next, _mm512_loadu_si512(seconds));
	__m512i mark = _mm512_permutexvar_epi8(bytes, _mm512_loadu_si512(marks));

	return (struct places){ .ends = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')),
		.skips = _mm512_mask_test_epi8_mask(
		    _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(64)), mark, mark),
		.pairs = _mm512_test_epi8_mask(first, second) };
}

/* The places where lines' words begin that may be a label; |is_head| says whether words, or
 * marks before them, go on from before, and then whether they go on beyond. Adding a bit where
 * marks begin carries it over all of them. */
static inline uint64_t take_places(const struct places *places, unsigned long long *is_head)
{
	unsigned long long starts = places->ends << 1 | *is_head, past;

	*is_head = __builtin_uaddll_overflow(places->skips, starts & places->skips, &past) |
		   places->ends >> 63;
	return ((past | starts) & ~places->skips) & places->pairs;
}

/* Sixty-four bytes at a time, with no branch for a line. */
VBMI const char *line_head_vbmi(const char *at, const char *end)
{
	unsigned long long is_head = 1; /* a line, or its words, begin at |at| */
	struct places places;
	uint64_t starts;
	unsigned rest;

	for (; end - at > 64; at += 64) {
		places = read_places(_mm512_loadu_si512(at), _mm512_loadu_si512(at + 1));
		starts = take_places(&places, &is_head);
		if (starts)
			return at + __builtin_ctzll(starts);
	}
	rest = (unsigned)(end - at);
	if (!rest)
		return at;
	places = read_places(_mm512_maskz_loadu_epi8(~(__mmask64)0 >> (64 - rest), at),
	    _mm512_maskz_loadu_epi8((~(__mmask64)0 >> (64 - rest)) >> 1, at + 1));
	places.pairs |= ~(uint64_t)0 << (rest - 1); /* the text ends before the second letter */
	starts = take_places(&places, &is_head);
	if (starts)
		return at + __builtin_ctzll(starts);
	return is_head ? end : NULL;
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
