/* Keyed hashes: stable under one key, strangers under another, never 0. */
#include "base/keyed_hash.h"

#include "unit.h"

static struct keyed_hash *hash_with(const char *secret)
{
	struct fault fault;
	struct keyed_hash *hash = keyed_hash_new(bytes_of_text(secret), &fault);

	ck_assert_ptr_nonnull(hash);
	return hash;
}

START_TEST(one_secret_gives_one_hash_on_every_clone)
{
	struct keyed_hash *hash = hash_with("0123456789abcdef"), *copy = keyed_hash_clone(hash);
	uint64_t value = keyed_hash_of(hash, HASH_ACCOUNT, BYTES("sk-1"));

	ck_assert_uint_eq(value, keyed_hash_of(copy, HASH_ACCOUNT, BYTES("sk-1")));
	ck_assert_uint_eq(value, keyed_hash_of(hash, HASH_ACCOUNT, BYTES("sk-1")));
	ck_assert_uint_ne(value, keyed_hash_of(hash, HASH_ACCOUNT, BYTES("sk-2")));
	keyed_hash_free(hash);
	ck_assert_uint_eq(value, keyed_hash_of(copy, HASH_ACCOUNT, BYTES("sk-1")));
	keyed_hash_free(copy);
}
END_TEST

START_TEST(domains_and_secrets_are_strangers)
{
	struct keyed_hash *a = hash_with("0123456789abcdef"),
			  *b = hash_with("0123456789abcdeg");
	uint64_t value = keyed_hash_of(a, HASH_ACCOUNT, BYTES("x"));

	ck_assert_uint_ne(value, keyed_hash_of(a, HASH_OWNER, BYTES("x")));
	ck_assert_uint_ne(value, keyed_hash_of(b, HASH_ACCOUNT, BYTES("x")));
	ck_assert_uint_ne(keyed_hash_mark(a), keyed_hash_mark(b));
	keyed_hash_free(a);
	keyed_hash_free(b);
}
END_TEST

START_TEST(a_short_secret_is_refused_with_its_length)
{
	struct fault fault;

	ck_assert_ptr_null(keyed_hash_new(BYTES("short"), &fault));
	ck_assert_str_eq(fault.text, "the identity secret has 5 bytes, at least 16 are needed");
}
END_TEST

START_TEST(many_hashes_at_once_are_those_of_each)
{
	struct fault fault;
	struct keyed_hash *hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
	uint64_t numbers[2][KEYED_HASH_MANY], out[KEYED_HASH_MANY];

	for (uint64_t i = 0; i < KEYED_HASH_MANY; i++) {
		numbers[0][i] = i * 3;
		numbers[1][i] = ~i;
	}
	keyed_hash_of_many(hash, HASH_PAYLOAD, numbers, 2, out);
	for (uint64_t i = 0; i < KEYED_HASH_MANY; i++) {
		uint64_t one[2] = { i * 3, ~i };

		ck_assert_uint_eq(
		    out[i], keyed_hash_of(hash, HASH_PAYLOAD, bytes_of(one, sizeof(one))));
	}
	keyed_hash_free(hash);
}
END_TEST

UNIT_MAIN("keyed_hash", one_secret_gives_one_hash_on_every_clone,
    domains_and_secrets_are_strangers, a_short_secret_is_refused_with_its_length,
    many_hashes_at_once_are_those_of_each)
