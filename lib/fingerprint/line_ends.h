#ifndef FINGERPRINT_LINE_ENDS_H
#define FINGERPRINT_LINE_ENDS_H

#include <stdint.h>
#include <string.h>

/*
 * The line ends of a text, one after another. Lines are short: looking 64 bytes ahead costs
 * less than a call of memchr for each.
 */
struct line_ends {
	const char *at, *end; /* not looked at yet */
	uint64_t bits;        /* a bit a byte: what is left of the 64 before |at| */
};

static inline struct line_ends line_ends_of(const char *at, const char *end)
{
	return (struct line_ends){ at, end, 0 };
}

#ifdef __SSE2__ /* part of every x86-64 */
#include <emmintrin.h>

static inline uint64_t line_ends_in_64(const char *at)
{
	__m128i lf = _mm_set1_epi8('\n');
	uint64_t bits = 0;

	for (int i = 0; i < 4; i++) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)at + i);

		bits |= (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, lf)) << (16 * i);
	}
	return bits;
}
#else
static inline uint64_t line_ends_in_64(const char *at)
{
	uint64_t bits = 0;

	for (int i = 0; i < 64; i++)
		bits |= (uint64_t)(at[i] == '\n') << i;
	return bits;
}
#endif

/* The next line end, or NULL after the last. */
static inline const char *line_ends_next(struct line_ends *ends)
{
	const char *found;

	while (!ends->bits && ends->end - ends->at >= 64) {
		ends->bits = line_ends_in_64(ends->at);
		ends->at += 64;
	}
	if (ends->bits) {
		found = ends->at - 64 + __builtin_ctzll(ends->bits);
		ends->bits &= ends->bits - 1;
		return found;
	}
	if (ends->at == ends->end)
		return NULL;
	found = memchr(ends->at, '\n', (size_t)(ends->end - ends->at));
	ends->at = found ? found + 1 : ends->end;
	return found;
}

#endif
