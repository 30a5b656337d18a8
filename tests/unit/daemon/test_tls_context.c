/* TLS contexts: handshakes in memory against OpenSSL's own client and server. */
#include "tls_context.h"

#include "daemon/certificates.h"
#include "tls_tickets.h"
#include "unit.h"

#define ALPN_HTTP1 BYTES("\x08http/1.1")

/* One client and one server joined by memory; nothing but OpenSSL between them. */
struct pair {
	SSL *client, *server;
};

static struct pair pair_of(SSL_CTX *client, SSL_CTX *server, const char *host)
{
	struct pair pair = { SSL_new(client), SSL_new(server) };
	BIO *left, *right;

	ck_assert_int_eq(BIO_new_bio_pair(&left, 0, &right, 0), 1);
	SSL_set_bio(pair.client, left, left);
	SSL_set_bio(pair.server, right, right);
	SSL_set_connect_state(pair.client);
	SSL_set_accept_state(pair.server);
	if (host) {
		SSL_set_tlsext_host_name(pair.client, host);
		SSL_set1_host(pair.client, host);
	}
	return pair;
}

/* Shakes hands and lets the client read what follows (the ticket). */
static bool shake(struct pair *pair)
{
	char byte;

	for (int turn = 0; turn < 10; turn++) {
		SSL_do_handshake(pair->client);
		SSL_do_handshake(pair->server);
	}
	if (!SSL_is_init_finished(pair->client) || !SSL_is_init_finished(pair->server))
		return false;
	if (SSL_read(pair->client, &byte, 1) > 0 || SSL_read(pair->server, &byte, 1) > 0)
		return false;
	return SSL_get_error(pair->server, -1) == SSL_ERROR_WANT_READ;
}

