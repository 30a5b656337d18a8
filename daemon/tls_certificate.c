/*
 * Certificates from disk. Everything is read and checked before a listener sees it, so that a
 * reload with a wrong key fails as a reload and not as a handshake. It must never prompt.
 */
#include "tls_certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

/* An encrypted key has no pass phrase here, and no terminal is ever asked for one. */
static int refuse_pass_phrase(char *at, int room, int is_writing, void *arg)
{
	(void)at, (void)room, (void)is_writing, (void)arg;
	return -1;
}

/* OpenSSL's newest reason; its queue is left empty. */
static const char *reason(void)
{
	const char *words = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return words ? words : "not valid PEM";
}

/* |field| is the path's place in the configuration, |key| its name. */
static BIO *open_file(const struct tls_certificate_source *source, const char *const *field,
    const char *key, struct fault *fault)
{
	BIO *file;

	errno = 0;
	file = BIO_new_file(*field, "r");
	if (!file) {
		int saved_errno = errno;

		ERR_clear_error();
		config_say(fault, source->config, field, "%s.%s: cannot read %s: %s",
		    source->where, key, *field, strerror(saved_errno));
	}
	return file;
}

/* The certificates after the leaf; the end of the file is OpenSSL's PEM_R_NO_START_LINE. */
static bool read_chain(BIO *file, STACK_OF(X509) * chain)
{
	X509 *next;

	while ((next = PEM_read_bio_X509(file, NULL, refuse_pass_phrase, NULL))) {
		if (!sk_X509_push(chain, next)) {
			X509_free(next);
			return false;
		}
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return false;
	ERR_clear_error();
	return true;
}

static int read_certificates(struct tls_certificate *certificate,
    const struct tls_certificate_source *source, struct fault *fault)
{
	const char *const *path = &source->files->certificate;
	BIO *file = open_file(source, path, "certificate", fault);
	bool is_read;

	if (!file)
		return -1;
	certificate->chain = sk_X509_new_null();
	certificate->leaf = PEM_read_bio_X509_AUX(file, NULL, refuse_pass_phrase, NULL);
	is_read = certificate->chain && certificate->leaf &&
		  read_chain(file, certificate->chain);
	BIO_free(file);
	if (!is_read)
		return config_say(fault, source->config, path, "%s.certificate: %s: %s",
		    source->where, *path, reason());
	return 0;
}

static int read_key(struct tls_certificate *certificate,
    const struct tls_certificate_source *source, struct fault *fault)
{
	const char *const *path = &source->files->key;
	BIO *file = open_file(source, path, "key", fault);

	if (!file)
		return -1;
	certificate->key = PEM_read_bio_PrivateKey(file, NULL, refuse_pass_phrase, NULL);
	BIO_free(file);
	if (!certificate->key)
		return config_say(fault, source->config, path, "%s.key: %s: %s", source->where,
		    *path, reason());
	return 0;
}

int tls_certificate_load(struct tls_certificate *certificate,
    const struct tls_certificate_source *source, struct fault *fault)
{
	const struct config_certificate *files = source->files;

	*certificate = (struct tls_certificate){ 0 };
	ERR_clear_error();
	if (read_certificates(certificate, source, fault) ||
	    read_key(certificate, source, fault))
		goto failed;
	if (X509_check_private_key(certificate->leaf, certificate->key) != 1) {
		config_say(fault, source->config, &files->key,
		    "%s.key: %s is not the key of %s: %s", source->where, files->key,
		    files->certificate, reason());
		goto failed;
	}
	return 0;
failed:
	tls_certificate_fini(certificate);
	return -1;
}

void tls_certificate_fini(struct tls_certificate *certificate)
{
	X509_free(certificate->leaf);
	sk_X509_pop_free(certificate->chain, X509_free);
	EVP_PKEY_free(certificate->key);
	*certificate = (struct tls_certificate){ 0 };
}

bool tls_certificate_has_name(
    const struct tls_certificate *certificate, const char *host, bool may_be_wildcard)
{
	unsigned flags = may_be_wildcard ? X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
					 : X509_CHECK_FLAG_NO_WILDCARDS;

	return X509_check_host(certificate->leaf, host, 0, flags, NULL) == 1;
}

bool tls_certificate_is_out_of_date(const struct tls_certificate *certificate)
{
	return X509_cmp_current_time(X509_get0_notBefore(certificate->leaf)) > 0 ||
	       X509_cmp_current_time(X509_get0_notAfter(certificate->leaf)) < 0;
}
