#ifndef FINGERPRINT_DIGEST_H
#define FINGERPRINT_DIGEST_H

#include "base/bytes.h"
#include "base/fault.h"

/*
 * MD5 and SHA-256 with their contexts made once: a digest costs no look-up and no allocation.
 * MD5 only because JA3 is defined by it; nothing here is a secret. One a thread: not shared.
 */
#define DIGEST_MD5_BYTES    16
#define DIGEST_SHA256_BYTES 32

struct digest;

/* NULL with a fault where this OpenSSL lacks SHA-256. A missing MD5 (FIPS) is no fault:
 * |digest_md5| then says no. */
struct digest *digest_new(struct fault *fault);

/* NULL is allowed. */
void digest_free(struct digest *digest);

/* False, with |out| untouched, where there is no MD5. */
bool digest_md5(struct digest *digest, struct bytes b, unsigned char out[DIGEST_MD5_BYTES]);
void digest_sha256(
    struct digest *digest, struct bytes b, unsigned char out[DIGEST_SHA256_BYTES]);

#endif
