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

START_TEST(squeezing_is_the_same_on_every_path)
{
	static char in[600], fast[632], slow[632];
	uint32_t seed = 7;

	for (int round = 0; round < 2000; round++) {
		size_t len = (seed = seed * 1664525 + 1013904223) % sizeof(in), kept = 0;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			in[i] = (char)(seed >> 24 & (round % 3 ? 0xFF : 0x3F));
			if ((unsigned char)in[i] > 0x20)
				slow[kept++] = in[i];
		}
		ck_assert_uint_eq(text_digest_squeeze(fast, in, len), kept);
		ck_assert_mem_eq(fast, slow, kept);
	}
}
END_TEST

UNIT_MAIN("text_digest", white_space_and_splits_do_not_count, another_secret_gives_strangers,
    squeezing_is_the_same_on_every_path)
