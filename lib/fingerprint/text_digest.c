/*
 * Keyed digests of text that may be long and come in pieces. Nothing of the text stays behind
 * but the 256 bytes that XXH3 buffers, inside the exchange's arena.
 */
#include "fingerprint/text_digest.h"

#define BLOCK 1024

void text_digest_keys_init(struct text_digest_keys *keys, struct keyed_hash *hash)
{
	keys->hash = hash;
	for (uint64_t i = 0; i * 8 < sizeof(keys->secret); i++) {
		uint64_t word = keyed_hash_of(hash, HASH_TEMPLATE, bytes_of(&i, sizeof(i)));

		memcpy(keys->secret + i * 8, &word, 8);
	}
}

void text_digest_init(struct text_digest *digest, const struct text_digest_keys *keys)
{
	digest->keys = keys;
	XXH3_INITSTATE(&digest->state);
	XXH3_128bits_reset_withSecret(&digest->state, keys->secret, sizeof(keys->secret));
}

/* Without a branch a byte: every byte is written, only some move the end. */
static size_t squeeze_portable(char *out, const char *at, size_t len)
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
__attribute__((target("avx2"))) static size_t squeeze_avx2(
    char *out, const char *at, size_t len)
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
#endif

size_t text_digest_squeeze(char *out, const char *at, size_t len)
{
#ifdef __x86_64__
	if (len >= 64 && __builtin_cpu_supports("avx2"))
		return squeeze_avx2(out, at, len);
#endif
	return squeeze_portable(out, at, len);
}

void text_digest_add(struct text_digest *digest, struct bytes piece)
{
	char block[BLOCK + 32];

	for (size_t i = 0; i < piece.len; i += BLOCK) {
		size_t len = piece.len - i < BLOCK ? piece.len - i : BLOCK;

		len = text_digest_squeeze(block, piece.at + i, len);
		XXH3_128bits_update(&digest->state, block, len);
	}
}

void text_digest_add_mark(struct text_digest *digest, unsigned char mark)
{
	XXH3_128bits_update(&digest->state, &mark, 1);
}

void text_digest_add_number(struct text_digest *digest, uint64_t number)
{
	XXH3_128bits_update(&digest->state, &number, sizeof(number));
}

uint64_t text_digest_seal(const struct text_digest *digest, enum hash_domain domain)
{
	XXH128_hash_t sum = XXH3_128bits_digest(&digest->state);

	return keyed_hash_of(digest->keys->hash, domain, bytes_of(&sum, sizeof(sum)));
}

uint64_t text_digest_whole(
    const struct text_digest_keys *keys, enum hash_domain domain, struct bytes b)
{
	XXH128_hash_t sum = XXH3_128bits_withSecret(
	    b.at, b.len, keys->secret, sizeof(keys->secret));

	return keyed_hash_of(keys->hash, domain, bytes_of(&sum, sizeof(sum)));
}

uint64_t text_digest_join(const struct text_digest_keys *keys, enum hash_domain domain,
    const uint64_t *numbers, size_t count)
{
	return keyed_hash_of(keys->hash, domain, bytes_of(numbers, count * sizeof(*numbers)));
}
