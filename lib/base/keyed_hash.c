/*
 * Keyed hashes of everything that identifies. The keys live only here; nothing prints them, and
 * they are wiped when they go.
 */
#include "base/keyed_hash.h"

#include "base/xalloc.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <stdlib.h>

#define KEY_BYTES    16
#define SECRET_LEAST 16

struct keyed_hash {
	EVP_MAC *algorithm;
	EVP_MAC_CTX *context;
	uint64_t mark;
	unsigned char keys[HASH_DOMAIN_COUNT][KEY_BYTES];
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

static EVP_MAC_CTX *new_context(EVP_MAC *algorithm)
{
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(algorithm);
	size_t size = 8;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
		OSSL_PARAM_construct_end() };

	if (!context || !EVP_MAC_CTX_set_params(context, params)) {
		EVP_MAC_CTX_free(context);
		return NULL;
	}
	return context;
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
	hash->algorithm = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	hash->context = hash->algorithm ? new_context(hash->algorithm) : NULL;
	if (!hash->context) {
		fault_say(fault, "this OpenSSL has no SipHash");
		keyed_hash_free(hash);
		return NULL;
	}
	for (unsigned i = 0; i < HASH_DOMAIN_COUNT; i++) {
		derive(secret, "retort hash", i, derived);
		memcpy(hash->keys[i], derived, KEY_BYTES);
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
	EVP_MAC_up_ref(copy->algorithm);
	copy->context = new_context(copy->algorithm);
	assert(copy->context);
	return copy;
}

void keyed_hash_free(struct keyed_hash *hash)
{
	if (!hash)
		return;
	EVP_MAC_CTX_free(hash->context);
	EVP_MAC_free(hash->algorithm);
	OPENSSL_cleanse(hash, sizeof(*hash));
	free(hash);
}

uint64_t keyed_hash_of(struct keyed_hash *hash, enum hash_domain domain, struct bytes b)
{
	uint64_t value = 0;
	size_t len = 0;
	int ok = EVP_MAC_init(hash->context, hash->keys[domain], KEY_BYTES, NULL) &&
		 EVP_MAC_update(hash->context, (const unsigned char *)b.at, b.len) &&
		 EVP_MAC_final(hash->context, (unsigned char *)&value, &len, sizeof(value));

	assert(ok && len == sizeof(value));
	return value ? value : 1;
}

uint64_t keyed_hash_mark(const struct keyed_hash *hash)
{
	return hash->mark;
}
