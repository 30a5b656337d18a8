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

UNIT_MAIN("siphash", the_paper_s_vectors_hold, every_length_agrees_with_openssl)
