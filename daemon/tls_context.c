/*
 * The TLS policy of the proxy, both sides, in one place: versions, ciphers, groups, modes, the
 * choice of a certificate by name. Everything here is settled when the context is made; a
 * handshake only reads. It must never weaken a default to please one client.
 */
#include "tls_context.h"

#include "base/xalloc.h"
#include "log.h"
#include "tls_certificate.h"
#include "tls_tickets.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* AES-128 first where the machine has AES: the least CPU a byte; clients without AES hardware
 * put ChaCha20 first, and SSL_OP_PRIORITIZE_CHACHA lets them. */
#define CIPHERS_TLS13                                                                          \
	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define CIPHERS_TLS12                                                                          \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"                           \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"                           \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
#define GROUPS "X25519:P-256:P-384"

/* What a server context carries for its callbacks, and frees with itself. */
struct shelf {
	size_t count;
	struct tls_certificate *certificates;
	unsigned char *alpn;
	unsigned alpn_bytes;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int ex_index;

static void on_context_freed(
    void *parent, void *arg, CRYPTO_EX_DATA *ex, int index, long number, void *pointer)
{
	struct shelf *shelf = arg;

	(void)parent, (void)ex, (void)index, (void)number, (void)pointer;
	if (!shelf)
		return;
	for (size_t i = 0; i < shelf->count; i++)
		tls_certificate_fini(&shelf->certificates[i]);
	free(shelf->certificates);
	free(shelf->alpn);
	free(shelf);
}

static void register_index(void)
{
	ex_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_context_freed);
}

/* Of a file that cannot be read the system's words, else OpenSSL's newest reason. */
static const char *file_words(void)
{
	unsigned long first = ERR_peek_error();
	const char *words = ERR_SYSTEM_ERROR(first)
				? strerror(ERR_GET_REASON(first))
				: ERR_reason_error_string(ERR_peek_last_error());

	return words ? words : "not readable";
}

static SSL_CTX *refuse(SSL_CTX *ctx, struct fault *fault, const char *where, const char *what)
{
	const char *words = ERR_reason_error_string(ERR_peek_last_error());

	fault_say(
	    fault, "%s: OpenSSL refuses %s: %s", where, what, words ? words : "no reason");
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return NULL;
}

static SSL_CTX *new_context(const SSL_METHOD *method, const char *where, struct fault *fault)
{
	SSL_CTX *ctx = SSL_CTX_new(method);

	if (!ctx)
		return refuse(NULL, fault, where, "a context");
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, CIPHERS_TLS12) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, CIPHERS_TLS13) != 1)
		return refuse(ctx, fault, where, "the ciphers");
	if (SSL_CTX_set1_groups_list(ctx, GROUPS) != 1)
		return refuse(ctx, fault, where, "the groups");
	SSL_CTX_set_options(
	    ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				  SSL_MODE_RELEASE_BUFFERS); /* but for reading: link.c */
	SSL_CTX_set_read_ahead(ctx, 1);
	return ctx;
}

/* True when at least one certificate of |shelf| names |host| in that way; they are all put on
 * |ssl|, in place of what stood there. */
static bool offer_matching(
    SSL *ssl, const struct shelf *shelf, const char *host, bool may_be_wildcard, int *is_fine)
{
	bool is_any = false;

	for (size_t i = 0; i < shelf->count; i++) {
		const struct tls_certificate *it = &shelf->certificates[i];

		if (!tls_certificate_has_name(it, host, may_be_wildcard))
			continue;
		if (!is_any)
			SSL_certs_clear(ssl);
		is_any = true;
		*is_fine &= SSL_use_cert_and_key(ssl, it->leaf, it->key, it->chain, 1) == 1;
	}
	return is_any;
}

/* A name that nobody has gets the first certificate: the client can tell, an alert could not
 * say more. */
static int on_certificate_wanted(SSL *ssl, void *arg)
{
	const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	int is_fine = 1;

	if (!host)
		return 1;
	if (!offer_matching(ssl, arg, host, false, &is_fine))
		offer_matching(ssl, arg, host, true, &is_fine);
	return is_fine;
}

