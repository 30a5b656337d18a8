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

#endif
