#ifndef CERTIFICATES_H
#define CERTIFICATES_H

/* Throw-away certificates for tests: made in memory, written to a folder that the test owns. */
#include "unit.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct issued {
	X509 *certificate;
	EVP_PKEY *key;
	char certificate_path[300], key_path[300];
};

static const char *certificates_folder(void)
{
	static char folder[] = "/tmp/retort-certificates-XXXXXX";
	static const char *made;

	if (!made)
		made = mkdtemp(folder);
	else
		mkdir(folder, 0700); /* the last one dropped took it away */
	ck_assert_ptr_nonnull(made);
	return made;
}

static void add_extension(X509 *certificate, int which, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, which, value);
	ck_assert_ptr_nonnull(extension);
	X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
}

static void write_pem(struct issued *issued, const char *name)
{
	FILE *file;

	snprintf(issued->certificate_path, sizeof(issued->certificate_path), "%s/%s.crt",
	    certificates_folder(), name);
	snprintf(issued->key_path, sizeof(issued->key_path), "%s/%s.key", certificates_folder(),
	    name);
	file = fopen(issued->certificate_path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert(PEM_write_X509(file, issued->certificate));
	fclose(file);
	file = fopen(issued->key_path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert(PEM_write_PrivateKey(file, issued->key, NULL, NULL, 0, NULL, NULL));
	fclose(file);
}

/* |names| as in "DNS:a.test,DNS:*.b.test", or NULL for an authority. |by| NULL = self-signed.
 */
static struct issued certificates_issue(
    const char *name, const char *names, bool is_rsa, const struct issued *by)
{
	static long serial;
	struct issued issued = { .key = is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256") };
	X509_NAME *subject;

	ck_assert_ptr_nonnull(issued.key);
	issued.certificate = X509_new();
	X509_set_version(issued.certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(issued.certificate), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(issued.certificate), -3600);
	X509_gmtime_adj(X509_getm_notAfter(issued.certificate), 3600);
	X509_set_pubkey(issued.certificate, issued.key);
	subject = X509_get_subject_name(issued.certificate);
	X509_NAME_add_entry_by_txt(
	    subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(
	    issued.certificate, by ? X509_get_subject_name(by->certificate) : subject);
	if (names)
		add_extension(issued.certificate, NID_subject_alt_name, names);
	else
		add_extension(issued.certificate, NID_basic_constraints, "critical,CA:TRUE");
	ck_assert(X509_sign(issued.certificate, by ? by->key : issued.key, EVP_sha256()));
	write_pem(&issued, name);
	return issued;
}

static void certificates_drop(struct issued *issued)
{
	remove(issued->certificate_path);
	remove(issued->key_path);
	rmdir(certificates_folder()); /* when this was the last of them */
	X509_free(issued->certificate);
	EVP_PKEY_free(issued->key);
}

#endif
