/* Digests of text: white space and splits do not count, keys and letters do. */
#include "fingerprint/text_digest.h"

#include "unit.h"

static struct text_digest_keys keys_of(const char *secret)
{
	struct text_digest_keys keys;
	struct fault fault;

	text_digest_keys_init(&keys, keyed_hash_new(bytes_of_text(secret), &fault));
	return keys;
}

static uint64_t digest_in_steps(
    const struct text_digest_keys *keys, struct bytes b, size_t step)
{
	struct text_digest digest;

	text_digest_init(&digest, keys);
	for (size_t i = 0; i < b.len; i += step)
		text_digest_add(
		    &digest, bytes_of(b.at + i, b.len - i < step ? b.len - i : step));
	return text_digest_seal(&digest, HASH_SYSTEM);
}

START_TEST(white_space_and_splits_do_not_count)
{
	struct text_digest_keys keys = keys_of("0123456789abcdef");
	struct bytes a = BYTES("one two  three\nfour"), b = BYTES(" onetwo\tthree\r\n\nfour ");
	uint64_t value = digest_in_steps(&keys, a, 100);

	for (size_t step = 1; step < 10; step++) {
		ck_assert_uint_eq(digest_in_steps(&keys, a, step), value);
		ck_assert_uint_eq(digest_in_steps(&keys, b, step), value);
	}
	ck_assert_uint_ne(digest_in_steps(&keys, BYTES("one two three fours"), 100), value);
	keyed_hash_free(keys.hash);
}
END_TEST

START_TEST(another_secret_gives_strangers)
{
	struct text_digest_keys a = keys_of("0123456789abcdef"),
				b = keys_of("0123456789abcdeg");

	ck_assert_uint_ne(
	    digest_in_steps(&a, BYTES("text"), 4), digest_in_steps(&b, BYTES("text"), 4));
	ck_assert_uint_ne(text_digest_whole(&a, HASH_SYSTEM, BYTES("text")),
	    text_digest_whole(&a, HASH_PAYLOAD, BYTES("text")));
	keyed_hash_free(a.hash);
	keyed_hash_free(b.hash);
}
END_TEST

/* Digests of texts around the size of the hold: one call and many updates give one sum. */
START_TEST(long_texts_do_not_count_splits_either)
{
	struct text_digest_keys keys = keys_of("0123456789abcdef");
	static char text[5000];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 7 ? (char)('a' + i % 26) : ' ';
	for (size_t len = 900; len < sizeof(text); len += 61) {
		struct bytes b = bytes_of(text, len);
		uint64_t value = digest_in_steps(&keys, b, len);

		ck_assert_uint_eq(digest_in_steps(&keys, b, 1), value);
		ck_assert_uint_eq(digest_in_steps(&keys, b, 500), value);
		text[len - 2] ^= 1;
		ck_assert_uint_ne(digest_in_steps(&keys, b, 700), value);
	}
	keyed_hash_free(keys.hash);
}
END_TEST

START_TEST(a_digest_goes_on_after_a_seal)
{
	struct text_digest_keys keys = keys_of("0123456789abcdef");
	struct text_digest digest;
	uint64_t first;

	text_digest_init(&digest, &keys);
	for (int i = 0; i < 300; i++) {
		text_digest_add(&digest, BYTES("some words"));
		first = text_digest_seal(&digest, HASH_PAYLOAD);
		ck_assert_uint_eq(text_digest_seal(&digest, HASH_PAYLOAD), first);
		ck_assert_uint_ne(text_digest_seal(&digest, HASH_SYSTEM), first);
		text_digest_add_mark(&digest, 1);
		ck_assert_uint_ne(text_digest_seal(&digest, HASH_PAYLOAD), first);
	}
	keyed_hash_free(keys.hash);
}
END_TEST

UNIT_MAIN("text_digest", white_space_and_splits_do_not_count, another_secret_gives_strangers,
    long_texts_do_not_count_splits_either, a_digest_goes_on_after_a_seal)
