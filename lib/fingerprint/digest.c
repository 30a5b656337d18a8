/*
 * The two digests that fingerprints are made of, with their contexts ready: fetching an
 * algorithm by name costs more than the digest itself. No secret passes through here.
 */
#include "fingerprint/digest.h"

#include "base/xalloc.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct digest {
	EVP_MD_CTX *md5, *sha256;
};

static EVP_MD_CTX *new_context(const char *name)
{
	EVP_MD *algorithm = EVP_MD_fetch(NULL, name, NULL);
	EVP_MD_CTX *context = algorithm ? EVP_MD_CTX_new() : NULL;

	if (context && !EVP_DigestInit_ex2(context, algorithm, NULL)) {
		EVP_MD_CTX_free(context);
		context = NULL;
	}
	EVP_MD_free(algorithm); /* the context holds its own reference */
	return context;
}

struct digest *digest_new(struct fault *fault)
{
	struct digest *digest = xalloc(sizeof(*digest));

	digest->md5 = new_context("MD5");
	digest->sha256 = new_context("SHA256");
	if (!digest->sha256) {
		fault_say(fault, "this OpenSSL has no SHA-256");
		digest_free(digest);
		return NULL;
	}
	return digest;
}

void digest_free(struct digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->md5);
	EVP_MD_CTX_free(digest->sha256);
	free(digest);
}

/* Naming no algorithm restarts the context's own one in place. */
static void run(EVP_MD_CTX *context, struct bytes b, unsigned char *out)
{
	int ok = EVP_DigestInit_ex2(context, NULL, NULL) &&
		 EVP_DigestUpdate(context, b.at, b.len) &&
		 EVP_DigestFinal_ex(context, out, NULL);

	assert(ok);
}

bool digest_md5(struct digest *digest, struct bytes b, unsigned char out[DIGEST_MD5_BYTES])
{
	if (!digest->md5)
		return false;
	run(digest->md5, b, out);
	return true;
}

void digest_sha256(
    struct digest *digest, struct bytes b, unsigned char out[DIGEST_SHA256_BYTES])
{
	run(digest->sha256, b, out);
}
