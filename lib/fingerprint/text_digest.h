#ifndef FINGERPRINT_TEXT_DIGEST_H
#define FINGERPRINT_TEXT_DIGEST_H

#include "base/bytes.h"
#include "base/keyed_hash.h"
#include "fingerprint/squeeze.h"

#define XXH_STATIC_LINKING_ONLY /* the state by value */
#include <xxhash.h>

/*
 * Keyed digests of long text. XXH3 with a secret of its own takes the bytes; SipHash seals what
 * comes out, so that what leaves is a keyed hash like any other (base/keyed_hash.h).
 */

/* What digests are keyed with: one a worker, for |hash| is not shared between threads. */
struct text_digest_keys {
	struct keyed_hash *hash; /* borrowed */
	unsigned char secret[XXH3_SECRET_SIZE_MIN + 56];
};

/* Derives the secret from |hash|, which must outlive |keys|. */
void text_digest_keys_init(struct text_digest_keys *keys, struct keyed_hash *hash);

#define TEXT_DIGEST_HOLD 2048

/* A digest under way. White space and control bytes (≤ 0x20) do not count: clients that
 * re-serialise a message trim, join and wrap it. */
struct text_digest {
	const struct text_digest_keys *keys;
	unsigned held;
	bool is_long;   /* |state| has begun */
	bool is_summed; /* |sum| is of all that was added */
	XXH128_hash_t sum;
	char hold[TEXT_DIGEST_HOLD + SQUEEZE_SLACK];
	XXH3_state_t state;
};

void text_digest_init(struct text_digest *digest, const struct text_digest_keys *keys);
void text_digest_add(struct text_digest *digest, struct bytes piece);

/* A byte between things that must not run together: not white space, not in any text. */
void text_digest_add_mark(struct text_digest *digest, unsigned char mark);

/* Another digest's seal, or a count. */
void text_digest_add_number(struct text_digest *digest, uint64_t number);

/* The digest so far, keyed but not sealed: what is made of it is to be sealed or joined before
 * it leaves. */
XXH128_hash_t text_digest_sum(struct text_digest *digest);

/* The digest so far, sealed in |domain|; never 0. More may be added after. A second seal, in
 * another domain, costs no second look at the text. */
uint64_t text_digest_seal(struct text_digest *digest, enum hash_domain domain);

/* The seal of bytes that stand together, white space and all. */
uint64_t text_digest_whole(
    const struct text_digest_keys *keys, enum hash_domain domain, struct bytes b);

/* The seal of |count| numbers: how digests and counts are joined. Dear when they are many. */
uint64_t text_digest_join(const struct text_digest_keys *keys, enum hash_domain domain,
    const uint64_t *numbers, size_t count);

#endif
