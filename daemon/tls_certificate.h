#ifndef TLS_CERTIFICATE_H
#define TLS_CERTIFICATE_H

#include "base/fault.h"
#include "config/config.h"

#include <openssl/ssl.h>
#include <stdbool.h>

/*
 * A certificate with its chain and its key, read from PEM files and checked against each other.
 * Never asks anybody for a pass phrase: an encrypted key is a fault.
 */
struct tls_certificate {
	X509 *leaf;
	STACK_OF(X509) * chain; /* may be empty */
	EVP_PKEY *key;
};

/* Where a pair of files was named: faults tell the key and its place in the file. */
struct tls_certificate_source {
	const struct config *config;
	const char *where; /* "listen[0].tls" */
	const struct config_certificate *files;
};

/* On failure |certificate| is empty. */
int tls_certificate_load(struct tls_certificate *certificate,
    const struct tls_certificate_source *source, struct fault *fault);
void tls_certificate_fini(struct tls_certificate *certificate);

/* True when the leaf names |host|; a wildcard counts only with |may_be_wildcard|. */
bool tls_certificate_has_name(
    const struct tls_certificate *certificate, const char *host, bool may_be_wildcard);

/* True when the leaf is not valid at this moment. */
bool tls_certificate_is_out_of_date(const struct tls_certificate *certificate);

#endif
