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
size_t text_digest_squeeze(char *out, const char *at, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++) {
		out[kept] = at[i];
		kept += (unsigned char)at[i] > 0x20;
	}
	return kept;
}

void text_digest_add(struct text_digest *digest, struct bytes piece)
{
	char block[BLOCK + 8];

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

uint64_t text_digest_seal(const struct text_digest *digest, enum hash_domain domain)
{
	XXH128_hash_t sum = XXH3_128bits_digest(&digest->state);

	return keyed_hash_of(digest->keys->hash, domain, bytes_of(&sum, sizeof(sum)));
}

uint64_t text_digest_join(const struct text_digest_keys *keys, enum hash_domain domain,
    const uint64_t *numbers, size_t count)
{
	return keyed_hash_of(keys->hash, domain, bytes_of(numbers, count * sizeof(*numbers)));
}
