/*
 * Any bytes as a query and as header values. And whatever a credential is made of,
 * percent-encoded in a query it names the same account as in a header.
 */
#include "facts/identity.h"

#include <assert.h>

#define CREDENTIAL_MOST 1024

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static uint64_t account_of_query(
    const struct identity *identity, struct bytes query, struct keyed_hash *hash)
{
	struct identity_search search;

	identity_begin(&search, identity);
	identity_offer_query(&search, query);
	return identity_account(&search, hash);
}

static void compare_encoded(
    const struct identity *identity, struct bytes credential, struct keyed_hash *hash)
{
	char query[4 + 3 * CREDENTIAL_MOST + 1] = "key=";
	size_t len = 4;
	uint64_t expected;

	for (size_t i = 0; i < credential.len; i++) {
		query[len++] = '%';
		bytes_to_hex(credential.at + i, 1, query + len);
		len += 2;
	}
	credential = bytes_trim(credential);
	expected = credential.len ? keyed_hash_of(hash, HASH_ACCOUNT, credential) : 0;
	assert(account_of_query(identity, bytes_of(query, len), hash) == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static const char *const sources[] = { "authorization", "x-api-key", "query:key" };
	static struct identity *identity;
	static struct keyed_hash *hash;
	struct identity_search search;
	struct bytes all = bytes_of(at, len), value = all, name = bytes_split(&value, ':');
	struct fault fault;

	if (!identity) {
		hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
		identity = identity_new(sources, 3, &fault);
	}
	identity_begin(&search, identity);
	identity_offer_query(&search, all);
	identity_offer_header(&search, name, value);
	identity_offer_header(&search, BYTES("x-api-key"), all);
	identity_offer_header(&search, BYTES("Authorization"), value);
	assert((identity_account(&search, hash) != 0) || search.best == 2 || !search.found);
	all.len = len < CREDENTIAL_MOST ? len : CREDENTIAL_MOST;
	compare_encoded(identity, all, hash);
	return 0;
}
