#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

#include "base/bytes.h"
#include "base/fault.h"
#include "config/config.h"

#include <openssl/ssl.h>

/*
 * SSL_CTX as Retort wants them, for either side of the proxy. They are made by the main thread,
 * never written again and shared by all workers.
 *
 * Decisions that the data plane builds on: partial writes and moving write buffers are on;
 * buffers are released while a connection rests; read-ahead is on (one read(2) a record, so
 * read until SSL_ERROR_WANT_READ before waiting for the socket); no renegotiation; a client
 * that leaves without close_notify is a plain end of file (HTTP's framing tells a cut request),
 * an upstream that does so is an error (a response may end with the connection, and a cut one
 * must never look whole).
 */
struct tls_tickets;

struct tls_server_plan {
	const struct config *config;         /* knows the places that faults name */
	const char *where;                   /* the key that faults name: "listen[0].tls" */
	const struct config_listen_tls *tls; /* its first certificate answers unknown names */
	struct bytes alpn; /* what we speak, best first, in wire form: "\x08http/1.1" */
	struct tls_tickets *tickets;
};

/*
 * A context for accepting: TLS 1.2 and 1.3, X25519 first, one ticket, the certificate chosen by
 * SNI (an exact name before a wildcard; several of one name, as RSA and ECDSA, are all
 * offered). A client that offers ALPN without a protocol of ours is refused (RFC 7301 §3.2).
 * NULL with a fault that names the key and the file.
 */
SSL_CTX *tls_context_new_server(const struct tls_server_plan *plan, struct fault *fault);

/*
 * A context for connecting. The authorities are a PEM file, a folder of hashed certificates, or
 * the system's. Unless |is_verified| any certificate is accepted. Which host a
 * certificate must name is said per connection (SSL_set1_host, SSL_set_tlsext_host_name), and
 * so is a session to resume (SSL_get1_session after a handshake, SSL_set_session before one):
 * nothing is cached here.
 */
struct tls_client_plan {
	const struct config *config;
	const char *where; /* "upstreams[0].tls" */
	const struct config_peer_tls *tls;
	struct bytes alpn; /* what is offered, in wire form; empty = nothing */
};

SSL_CTX *tls_context_new_client(const struct tls_client_plan *plan, struct fault *fault);

#endif
