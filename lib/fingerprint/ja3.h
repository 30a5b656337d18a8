#ifndef FINGERPRINT_JA3_H
#define FINGERPRINT_JA3_H

#include "base/text.h"
#include "fingerprint/digest.h"
#include "wire/client_hello.h"

/*
 * JA3: the ClientHello's version, ciphers, extensions, groups and point formats as decimal
 * lists in wire order, without GREASE, and the MD5 of that text. Source:
 * github.com/salesforce/ja3 (BSD-3). The sorted kind puts the extensions in ascending order,
 * for clients that shuffle them (Chrome since 110).
 */
#define JA3_BYTES    33   /* 32 hex digits and a terminator */
#define JA3_TEXT_MAX 5632 /* the longest text that the parser's caps allow */

enum ja3_kind { JA3_AS_SENT, JA3_SORTED, JA3_COUNT };

/* Appends the text of |hello|; is_cut on |text| when it does not fit. */
void ja3_text(const struct client_hello *hello, enum ja3_kind kind, struct text *text);

/* Writes the digest into |out|. False, with |out| set to "", where this OpenSSL has no MD5. */
bool ja3_digest(const struct client_hello *hello, enum ja3_kind kind, struct digest *digest,
    char out[JA3_BYTES]);

/* Whether |b| could be a JA3 digest, as a balancer names it in a header: 32 lower-case hex
 * digits. */
bool ja3_is_digest(struct bytes b);

#endif
