#ifndef FACTS_IDENTITY_H
#define FACTS_IDENTITY_H

#include "base/bytes.h"
#include "base/fault.h"
#include "base/keyed_hash.h"

/*
 * Which account a request belongs to: the keyed hash of its credential, taken from the first of
 * the configured sources that holds one. The raw credential is never copied to anything that
 * outlives the call.
 *
 * Trust: the sources must be those that the upstream reads, in its order. A credential which
 * the upstream ignores lets a client pose as many accounts; |found| > 1 shows where that could
 * be. A credential that is renewed (OAuth) is a new account each time.
 */
#define IDENTITY_SOURCES_MOST    16
#define IDENTITY_CREDENTIAL_MOST 4096 /* a longer query value is hashed undecoded */

/* Compiled sources; only read, by any number of threads. */
struct identity;

/*
 * Compiles |count| sources in their order: a header's name, or "query:NAME". NULL with a fault
 * for none, too many, or a name with bytes that no name has.
 */
struct identity *identity_new(const char *const *sources, size_t count, struct fault *fault);

/* NULL is allowed. */
void identity_free(struct identity *identity);

/* The search through one request; in place, borrows the request's bytes. */
struct identity_search {
	const struct identity *identity;
	struct bytes credential; /* of the best source so far */
	uint8_t best;            /* its place, IDENTITY_SOURCES_MOST = none yet */
	uint8_t found;           /* sources that hold a credential */
	uint16_t seen;           /* bit n: source n does */
	bool is_encoded;         /* percent-encoded, from the query */
};

void identity_begin(struct identity_search *search, const struct identity *identity);

/*
 * Offers one header. |value| loses the space around it, a "Bearer" or "Basic" before the
 * credential, and of an AWS4 signature everything but the access key's id. Of a repeated header
 * the first counts; an empty credential is none.
 */
void identity_offer_header(
    struct identity_search *search, struct bytes name, struct bytes value);

/* Offers the query, without its '?'. Names and values are percent-decoded, '+' is a space. */
void identity_offer_query(struct identity_search *search, struct bytes query);

/* The account: HASH_ACCOUNT of the credential; 0 = the request has none. */
uint64_t identity_account(const struct identity_search *search, struct keyed_hash *hash);

#endif
