/*
 * Client connections: the handshake and what its ClientHello gives away, then the codec. The
 * only place where a client is closed, and the only one where it is freed.
 */
#include "client.h"

#include "client_door.h"
#include "exchange.h"
#include "fingerprint/ja3.h"
#include "fingerprint/ja4.h"
#include "magic.h"

#include <stdlib.h>
#include <unistd.h>

static struct client *client_of(struct link *link)
{
	return magic_check((char *)link - offsetof(struct client, link), MAGIC_CLIENT);
}

/* Bytes of a ClientHello as they came; OpenSSL's own hello callback hides unknown extensions.
 */
static void on_tls_message(
    int write_p, int version, int type, const void *at, size_t len, SSL *ssl, void *arg)
{
	struct client *client = magic_check(arg, MAGIC_CLIENT);

	(void)version;
	if (write_p || type != SSL3_RT_HANDSHAKE || len == 0 ||
	    *(const unsigned char *)at != SSL3_MT_CLIENT_HELLO)
		return;
	SSL_set_msg_callback(
	    ssl, NULL); /* a second hello (RFC 8446 §4.1.4) repeats the first */
	client_read_hello(client, bytes_of(at, len));
}

void client_read_hello(struct client *client, struct bytes message)
{
	static _Thread_local struct client_hello hello; /* 3 KB that nobody keeps */
	struct worker *worker = client->worker;
	char ja3[JA3_BYTES];

	if (client_hello_parse(message, &hello) != CLIENT_HELLO_OK) {
		metrics_count(worker->seat.metrics, METRIC_CLIENT_HELLO_FAULTS, 0);
		return;
	}
	ja4_digest(&hello, worker->digest, client->ja4_text);
	client->ja4 = keyed_hash_of(
	    worker->lease->hash, HASH_TLS, bytes_of_text(client->ja4_text));
	if (ja3_digest(&hello, JA3_AS_SENT, worker->digest, ja3))
		client->ja3 = keyed_hash_of(worker->lease->hash, HASH_TLS, bytes_of_text(ja3));
}

static void on_open(struct link *link)
{
	struct client *client = client_of(link);

	if (link->ssl)
		metrics_count(client->worker->seat.metrics, METRIC_HANDSHAKES,
		    SSL_session_reused(link->ssl) ? METRICS_HANDSHAKE_RESUMED
						  : METRICS_HANDSHAKE_FULL);
	client->codec = &codec_http1;
	client->codec->open(client);
	if (client->worker->is_draining)
		client_drain(client);
}

static void on_readable(struct link *link)
{
	struct client *client = client_of(link);

	if (client->codec)
		client->codec->readable(client);
	else
		client_door_readable(client);
}

static void on_drained(struct link *link)
{
	struct client *client = client_of(link);

	if (client->codec)
		client->codec->drained(client);
}

static void on_end(struct link *link, enum link_end end)
{
	struct client *client = client_of(link);

	if (client->codec) {
		client->codec->ended(client, end);
		return;
	}
	metrics_count(
	    client->worker->seat.metrics, METRIC_HANDSHAKES, METRICS_HANDSHAKE_FAILED);
	client_close(client, false);
}

static const struct link_events client_events = { on_open, on_readable, on_drained, on_end };

static void on_late_handshake(struct deadline *deadline)
{
	struct client *client = magic_check(
	    (char *)deadline - offsetof(struct client, deadline), MAGIC_CLIENT);

	metrics_count(
	    client->worker->seat.metrics, METRIC_HANDSHAKES, METRICS_HANDSHAKE_FAILED);
	client_close(client, true);
}

static void enlist(struct worker *worker, struct client *client)
{
	client->next = worker->clients;
	client->prev = &worker->clients;
	if (client->next)
		client->next->prev = &client->next;
	worker->clients = client;
	worker->client_count++;
	metrics_count(worker->seat.metrics, METRIC_CONNECTIONS, 0);
	metrics_add(worker->seat.metrics, METRIC_CONNECTIONS_OPEN, 0, 1);
}

static SSL *new_tls(struct client *client)
{
	SSL_CTX *context = client->worker->lease->snapshot->listens[client->listener].tls;
	SSL *ssl = SSL_new(context);

	if (!ssl)
		return NULL;
	SSL_set_accept_state(ssl);
	SSL_set_msg_callback(ssl, on_tls_message);
	SSL_set_msg_callback_arg(ssl, client);
	return ssl;
}

void client_begin(struct client *client)
{
	bool is_tls = client->worker->lease->snapshot->listens[client->listener].tls;

	if (!is_tls) {
		on_open(&client->link);
		return;
	}
	client->link.ssl = new_tls(client);
	if (!client->link.ssl) {
		client_close(client, true);
		return;
	}
	SSL_set_fd(client->link.ssl, client->link.fd);
	client->link.state = LINK_SHAKING;
}

void client_open(struct worker *worker, int fd, size_t listener, const struct address *peer)
{
	const struct config *config = worker->lease->snapshot->config;
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		return;
	}
	client->magic = MAGIC_CLIENT;
	client->worker = worker;
	client->peer = *peer;
	client->listener = listener;
	client->link.events = &client_events;
	link_open(&client->link, worker, fd, NULL, LINK_OPEN);
	client->link.hears_end = true;
	enlist(worker, client);
	worker_deadline(
	    worker, &client->deadline, config->timeouts.handshake_us, on_late_handshake);
	if (!client_door_expects_header(client))
		client_begin(client);
}

static void bury_client(void *dead)
{
	struct client *client = magic_check(dead, MAGIC_CLIENT);

	client->magic = 0;
	free(client);
}

void client_close(struct client *client, bool is_abrupt)
{
	struct worker *worker = client->worker;

	if (client->is_closed)
		return;
	client->is_closed = true;
	if (client->codec)
		client->codec->close(client);
	deadline_clear(&client->deadline);
	link_close(&client->link, is_abrupt);
	*client->prev = client->next;
	if (client->next)
		client->next->prev = client->prev;
	worker->client_count--;
	metrics_add(worker->seat.metrics, METRIC_CONNECTIONS_OPEN, 0, -1);
	worker_bury_later(worker, &client->grave, bury_client, client);
	worker_note_quiet(worker);
}

void client_drain(struct client *client)
{
	if (client->codec)
		client->codec->drain(client);
}
