/* SipHash-2-4 against the paper's own vector and against OpenSSL's at every length. */
#include "base/siphash.h"

#include "unit.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#define LONGEST 300

static unsigned char key[SIPHASH_KEY_BYTES], text[LONGEST];

static void count_up(void)
{
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)i;
	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)i;
}

/* Appendix A of the paper, and the first and last rows of the reference code's table. */
START_TEST(the_paper_s_vectors_hold)
{
	count_up();
	ck_assert_uint_eq(siphash_of(key, bytes_of(text, 15)), 0xA129CA6149BE45E5u);
	ck_assert_uint_eq(siphash_of(key, bytes_of(text, 0)), 0x726FDB47DD0E0E31u);
	ck_assert_uint_eq(siphash_of(key, bytes_of(NULL, 0)), 0x726FDB47DD0E0E31u);
	ck_assert_uint_eq(siphash_of(key, bytes_of(text, 63)), 0x958A324CEB064572u);
}
END_TEST

static uint64_t of_openssl(EVP_MAC_CTX *context, size_t len)
{
	uint64_t value = 0;
	size_t out_len = 0;

	ck_assert(EVP_MAC_init(context, key, sizeof(key), NULL) &&
		  EVP_MAC_update(context, text, len) &&
		  EVP_MAC_final(context, (unsigned char *)&value, &out_len, sizeof(value)));
	ck_assert_uint_eq(out_len, sizeof(value));
	return value;
}

START_TEST(every_length_agrees_with_openssl)
{
	size_t size = 8;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
		OSSL_PARAM_construct_end() };
	EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(algorithm);

	ck_assert(EVP_MAC_CTX_set_params(context, params));
	count_up();
	for (size_t len = 0; len <= LONGEST; len++) {
		key[len % sizeof(key)] ^= (unsigned char)(len * 37);
		ck_assert_uint_eq(
		    siphash_of(key, bytes_of(text, len)), of_openssl(context, len));
	}
	EVP_MAC_CTX_free(context);
	EVP_MAC_free(algorithm);
}
END_TEST

/* Columns of numbers, hashed at once and one by one. */
static void compare_many(siphash_many_fn *many)
{
	uint64_t numbers[6][SIPHASH_MANY], out[SIPHASH_MANY], seed = 1;

	for (int round = 0; round < 100; round++) {
		size_t count = (size_t)round % 7;

		count_up();
		key[round % SIPHASH_KEY_BYTES] ^= (unsigned char)(round * 37);
		for (size_t i = 0; i < 6 * SIPHASH_MANY; i++)
			numbers[i / SIPHASH_MANY][i % SIPHASH_MANY] = seed =
			    seed * 6364136223846793005u + 1442695040888963407u;
		many(key, numbers, count, out);
		for (size_t i = 0; i < SIPHASH_MANY; i++) {
			uint64_t column[6];

			for (size_t j = 0; j < count; j++)
				column[j] = numbers[j][i];
			ck_assert_uint_eq(
			    out[i], siphash_of(key, bytes_of(column, count * sizeof(*column))));
		}
	}
}

START_TEST(many_at_once_are_the_same_on_every_path)
{
	compare_many(siphash_many_best());
	compare_many(siphash_many_portable);
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		compare_many(siphash_many_avx2);
	if (__builtin_cpu_supports("avx512f"))
		compare_many(siphash_many_avx512);
#endif
}
END_TEST

UNIT_MAIN("siphash", the_paper_s_vectors_hold, every_length_agrees_with_openssl,
    many_at_once_are_the_same_on_every_path)