static void part(struct pair *pair)
{
	SSL_set_shutdown(pair->client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(pair->client);
	SSL_free(pair->server);
}

static struct tls_tickets *tickets;
static struct fault fault;

static struct config config = { .file = "retort.yaml" };

static SSL_CTX *server_of(struct config_certificate *files, size_t count, const char *client_ca)
{
	struct config_listen_tls tls = {
		.certificates = files, .certificate_count = count, .client_ca = client_ca
	};
	struct tls_server_plan plan = {
		.config = &config,
		.where = "listen[0].tls",
		.tls = &tls,
		.alpn = ALPN_HTTP1,
	};

	if (!tickets)
		tickets = tls_tickets_new(&fault);
	plan.tickets = tickets;
	ck_assert_ptr_nonnull(tickets);
	return tls_context_new_server(&plan, &fault);
}

static struct config_certificate files_of(const struct issued *issued)
{
	return (struct config_certificate){ .certificate = issued->certificate_path,
		.key = issued->key_path };
}

static SSL_CTX *new_client(const char *ca, bool is_verified)
{
	struct config_peer_tls tls = { .ca = ca, .is_verified = is_verified };
	struct tls_client_plan plan = { &config, "upstreams[0].tls", &tls, ALPN_HTTP1 };

	return tls_context_new_client(&plan, &fault);
}

static SSL_CTX *client_of(const char *ca)
{
	SSL_CTX *ctx = new_client(ca, true);

	ck_assert_msg(ctx != NULL, "%s", fault.text);
	return ctx;
}

/* One that believes any certificate. */
static SSL_CTX *careless_client(void)
{
	SSL_CTX *ctx = new_client(NULL, false);

	ck_assert_msg(ctx != NULL, "%s", fault.text);
	return ctx;
}

/* The common name of the certificate that a client asking for |host| is shown. */
static void check_shown(SSL_CTX *client, SSL_CTX *server, const char *host, const char *name)
{
	struct pair pair = pair_of(client, server, NULL);
	char shown[100] = "";
	X509 *certificate;

	if (host)
		SSL_set_tlsext_host_name(pair.client, host);
	ck_assert(shake(&pair));
	certificate = SSL_get1_peer_certificate(pair.client);
	X509_NAME_get_text_by_NID(
	    X509_get_subject_name(certificate), NID_commonName, shown, sizeof(shown));
	X509_free(certificate);
	ck_assert_str_eq(shown, name);
	part(&pair);
}

START_TEST(a_handshake_is_verified_speaks_http1_and_uses_x25519)
{
	struct issued ca = certificates_issue("ca", NULL, false, NULL);
	struct issued leaf = certificates_issue("leaf", "DNS:api.test", false, &ca);
	struct config_certificate files = files_of(&leaf);
	SSL_CTX *server = server_of(&files, 1, NULL), *client = client_of(ca.certificate_path);
	struct pair pair = pair_of(client, server, "api.test");
	const unsigned char *protocol;
	unsigned bytes;

	ck_assert(shake(&pair));
	ck_assert_int_eq(SSL_get_verify_result(pair.client), X509_V_OK);
	ck_assert_int_eq(SSL_version(pair.server), TLS1_3_VERSION);
	ck_assert_str_eq(SSL_get_cipher(pair.server), "TLS_AES_128_GCM_SHA256");
	ck_assert_int_eq(SSL_get_shared_group(pair.server, 0), NID_X25519);
	SSL_get0_alpn_selected(pair.server, &protocol, &bytes);
	ck_assert(bytes_equal(bytes_of(protocol, bytes), BYTES("http/1.1")));
	part(&pair);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	certificates_drop(&leaf);
	certificates_drop(&ca);
}
END_TEST

START_TEST(a_certificate_for_another_host_is_refused_by_the_client_side)
{
	struct issued ca = certificates_issue("ca", NULL, false, NULL);
	struct issued leaf = certificates_issue("leaf", "DNS:api.test", false, &ca);
	struct issued other = certificates_issue("other", NULL, false, NULL);
	struct config_certificate files = files_of(&leaf);
	SSL_CTX *server = server_of(&files, 1, NULL), *client = client_of(ca.certificate_path);
	SSL_CTX *stranger = client_of(other.certificate_path);
	struct pair pair = pair_of(client, server, "evil.test");

	ck_assert(!shake(&pair));
	ck_assert_int_eq(SSL_get_verify_result(pair.client), X509_V_ERR_HOSTNAME_MISMATCH);
	part(&pair);
	pair = pair_of(stranger, server, "api.test");
	ck_assert(!shake(&pair));
	part(&pair);
	SSL_CTX_free(stranger);
	stranger = careless_client();
	ck_assert_ptr_nonnull(stranger);
	pair = pair_of(stranger, server, "api.test");
	ck_assert(shake(&pair));
	part(&pair);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	SSL_CTX_free(stranger);
	certificates_drop(&leaf);
	certificates_drop(&other);
	certificates_drop(&ca);
}
END_TEST

START_TEST(the_certificate_follows_the_name_and_an_exact_name_goes_before_a_wildcard)
{
	struct issued first = certificates_issue("first", "DNS:first.test", false, NULL);
	struct issued wild = certificates_issue("wild", "DNS:*.b.test", true, NULL);
	struct issued exact = certificates_issue("exact", "DNS:api.b.test", false, NULL);
	struct config_certificate files[] = { files_of(&first), files_of(&wild),
		files_of(&exact) };
	SSL_CTX *server = server_of(files, 3, NULL);
	SSL_CTX *client = careless_client();

	check_shown(client, server, "first.test", "first");
	check_shown(client, server, "www.b.test", "wild");
	check_shown(client, server, "api.b.test", "exact");
	check_shown(client, server, "API.B.TEST", "exact");
	check_shown(client, server, "a.www.b.test", "first"); /* a wildcard is one label */
	check_shown(client, server, "stranger.test", "first");
	check_shown(client, server, NULL, "first");
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	certificates_drop(&first);
	certificates_drop(&wild);
	certificates_drop(&exact);
}
END_TEST

START_TEST(two_keys_of_one_name_serve_either_kind_of_client)
{
	struct issued first = certificates_issue("first", "DNS:x.test", false, NULL);
	struct issued rsa = certificates_issue("rsa", "DNS:api.test", true, NULL);
	struct issued ec = certificates_issue("ec", "DNS:api.test", false, NULL);
	struct config_certificate files[] = { files_of(&first), files_of(&rsa), files_of(&ec) };
	SSL_CTX *server = server_of(files, 3, NULL);
	SSL_CTX *client = careless_client();

	SSL_CTX_set1_sigalgs_list(client, "RSA-PSS+SHA256");
	check_shown(client, server, "api.test", "rsa");
	SSL_CTX_set1_sigalgs_list(client, "ECDSA+SHA256");
	check_shown(client, server, "api.test", "ec");
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	certificates_drop(&first);
	certificates_drop(&rsa);
	certificates_drop(&ec);
}
END_TEST

static SSL_SESSION *win_session(SSL_CTX *client, SSL_CTX *server)
{
	struct pair pair = pair_of(client, server, NULL);
	SSL_SESSION *session;

	ck_assert(shake(&pair));
	session = SSL_get1_session(pair.client);
	part(&pair);
	return session;
}

static bool is_resumed(SSL_CTX *client, SSL_CTX *server, SSL_SESSION *session)
{
	struct pair pair = pair_of(client, server, NULL);
	bool answer;

	SSL_set_session(pair.client, session);
	ck_assert(shake(&pair));
	answer = SSL_session_reused(pair.server);
	part(&pair);
	return answer;
}

static void check_tickets(int version)
{
	struct issued leaf = certificates_issue("leaf", "DNS:api.test", false, NULL);
	struct config_certificate files = files_of(&leaf);
	SSL_CTX *server = server_of(&files, 1, NULL), *reloaded = server_of(&files, 1, NULL);
	SSL_CTX *client = careless_client();
	SSL_SESSION *session;

	SSL_CTX_set_max_proto_version(client, version);
	session = win_session(client, server);
	ck_assert(is_resumed(client, server, session));
	ck_assert(is_resumed(client, reloaded, session));
	ck_assert(tls_tickets_rotate(tickets));
	ck_assert(is_resumed(client, reloaded, session));
	ck_assert(tls_tickets_rotate(tickets));
	ck_assert(!is_resumed(client, reloaded, session));
	SSL_SESSION_free(session);
	SSL_CTX_free(server);
	SSL_CTX_free(reloaded);
	SSL_CTX_free(client);
	certificates_drop(&leaf);
}

START_TEST(a_session_survives_a_reload_and_one_rotation_but_not_two)
{
	check_tickets(TLS1_3_VERSION);
	check_tickets(TLS1_2_VERSION);
}
END_TEST

START_TEST(a_client_certificate_is_demanded_where_an_authority_is_named)
{
	struct issued ca = certificates_issue("ca", NULL, false, NULL);
	struct issued leaf = certificates_issue("leaf", "DNS:api.test", false, NULL);
	struct issued user = certificates_issue("user", "DNS:user.test", false, &ca);
	struct config_certificate files = files_of(&leaf);
	SSL_CTX *open = server_of(&files, 1, NULL);
	SSL_CTX *guarded = server_of(&files, 1, ca.certificate_path);
	SSL_CTX *client = careless_client();
	SSL_SESSION *session = win_session(client, open);
	struct pair pair;

	pair = pair_of(client, guarded, NULL);
	ck_assert(!shake(&pair));
	part(&pair);
	pair = pair_of(client, guarded, NULL); /* a ticket from the open door does not help */
	SSL_set_session(pair.client, session);
	ck_assert(!shake(&pair));
	part(&pair);
	SSL_SESSION_free(session);

	SSL_CTX_use_certificate(client, user.certificate);
	SSL_CTX_use_PrivateKey(client, user.key);
	session = win_session(client, guarded);
	ck_assert(is_resumed(client, guarded, session));
	SSL_SESSION_free(session);
	SSL_CTX_free(open);
	SSL_CTX_free(guarded);
	SSL_CTX_free(client);
	certificates_drop(&leaf);
	certificates_drop(&user);
	certificates_drop(&ca);
}
END_TEST

START_TEST(a_client_that_offers_only_protocols_we_do_not_speak_is_refused)
{
	struct issued leaf = certificates_issue("leaf", "DNS:api.test", false, NULL);
	struct config_certificate files = files_of(&leaf);
	SSL_CTX *server = server_of(&files, 1, NULL);
	SSL_CTX *client = careless_client();
	struct pair pair;

	SSL_CTX_set_alpn_protos(client, (const unsigned char *)"\x02h2", 3);
	pair = pair_of(client, server, NULL);
	ck_assert(!shake(&pair));
	part(&pair);
	SSL_CTX_set_alpn_protos(client, (const unsigned char *)"\x02h2\x08http/1.1", 12);
	pair = pair_of(client, server, NULL);
	ck_assert(shake(&pair));
	part(&pair);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	certificates_drop(&leaf);
}
END_TEST

static void check_refused(
    struct config_certificate files, const char *client_ca, const char *words)
{
	ck_assert_ptr_null(server_of(&files, 1, client_ca));
	ck_assert_msg(strstr(fault.text, words) != NULL, "%s", fault.text);
}

START_TEST(a_file_that_is_missing_or_wrong_is_named_with_its_key)
{
	struct issued leaf = certificates_issue("leaf", "DNS:api.test", false, NULL);
	struct issued other = certificates_issue("other", "DNS:api.test", false, NULL);
	struct config_certificate files = files_of(&leaf);
	const char *nowhere = "/nonexistent/x.pem";
	char text[300];

	check_refused((struct config_certificate){ .certificate = nowhere, .key = files.key },
	    NULL, "listen[0].tls.certificate: cannot read /nonexistent/x.pem: No such file");
	check_refused(
	    (struct config_certificate){ .certificate = files.certificate, .key = nowhere },
	    NULL, "listen[0].tls.key: cannot read");
	check_refused((struct config_certificate){ .certificate = files.key, .key = files.key },
	    NULL, "listen[0].tls.certificate: ");
	check_refused((struct config_certificate){ .certificate = files.certificate,
			  .key = files.certificate },
	    NULL, "listen[0].tls.key: ");
	check_refused((struct config_certificate){ .certificate = files.certificate,
			  .key = other.key_path },
	    NULL, "is not the key of");
	check_refused(files, nowhere, "listen[0].tls.client_ca: ");
	snprintf(text, sizeof(text), "%s", nowhere);
	ck_assert_ptr_null(new_client(text, true));
	ck_assert_ptr_nonnull(strstr(fault.text, "upstreams[0].tls.ca: /nonexistent"));
	certificates_drop(&leaf);
	certificates_drop(&other);
}
END_TEST

START_TEST(an_encrypted_key_is_a_fault_and_never_a_prompt)
{
	struct issued leaf = certificates_issue("leaf", "DNS:api.test", false, NULL);
	FILE *file = fopen(leaf.key_path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert(PEM_write_PrivateKey(
	    file, leaf.key, EVP_aes_128_cbc(), (const unsigned char *)"secret", 6, NULL, NULL));
	fclose(file);
	check_refused(files_of(&leaf), NULL, "listen[0].tls.key: ");
	certificates_drop(&leaf);
}
END_TEST

UNIT_MAIN("tls_context", a_handshake_is_verified_speaks_http1_and_uses_x25519,
    a_certificate_for_another_host_is_refused_by_the_client_side,
    the_certificate_follows_the_name_and_an_exact_name_goes_before_a_wildcard,
    two_keys_of_one_name_serve_either_kind_of_client,
    a_session_survives_a_reload_and_one_rotation_but_not_two,
    a_client_certificate_is_demanded_where_an_authority_is_named,
    a_client_that_offers_only_protocols_we_do_not_speak_is_refused,
    a_file_that_is_missing_or_wrong_is_named_with_its_key,
    an_encrypted_key_is_a_fault_and_never_a_prompt)
