/*
 * Session tickets without a session cache: the state travels with the client, sealed. A ticket
 * that no key opens is no error, it only means a full handshake. Keys must never be written
 * anywhere, and the ones that were replaced are wiped.
 */
#include "tls_tickets.h"

#include "base/xalloc.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROTATE_AFTER_S (12 * 3600)
#define NAME_BYTES     16
#define KEY_BYTES      32

struct ticket_key {
	unsigned char name[NAME_BYTES];
	unsigned char cipher[KEY_BYTES];
	unsigned char mac[KEY_BYTES];
};

struct tls_tickets {
	_Atomic unsigned refs;
	EVP_CIPHER *cipher; /* fetched once: a fetch a handshake is a lock a handshake */
	pthread_mutex_t lock;
	struct ticket_key newest, before; /* below: under |lock| */
	bool has_before;
	time_t made_at;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int ex_index;

static void on_context_freed(
    void *parent, void *arg, CRYPTO_EX_DATA *ex, int index, long number, void *pointer)
{
	(void)parent, (void)ex, (void)index, (void)number, (void)pointer;
	tls_tickets_unref(arg);
}

static void register_index(void)
{
	ex_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, on_context_freed);
}

static bool draw_key(struct ticket_key *key)
{
	return RAND_bytes(key->name, sizeof(key->name)) == 1 &&
	       RAND_priv_bytes(key->cipher, sizeof(key->cipher)) == 1 &&
	       RAND_priv_bytes(key->mac, sizeof(key->mac)) == 1;
}

struct tls_tickets *tls_tickets_new(struct fault *fault)
{
	struct tls_tickets *tickets = xalloc(sizeof(*tickets));

	tickets->refs = 1;
	tickets->cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	tickets->made_at = time(NULL);
	pthread_mutex_init(&tickets->lock, NULL);
	if (!tickets->cipher || !draw_key(&tickets->newest)) {
		fault_say(fault, "TLS ticket keys: OpenSSL has no cipher or no randomness");
		tls_tickets_unref(tickets);
		return NULL;
	}
	return tickets;
}

struct tls_tickets *tls_tickets_ref(struct tls_tickets *tickets)
{
	atomic_fetch_add(&tickets->refs, 1);
	return tickets;
}

void tls_tickets_unref(struct tls_tickets *tickets)
{
	if (!tickets || atomic_fetch_sub(&tickets->refs, 1) > 1)
		return;
	EVP_CIPHER_free(tickets->cipher);
	pthread_mutex_destroy(&tickets->lock);
	explicit_bzero(tickets, sizeof(*tickets));
	free(tickets);
}

static bool rotate_locked(struct tls_tickets *tickets)
{
	struct ticket_key fresh;

	if (!draw_key(&fresh))
		return false;
	tickets->before = tickets->newest;
	tickets->newest = fresh;
	tickets->has_before = true;
	tickets->made_at = time(NULL);
	explicit_bzero(&fresh, sizeof(fresh));
	return true;
}

bool tls_tickets_rotate(struct tls_tickets *tickets)
{
	bool is_rotated;

	pthread_mutex_lock(&tickets->lock);
	is_rotated = rotate_locked(tickets);
	pthread_mutex_unlock(&tickets->lock);
	return is_rotated;
}

/* The key that seals now, or the one called |name|. False when nobody is called so. */
static bool copy_key(
    struct tls_tickets *tickets, const unsigned char *name, struct ticket_key *key)
{
	bool is_found = true;

	pthread_mutex_lock(&tickets->lock);
	if (!name && time(NULL) - tickets->made_at >= ROTATE_AFTER_S)
		rotate_locked(tickets);
	if (!name || memcmp(name, tickets->newest.name, NAME_BYTES) == 0)
		*key = tickets->newest;
	else if (tickets->has_before && memcmp(name, tickets->before.name, NAME_BYTES) == 0)
		*key = tickets->before;
	else
		is_found = false;
	pthread_mutex_unlock(&tickets->lock);
	return is_found;
}

static bool set_mac(EVP_MAC_CTX *mac, const struct ticket_key *key)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(
		    OSSL_MAC_PARAM_KEY, (void *)(uintptr_t)key->mac, KEY_BYTES),
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t) "SHA256", 0),
		OSSL_PARAM_END,
	};

	return EVP_MAC_CTX_set_params(mac, params) == 1;
}

/* SSL_CTX_set_tlsext_ticket_key_evp_cb(3): -1 error, 0 not ours, 1 fine, 2 fine but renew. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
    EVP_MAC_CTX *mac, int is_sealing)
{
	struct tls_tickets *tickets = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), ex_index);
	struct ticket_key key;
	int answer = -1;

	if (!copy_key(tickets, is_sealing ? NULL : name, &key))
		return 0;
	if (is_sealing) {
		memcpy(name, key.name, NAME_BYTES);
		if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(tickets->cipher)) != 1)
			return -1;
	}
	if (set_mac(mac, &key) &&
	    EVP_CipherInit_ex2(cipher, tickets->cipher, key.cipher, iv, is_sealing, NULL) == 1)
		answer = 1;
	explicit_bzero(&key, sizeof(key));
	return answer;
}

int tls_tickets_attach(struct tls_tickets *tickets, SSL_CTX *ctx, struct fault *fault)
{
	pthread_once(&once, register_index);
	if (ex_index < 0 || !SSL_CTX_set_ex_data(ctx, ex_index, tickets))
		return fault_say(fault, "TLS ticket keys: OpenSSL cannot keep them");
	tls_tickets_ref(tickets);
	if (!SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket))
		return fault_say(fault, "TLS ticket keys: OpenSSL refuses the callback");
	return 0;
}
