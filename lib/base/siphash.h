#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include "base/bytes.h"

#define SIPHASH_KEY_BYTES 16

/*
 * SipHash-2-4 with 64 bits out, of |b| under |key|. Source: Aumasson & Bernstein, "SipHash: a
 * fast short-input PRF", 2012. Written out because a call through OpenSSL's EVP_MAC costs more
 * than ten times the hash itself; the tests hold it to the paper's vectors and to OpenSSL.
 */
uint64_t siphash_of(const unsigned char key[SIPHASH_KEY_BYTES], struct bytes b);

/* The same of SIPHASH_MANY messages of |count| numbers each, side by side in wide registers
 * where the processor has them: message i is the i-th column of |numbers|, |out[i]| its hash.
 * What a processor lacks is refused by |siphash_many_best| only. */
#define SIPHASH_MANY 8
typedef void siphash_many_fn(const unsigned char key[SIPHASH_KEY_BYTES],
    const uint64_t numbers[][SIPHASH_MANY], size_t count, uint64_t out[SIPHASH_MANY]);

siphash_many_fn *siphash_many_best(void);
siphash_many_fn siphash_many_portable;
#ifdef __x86_64__
siphash_many_fn siphash_many_avx2, siphash_many_avx512;
#endif

#endif
