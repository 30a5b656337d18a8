#ifndef BASE_KEYED_HASH_H
#define BASE_KEYED_HASH_H

#include "base/bytes.h"
#include "base/fault.h"
#include "base/siphash.h"

/*
 * The one way from something that identifies (a credential, an address, a text) to the number
 * that stands for it. SipHash-2-4 keyed with identity.secret through HMAC-SHA256, one sub-key a
 * domain, so that hashes of different domains never compare equal on purpose. Source: Aumasson
 * & Bernstein, "SipHash: a fast short-input PRF", 2012 (base/siphash.h).
 */
enum hash_domain {
	HASH_ACCOUNT, /* credential → account */
	HASH_OWNER,
	HASH_ADDRESS, /* exact address */
	HASH_PREFIX,  /* /24, /48 */
	HASH_SHAPE,   /* HTTP shape */
	HASH_TLS,     /* JA3, JA4 */
	HASH_SYSTEM,
	HASH_TEMPLATE,
	HASH_CONVERSATION,
	HASH_PAYLOAD,
	HASH_ENVIRONMENT,
	HASH_SIGNATURE, /* signed thinking blocks */
	HASH_MODEL,
	HASH_PATH,
	HASH_LIMIT, /* limit keys */
	HASH_COIN,  /* probe coins */
	HASH_DOMAIN_COUNT
};

struct keyed_hash;

/* Derives the sub-keys from |secret|, which must hold at least 16 bytes. NULL with a fault
 * otherwise. */
struct keyed_hash *keyed_hash_new(struct bytes secret, struct fault *fault);

/* The same keys with a life of their own. */
struct keyed_hash *keyed_hash_clone(const struct keyed_hash *hash);

/* Wipes the keys. NULL is allowed. */
void keyed_hash_free(struct keyed_hash *hash);

/* The hash of |b| in |domain|. Never 0: 0 means "absent" wherever such a hash is stored. */
uint64_t keyed_hash_of(const struct keyed_hash *hash, enum hash_domain domain, struct bytes b);

/* The same of KEYED_HASH_MANY messages of |count| numbers each, for little more than the time
 * of one: message i is the i-th column of |numbers|, |out[i]| its hash. */
#define KEYED_HASH_MANY SIPHASH_MANY
void keyed_hash_of_many(const struct keyed_hash *hash, enum hash_domain domain,
    const uint64_t numbers[][KEYED_HASH_MANY], size_t count, uint64_t out[KEYED_HASH_MANY]);

/* A number that tells two secrets apart and gives neither away: stands at the head of
 * snapshots. */
uint64_t keyed_hash_mark(const struct keyed_hash *hash);

#endif
