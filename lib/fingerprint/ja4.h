#ifndef FINGERPRINT_JA4_H
#define FINGERPRINT_JA4_H

#include "base/text.h"
#include "fingerprint/digest.h"
#include "wire/client_hello.h"

/*
 * JA4, the TLS client fingerprint over TCP, of John Althouse, FoxIO (github.com/FoxIO-LLC/ja4,
 * technical_details/JA4.md, BSD-3). Only that one: the other members of its family have other
 * licences. Ciphers and extensions are sorted, GREASE is dropped, signature algorithms keep
 * their order.
 */
#define JA4_BYTES   37   /* "t13d1516h2_8daaf6152771_02713d6af862" and a terminator */
#define JA4_RAW_MAX 3968 /* the longest raw text that the parser's caps allow */

/* Appends JA4 raw (the sorted form, "ja4_r"); is_cut on |text| when it does not fit. */
void ja4_raw(const struct client_hello *hello, struct text *text);

/* Writes JA4 into |out|. */
void ja4_digest(const struct client_hello *hello, struct digest *digest, char out[JA4_BYTES]);

/* Whether |b| has the form of a JA4, as a balancer names it in a header. */
bool ja4_is_digest(struct bytes b);

#endif