static int on_alpn(SSL *ssl, const unsigned char **chosen, unsigned char *chosen_bytes,
    const unsigned char *offered, unsigned offered_bytes, void *arg)
{
	const struct shelf *shelf = arg;
	unsigned char *at;

	(void)ssl;
	if (SSL_select_next_proto(&at, chosen_bytes, shelf->alpn, shelf->alpn_bytes, offered,
		offered_bytes) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*chosen = at;
	return SSL_TLSEXT_ERR_OK;
}

static int fill_shelf(
    struct shelf *shelf, const struct tls_server_plan *plan, struct fault *fault)
{
	const struct config_listen_tls *tls = plan->tls;

	shelf->certificates = xalloc_array(
	    tls->certificate_count, sizeof(*shelf->certificates));
	for (; shelf->count < tls->certificate_count; shelf->count++) {
		struct tls_certificate_source source = { plan->config, plan->where,
			&tls->certificates[shelf->count] };
		struct tls_certificate *it = &shelf->certificates[shelf->count];

		if (tls_certificate_load(it, &source, fault))
			return -1;
		if (tls_certificate_is_out_of_date(it))
			log_say(LOG_LEVEL_WARNING, "tls", "%s.certificate: %s is out of date",
			    plan->where, source.files->certificate);
	}
	shelf->alpn_bytes = (unsigned)plan->alpn.len;
	shelf->alpn = xalloc(plan->alpn.len + 1);
	memcpy(shelf->alpn, plan->alpn.at, plan->alpn.len);
	return 0;
}

/* The bytes of the file at |path| into |digest|; a NULL path adds nothing. */
static bool add_file(EVP_MD_CTX *digest, const char *path)
{
	BIO *file = path ? BIO_new_file(path, "r") : NULL;
	char part[4096];
	int len = 0;

	while (file && (len = BIO_read(file, part, sizeof(part))) > 0)
		EVP_DigestUpdate(digest, part, (size_t)len);
	BIO_free(file);
	return !path || (file && len == 0);
}

/*
 * Tickets are sealed with keys that all listeners share. The session id context, which stands
 * in every ticket, keeps one that was won at a door without client certificates, or with other
 * authorities, from opening the door that asks for them (RFC 5077 §5.1).
 */
static bool set_session_context(SSL_CTX *ctx, const struct tls_server_plan *plan)
{
	unsigned char door[EVP_MAX_MD_SIZE];
	unsigned door_bytes;
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	bool is_set = digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 &&
		      add_file(digest, plan->tls->client_ca) &&
		      EVP_DigestFinal_ex(digest, door, &door_bytes) == 1 &&
		      SSL_CTX_set_session_id_context(ctx, door, door_bytes) == 1;

	EVP_MD_CTX_free(digest);
	return is_set;
}

static int ask_for_client_certificates(
    SSL_CTX *ctx, const struct tls_server_plan *plan, struct fault *fault)
{
	STACK_OF(X509_NAME) * names;

	if (!plan->tls->client_ca)
		return 0;
	names = SSL_load_client_CA_file(plan->tls->client_ca);
	if (!names || SSL_CTX_load_verify_file(ctx, plan->tls->client_ca) != 1) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		config_say(fault, plan->config, &plan->tls->client_ca, "%s.client_ca: %s: %s",
		    plan->where, plan->tls->client_ca, file_words());
		ERR_clear_error();
		return -1;
	}
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return 0;
}

static void set_session_policy(SSL_CTX *ctx)
{
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 1);
	SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
				     SSL_OP_IGNORE_UNEXPECTED_EOF);
}

SSL_CTX *tls_context_new_server(const struct tls_server_plan *plan, struct fault *fault)
{
	SSL_CTX *ctx = new_context(TLS_server_method(), plan->where, fault);
	struct shelf *shelf;

	if (!ctx)
		return NULL;
	pthread_once(&once, register_index);
	shelf = xalloc(sizeof(*shelf));
	if (!SSL_CTX_set_ex_data(ctx, ex_index, shelf)) {
		free(shelf);
		return refuse(ctx, fault, plan->where, "its certificates");
	}
	if (fill_shelf(shelf, plan, fault) || ask_for_client_certificates(ctx, plan, fault) ||
	    tls_tickets_attach(plan->tickets, ctx, fault)) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	if (SSL_CTX_use_cert_and_key(ctx, shelf->certificates->leaf, shelf->certificates->key,
		shelf->certificates->chain, 1) != 1)
		return refuse(ctx, fault, plan->where, plan->tls->certificates->certificate);
	if (!set_session_context(ctx, plan))
		return refuse(ctx, fault, plan->where, "the session context");
	set_session_policy(ctx);
	if (shelf->count > 1)
		SSL_CTX_set_cert_cb(ctx, on_certificate_wanted, shelf);
	if (shelf->alpn_bytes)
		SSL_CTX_set_alpn_select_cb(ctx, on_alpn, shelf);
	return ctx;
}

static bool load_anchors(SSL_CTX *ctx, const char *ca)
{
	struct stat status;

	if (!ca)
		return SSL_CTX_set_default_verify_paths(ctx) == 1;
	if (stat(ca, &status) == 0 && S_ISDIR(status.st_mode))
		return SSL_CTX_load_verify_dir(ctx, ca) == 1;
	return SSL_CTX_load_verify_file(ctx, ca) == 1;
}

SSL_CTX *tls_context_new_client(const struct tls_client_plan *plan, struct fault *fault)
{
	const struct config_peer_tls *tls = plan->tls;
	SSL_CTX *ctx = new_context(TLS_client_method(), plan->where, fault);

	if (!ctx)
		return NULL;
	if (tls->is_verified && !load_anchors(ctx, tls->ca)) {
		config_say(fault, plan->config, &tls->ca, "%s.ca: %s: %s", plan->where,
		    tls->ca ? tls->ca : "system", file_words());
		ERR_clear_error();
		SSL_CTX_free(ctx);
		return NULL;
	}
	SSL_CTX_set_verify(ctx, tls->is_verified ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	/* A private authority is often handed out as its intermediate alone. */
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_PARTIAL_CHAIN);
	/* Whoever keeps a session may use it again and again: being recognised by our own
	 * upstream is no harm, and OpenSSL would mark a TLS 1.3 session of a cache as spent. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	if (plan->alpn.len && SSL_CTX_set_alpn_protos(ctx, (const unsigned char *)plan->alpn.at,
				  (unsigned)plan->alpn.len) != 0)
		return refuse(ctx, fault, plan->where, "ALPN");
	return ctx;
}
