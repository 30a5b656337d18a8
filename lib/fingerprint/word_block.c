/*
 * Where words begin and end, a block at a time: a branch for each byte of a text would be
 * guessed wrong at each word's end. Never reads beyond the block.
 */
#include "fingerprint/word_block.h"

#include <string.h>

enum kind {
	KIND_OTHER, /* means something to a skeleton, or is beyond ASCII */
	KIND_IDLE = 1,
	KIND_LOWER = 2,
	KIND_UPPER = 4,
	KIND_DIGIT = 8 /* also '_' */
};

static const uint8_t kinds[256] = {
	[0 ... '\n' - 1] = KIND_IDLE,
	['\n' + 1 ... ' '] = KIND_IDLE,
	['#' ... '&'] = KIND_IDLE,
	['(' ... ','] = KIND_IDLE,
	['<' ... '>'] = KIND_IDLE,
	['['] = KIND_IDLE,
	[']' ... '^'] = KIND_IDLE,
	['{' ... 0x7F] = KIND_IDLE,
	['a' ... 'z'] = KIND_LOWER,
	['A' ... 'Z'] = KIND_UPPER,
	['0' ... '9'] = KIND_DIGIT,
	['_'] = KIND_DIGIT,
};

static void write_block(
    struct word_block *block, uint64_t lower, uint64_t upper, uint64_t digit)
{
	block->plain = lower | upper | digit;
	block->odd = digit | (upper & lower << 1);
}

void word_block_portable(struct word_block *block, const char *at)
{
	uint64_t idle = 0, lower = 0, upper = 0, digit = 0;

	for (int i = 63; i >= 0; i--) {
		unsigned kind = kinds[(unsigned char)at[i]];

		idle = idle << 1 | (kind & 1);
		lower = lower << 1 | (kind >> 1 & 1);
		upper = upper << 1 | (kind >> 2 & 1);
		digit = digit << 1 | kind >> 3;
	}
	block->idle = idle;
	write_block(block, lower, upper, digit);
}

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint64_t bits_of(__m256i bytes)
{
	return (uint32_t)_mm256_movemask_epi8(bytes);
}

/* All ones where a byte, which is none beyond ASCII, is from |first| to |last|. */
AVX2 static inline __m256i between(__m256i bytes, char first, char last)
{
	return _mm256_and_si256(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8((char)(first - 1))),
	    _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(last + 1)), bytes));
}

/* By their halves: a bit for each high half of ASCII, set for the low halves that are idle
 * there; beyond ASCII the shuffle gives zero. */
AVX2 static inline uint64_t idle_bits(__m256i bytes)
{
	const __m256i low = _mm256_broadcastsi128_si256(
	    _mm_setr_epi8(0x07, 0x03, 0x03, 0x07, 0x07, 0x07, 0x07, 0x03, 0x07, 0x07, 0x06,
		(char)0xA7, (char)0x8F, (char)0xAB, (char)0xAB, (char)0x83));
	const __m256i high = _mm256_broadcastsi128_si256(_mm_setr_epi8(
	    0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, (char)0x80, 0, 0, 0, 0, 0, 0, 0, 0));
	__m256i half = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
	__m256i both = _mm256_and_si256(
	    _mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, half));

	return (uint32_t)~bits_of(_mm256_cmpeq_epi8(both, _mm256_setzero_si256()));
}

struct halves {
	uint64_t idle, lower, upper, digit;
};

AVX2 static inline struct halves read_32(const char *at)
{
	__m256i bytes = _mm256_loadu_si256((const __m256i *)at);
	__m256i digit = _mm256_or_si256(
	    between(bytes, '0', '9'), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('_')));

	return (struct halves){ idle_bits(bytes), bits_of(between(bytes, 'a', 'z')),
		bits_of(between(bytes, 'A', 'Z')), bits_of(digit) };
}

AVX2 void word_block_avx2(struct word_block *block, const char *at)
{
	struct halves low = read_32(at), high = read_32(at + 32);

	block->idle = low.idle | high.idle << 32;
	write_block(block, low.lower | high.lower << 32, low.upper | high.upper << 32,
	    low.digit | high.digit << 32);
}

word_block_fn *word_block_best(void)
{
	return __builtin_cpu_supports("avx2") ? word_block_avx2 : word_block_portable;
}
#else
word_block_fn *word_block_best(void)
{
	return word_block_portable;
}
#endif
