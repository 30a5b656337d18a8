#ifndef TLS_TICKETS_H
#define TLS_TICKETS_H

#include "base/fault.h"

#include <openssl/ssl.h>

/*
 * The keys that seal TLS session tickets (RFC 5077, RFC 8446 §4.6.1). They live in memory only,
 * are shared by every listener, carried from one generation to the next and replaced twice a
 * day: the newest seals, the one before it still opens. A key never reaches a disk, so what was
 * recorded yesterday cannot be opened with what is stolen tomorrow. Any thread may use them.
 */
struct tls_tickets;

/* Fresh random keys. NULL with a fault when OpenSSL has no randomness or no cipher to give. */
struct tls_tickets *tls_tickets_new(struct fault *fault);

struct tls_tickets *tls_tickets_ref(struct tls_tickets *tickets);
void tls_tickets_unref(struct tls_tickets *tickets); /* NULL is allowed; the last one wipes */

/* |ctx| seals and opens its tickets with these keys; it keeps its own reference. */
int tls_tickets_attach(struct tls_tickets *tickets, SSL_CTX *ctx, struct fault *fault);

/* Replaces the sealing key now. False when there was no randomness: the old one stays. */
bool tls_tickets_rotate(struct tls_tickets *tickets);

#endif
