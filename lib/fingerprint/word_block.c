/*
 * Where words begin and end, a block at a time: a branch for each byte of a text would be
 * guessed wrong at each word's end. Never reads beyond the block.
 */
#include "fingerprint/word_block.h"

#include <string.h>

enum kind_bit {
	BIT_LOWER,
	BIT_UPPER,
	BIT_DIGIT,
	BIT_UNDERSCORE,
	BIT_IDLE,
	BIT_JOIN, /* part of a word when it goes on at once */
	BIT_STOP, /* ends a sentence when white space follows; a line's end is one anyway */
	BIT_SPACE,
	BIT_COUNT
};

#define LOWER      (1 << BIT_LOWER)
#define UPPER      (1 << BIT_UPPER)
#define DIGIT      (1 << BIT_DIGIT)
#define UNDERSCORE (1 << BIT_UNDERSCORE)
#define IDLE       (1 << BIT_IDLE)
#define JOIN       (1 << BIT_JOIN)
#define STOP       (1 << BIT_STOP)
#define SPACE      (1 << BIT_SPACE)

static const uint8_t kinds[128] = {
	[0 ... '\n' - 1] = SPACE | IDLE,
	['\n'] = SPACE | STOP,
	['\n' + 1 ... ' '] = SPACE | IDLE,
	['!'] = STOP,
	['#' ... '&'] = IDLE,
	['\''] = JOIN,
	['(' ... ','] = IDLE,
	['-'] = JOIN,
	['.'] = JOIN | STOP,
	['/'] = JOIN,
	['0' ... '9'] = DIGIT,
	[':'] = JOIN | STOP,
	[';'] = STOP,
	['<' ... '>'] = IDLE,
	['?'] = STOP,
	['@'] = JOIN,
	['A' ... 'Z'] = UPPER,
	['['] = IDLE,
	['\\'] = JOIN,
	[']' ... '^'] = IDLE,
	['_'] = UNDERSCORE,
	['a' ... 'z'] = LOWER,
	['{' ... 0x7F] = IDLE,
};

/* From a mask a kind, and |high| of the bytes beyond ASCII. What comes behind the block may
 * go on a word, and is no white space, as far as is known here. */
static inline void write_block(struct word_block *block, const uint64_t *of, uint64_t high)
{
	uint64_t plain = of[BIT_LOWER] | of[BIT_UPPER] | of[BIT_DIGIT] | of[BIT_UNDERSCORE];
	uint64_t going = plain | of[BIT_JOIN] | high;

	block->plain = plain;
	block->digit = of[BIT_DIGIT];
	block->odd = of[BIT_DIGIT] | of[BIT_UNDERSCORE] | (of[BIT_UPPER] & of[BIT_LOWER] << 1);
	block->idle = of[BIT_IDLE];
	block->glue = high | (of[BIT_JOIN] & (going >> 1 | (uint64_t)1 << 63));
	block->stop = of[BIT_STOP] & (of[BIT_SPACE] | of[BIT_SPACE] >> 1);
}

void word_block_portable(struct word_block *block, const char *at)
{
	uint64_t of[BIT_COUNT] = { 0 }, high = 0;

	for (int i = 63; i >= 0; i--) {
		unsigned char c = (unsigned char)at[i];
		unsigned kind = c < 0x80 ? kinds[c] : 0;

		for (int bit = 0; bit < BIT_COUNT; bit++)
			of[bit] = of[bit] << 1 | (kind >> bit & 1);
		high = high << 1 | c >> 7;
	}
	write_block(block, of, high);
}

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* The same table by halves: a row a kind, a column a byte's low half, and there a bit for each
 * high half that makes it one of the kind. */
static const uint8_t halves[BIT_COUNT][16] = {
	[BIT_LOWER] = { 0x80, 0xC0, 0xC0, 0xC0, 0xC0, 0xC0, 0xC0, 0xC0, 0xC0, 0xC0, 0xC0, 0x40,
	    0x40, 0x40, 0x40, 0x40 },
	[BIT_UPPER] = { 0x20, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x10,
	    0x10, 0x10, 0x10, 0x10 },
	[BIT_DIGIT] = { 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08, 0x08 },
	[BIT_UNDERSCORE] = { [15] = 0x20 },
	[BIT_IDLE] = { 0x07, 0x03, 0x03, 0x07, 0x07, 0x07, 0x07, 0x03, 0x07, 0x07, 0x06, 0xA7,
	    0x8F, 0xAB, 0xAB, 0x83 },
	[BIT_JOIN] = { [0] = 0x10, [7] = 0x04, [10] = 0x08, [12] = 0x20, 0x04, 0x04, 0x04 },
	[BIT_STOP] = { [1] = 0x04, [10] = 0x09, 0x08, [14] = 0x04, 0x08 },
	[BIT_SPACE] = { 0x07, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03, 0x03,
	    0x03, 0x03, 0x03, 0x03 },
};

/* Adds the masks of 32 bytes, |shift| bits up. Beyond ASCII the shuffle gives zero. */
AVX2 static inline void add_32(uint64_t *of, uint64_t *high, const char *at, int shift)
{
	const __m256i highs = _mm256_set1_epi64x((long long)0x8040201008040201u);
	__m256i bytes = _mm256_loadu_si256((const __m256i *)at);
	__m256i half = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(7));
	__m256i bit = _mm256_shuffle_epi8(highs, half);

	for (int i = 0; i < BIT_COUNT; i++) {
		__m256i row = _mm256_broadcastsi128_si256(
		    _mm_loadu_si128((const __m128i *)halves[i]));
		__m256i not = _mm256_cmpeq_epi8(
		    _mm256_and_si256(_mm256_shuffle_epi8(row, bytes), bit),
		    _mm256_setzero_si256());

		of[i] |= (uint64_t)(uint32_t)~_mm256_movemask_epi8(not ) << shift;
	}
	*high |= (uint64_t)(uint32_t)_mm256_movemask_epi8(bytes) << shift;
}

AVX2 void word_block_avx2(struct word_block *block, const char *at)
{
	uint64_t of[BIT_COUNT] = { 0 }, high = 0;

	add_32(of, &high, at, 0);
	add_32(of, &high, at + 32, 32);
	write_block(block, of, high);
}

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))

VBMI void word_block_vbmi(struct word_block *block, const char *at)
{
	__m512i bytes = _mm512_loadu_si512(at);
	uint64_t of[BIT_COUNT], high = _mm512_movepi8_mask(bytes);
	__m512i kind = _mm512_maskz_permutex2var_epi8(
	    ~high, _mm512_loadu_si512(kinds), bytes, _mm512_loadu_si512(kinds + 64));

	for (int i = 0; i < BIT_COUNT; i++)
		of[i] = _mm512_test_epi8_mask(kind, _mm512_set1_epi8((char)(1 << i)));
	write_block(block, of, high);
}

word_block_fn *word_block_best(void)
{
	if (__builtin_cpu_supports("avx512vbmi"))
		return word_block_vbmi;
	return __builtin_cpu_supports("avx2") ? word_block_avx2 : word_block_portable;
}
#else
word_block_fn *word_block_best(void)
{
	return word_block_portable;
}
#endif
