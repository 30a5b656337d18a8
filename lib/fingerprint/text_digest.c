/*
 * Keyed digests of text that may be long and come in pieces. Nothing of the text stays behind
 * but what is held and what XXH3 buffers, inside the exchange's arena. A text that fits in the
 * hold is digested in one call: same sum, less to set up.
 */
#include "fingerprint/text_digest.h"

#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h> /* the same sums by the widest registers there are */
#endif

#define ROOM_LEAST (TEXT_DIGEST_HOLD / 4)

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
	digest->held = 0;
	digest->is_long = digest->is_summed = false;
}

static void flush(struct text_digest *digest)
{
	if (!digest->is_long) {
		const struct text_digest_keys *keys = digest->keys;

		digest->is_long = true;
		XXH3_INITSTATE(&digest->state);
		XXH3_128bits_reset_withSecret(
		    &digest->state, keys->secret, sizeof(keys->secret));
	}
	XXH3_128bits_update(&digest->state, digest->hold, digest->held);
	digest->held = 0;
}

/* Something was added. Neither squeezing nor XXH3 is worth a call for a few bytes. */
static void make_room(struct text_digest *digest)
{
	digest->is_summed = false;
	if (digest->held > TEXT_DIGEST_HOLD - ROOM_LEAST)
		flush(digest);
}

void text_digest_add(struct text_digest *digest, struct bytes piece)
{
	while (piece.len) {
		size_t room = TEXT_DIGEST_HOLD - digest->held;
		size_t len = piece.len < room ? piece.len : room;

		digest->held += (unsigned)squeeze_text(
		    digest->hold + digest->held, piece.at, len);
		piece = bytes_of(piece.at + len, piece.len - len);
		make_room(digest);
	}
}

static void add_whole(struct text_digest *digest, const void *at, size_t len)
{
	memcpy(digest->hold + digest->held, at, len);
	digest->held += (unsigned)len;
	make_room(digest);
}

void text_digest_add_mark(struct text_digest *digest, unsigned char mark)
{
	add_whole(digest, &mark, 1);
}

void text_digest_add_number(struct text_digest *digest, uint64_t number)
{
	add_whole(digest, &number, sizeof(number));
}

static void sum_up(struct text_digest *digest)
{
	const struct text_digest_keys *keys = digest->keys;

	if (digest->is_long) {
		flush(digest);
		digest->sum = XXH3_128bits_digest(&digest->state);
	} else {
		digest->sum = XXH3_128bits_withSecret(
		    digest->hold, digest->held, keys->secret, sizeof(keys->secret));
	}
	digest->is_summed = true;
}

XXH128_hash_t text_digest_sum(struct text_digest *digest)
{
	if (!digest->is_summed)
		sum_up(digest);
	return digest->sum;
}

uint64_t text_digest_seal(struct text_digest *digest, enum hash_domain domain)
{
	XXH128_hash_t sum = text_digest_sum(digest);

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
