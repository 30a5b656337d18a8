/*
 * Keyed hashes of everything that identifies. The keys live only here; nothing prints them, and
 * they are wiped when they go.
 */
#include "base/keyed_hash.h"

#include "base/xalloc.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#define SECRET_LEAST 16

struct keyed_hash {
	uint64_t mark;
	unsigned char keys[HASH_DOMAIN_COUNT][SIPHASH_KEY_BYTES];
};

static void derive(
    struct bytes secret, const char *label, unsigned number, unsigned char out[32])
{
	unsigned char message[32] = { 0 };
	size_t len = strlen(label);
	unsigned int out_len = 32;

	assert(len < sizeof(message) - 1);
	memcpy(message, label, len);
	message[len] = (unsigned char)number;
	HMAC(EVP_sha256(), secret.at, (int)secret.len, message, len + 1, out, &out_len);
}

struct keyed_hash *keyed_hash_new(struct bytes secret, struct fault *fault)
{
	struct keyed_hash *hash;
	unsigned char derived[32];

	if (secret.len < SECRET_LEAST) {
		fault_say(fault, "the identity secret has %zu bytes, at least %d are needed",
		    secret.len, SECRET_LEAST);
		return NULL;
	}
	hash = xalloc(sizeof(*hash));
	for (unsigned i = 0; i < HASH_DOMAIN_COUNT; i++) {
		derive(secret, "retort hash", i, derived);
		memcpy(hash->keys[i], derived, SIPHASH_KEY_BYTES);
	}
	derive(secret, "retort mark", 0, derived);
	memcpy(&hash->mark, derived, sizeof(hash->mark));
	OPENSSL_cleanse(derived, sizeof(derived));
	return hash;
}

struct keyed_hash *keyed_hash_clone(const struct keyed_hash *hash)
{
	struct keyed_hash *copy = xalloc(sizeof(*copy));

	*copy = *hash;
	return copy;
}

void keyed_hash_free(struct keyed_hash *hash)
{
	if (!hash)
		return;
	OPENSSL_cleanse(hash, sizeof(*hash));
	free(hash);
}

uint64_t keyed_hash_of(const struct keyed_hash *hash, enum hash_domain domain, struct bytes b)
{
	uint64_t value = siphash_of(hash->keys[domain], b);

	return value ? value : 1;
}

void keyed_hash_of_many(const struct keyed_hash *hash, enum hash_domain domain,
    const uint64_t numbers[][KEYED_HASH_MANY], size_t count, uint64_t out[KEYED_HASH_MANY])
{
	siphash_many_best()(hash->keys[domain], numbers, count, out);
	for (int i = 0; i < KEYED_HASH_MANY; i++)
		out[i] = out[i] ? out[i] : 1;
}

uint64_t keyed_hash_mark(const struct keyed_hash *hash)
{
	return hash->mark;
}
