/*
 * Which lines are worth a look: most lines of prose and code begin with two letters that no
 * label begins with, and nearly all others with another eight. Never reads beyond |end|, and
 * may find too many, but never too few.
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

/* The first eight letters of every label, fewer where it is shorter, as FOLD leaves them. */
#define FOLD       0x20
#define EIGHT      8
#define HEAD_COUNT 24
static const char heads[HEAD_COUNT][EIGHT] = { "current ", "current\x7F", "cwd>",
	"cwd:", "default ", "git remo", "git repo", "home dir", "i'm curr", "is direc",
	"my opera", "os versi", "operatin", "platform", "primary ", "reposito",
	"shell:", "shell>", "the curr", "the abso", "the user", "today's ", "working ",
	"workspac" };

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

static bool is_head(const char *at, const char head[EIGHT])
{
	int i = 0;

	while (i < EIGHT && (!head[i] || (at[i] | FOLD) == head[i]))
		i++;
	return i == EIGHT;
}

static bool may_be_label(const char *at, const char *end)
{
	int i = 0;

	if (end - at < 2)
		return true;
	if (!(firsts[at[0] & 63] & seconds[at[1] & 63]))
		return false;
	while (end - at >= EIGHT && i < HEAD_COUNT && !is_head(at, heads[i]))
		i++;
	return i < HEAD_COUNT;
}

const char *line_head_portable(const char *at, const char *end)
{
	while (at) {
		while (at < end && line_head_is_mark(*at))
			at++;
		if (may_be_label(at, end))
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

/* Eight heads at a time, with no branch for one. */
VBMI static inline bool is_any_head(const char *at)
{
	uint64_t eight;
	__mmask8 found = 0;

	memcpy(&eight, at, EIGHT);
	for (int i = 0; i < HEAD_COUNT; i += 8) {
		__m512i other = _mm512_loadu_si512(heads[i]);
		__m512i folded = _mm512_or_si512(
		    _mm512_set1_epi64((long long)eight), _mm512_set1_epi8(FOLD));

		other = _mm512_maskz_mov_epi8(
		    _mm512_test_epi8_mask(other, other), _mm512_xor_si512(folded, other));
		found |= _mm512_testn_epi64_mask(other, other);
	}
	return found;
}

/* The first of the places that |starts| tells of, from |at| on, where a label may begin. */
VBMI static inline const char *first_label(const char *at, const char *end, uint64_t starts)
{
	for (; starts; starts &= starts - 1) {
		const char *head = at + __builtin_ctzll(starts);

		if (end - head < EIGHT || is_any_head(head))
			return head;
	}
	return NULL;
}

/* Sixty-four bytes at a time, with no branch for a line. */
VBMI const char *line_head_vbmi(const char *at, const char *end)
{
	unsigned long long is_head = 1; /* a line, or its words, begin at |at| */
	struct places places;
	const char *label;
	unsigned rest;

	for (; end - at > 64; at += 64) {
		places = read_places(_mm512_loadu_si512(at), _mm512_loadu_si512(at + 1));
		label = first_label(at, end, take_places(&places, &is_head));
		if (label)
			return label;
	}
	rest = (unsigned)(end - at);
	if (!rest)
		return at;
	places = read_places(_mm512_maskz_loadu_epi8(~(__mmask64)0 >> (64 - rest), at),
	    _mm512_maskz_loadu_epi8((~(__mmask64)0 >> (64 - rest)) >> 1, at + 1));
	places.pairs |= ~(uint64_t)0 << (rest - 1); /* the text ends before the second letter */
	label = first_label(at, end, take_places(&places, &is_head));
	if (label)
		return label;
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
