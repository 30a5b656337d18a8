/* Links: one end is a link on a loop of its own, the other OpenSSL that the test drives. */
#include "link.h"

#include "base/xalloc.h"
#include "daemon/certificates.h"
#include "magic.h"
#include "tls_context.h"
#include "tls_tickets.h"
#include "unit.h"
#include "worker_inside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#define WORDS_MOST 1000000 /* far more than any socket takes of them */

/* A link that reads all it can, and its peer. */
struct pair {
	struct worker worker;
	struct link link;
	struct tls_tickets *tickets;
	struct issued issued;
	SSL_CTX *server, *client;
	SSL *peer;
	int peer_fd;
	long rings, heard_bytes;
	bool has_ended;
};

static struct fault fault;

static struct pair *pair_of(struct link *link)
{
	return (struct pair *)((char *)link - offsetof(struct pair, link));
}

static void on_open(struct link *link)
{
	(void)link;
}

static void on_readable(struct link *link)
{
	struct pair *pair = pair_of(link);
	enum link_end end;
	ssize_t got = link_read(link, pair->worker.input, WORKER_READ_BYTES, &end);

	pair->rings++;
	if (got > 0)
		pair->heard_bytes += got;
	pair->has_ended |= got < 0;
}

static void on_drained(struct link *link)
{
	(void)link;
}

static void on_end(struct link *link, enum link_end end)
{
	(void)end;
	pair_of(link)->has_ended = true;
}

static const struct link_events events = { on_open, on_readable, on_drained, on_end };

static SSL_CTX *new_server(const struct pair *pair)
{
	struct config config = { .file = "retort.yaml" };
	struct config_certificate files = { .certificate = pair->issued.certificate_path,
		.key = pair->issued.key_path };
	struct config_listen_tls tls = { .certificates = &files, .certificate_count = 1 };

	return tls_context_new_server(&(struct tls_server_plan){ .config = &config,
					  .where = "listen[0].tls",
					  .tls = &tls,
					  .alpn = BYTES("\x08http/1.1"),
					  .tickets = pair->tickets },
	    &fault);
}

static void turn(struct pair *pair)
{
	event_base_loop(pair->worker.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static struct pair *new_pair(void)
{
	struct pair *pair = xalloc(sizeof(*pair));
	int ends[2], small = 4096;

	pair->tickets = tls_tickets_new(&fault);
	ck_assert_ptr_nonnull(pair->tickets);
	pair->issued = certificates_issue("localhost", "DNS:localhost", false, NULL);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	for (int i = 0; i < 2; i++)
		setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	pair->worker.base = event_base_new();
	pair->worker.input = xalloc(WORKER_INPUT_BYTES);
	pair->worker.scratch = xalloc(WORKER_SCRATCH_BYTES);
	pair->server = new_server(pair);
	ck_assert_ptr_nonnull(pair->server);
	pair->client = SSL_CTX_new(TLS_client_method());
	pair->peer = SSL_new(pair->client);
	pair->peer_fd = ends[1];
	SSL_set_bio(pair->peer, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(pair->peer);
	pair->link.events = &events;
	link_open(&pair->link, &pair->worker, ends[0], SSL_new(pair->server), LINK_SHAKING);
	SSL_set_fd(pair->link.ssl, ends[0]);
	SSL_set_accept_state(pair->link.ssl);
	return pair;
}

static void free_pair(struct pair *pair)
{
	link_close(&pair->link, false);
	SSL_free(pair->peer);
	close(pair->peer_fd);
	SSL_CTX_free(pair->server);
	SSL_CTX_free(pair->client);
	tls_tickets_unref(pair->tickets);
	certificates_drop(&pair->issued);
	event_base_free(pair->worker.base);
	free(pair->worker.input);
	free(pair->worker.scratch);
	free(pair);
}

/* What the peer's TLS has written goes out, as far as our socket takes it: whether all of it.
 */
static bool peer_sends(struct pair *pair)
{
	char *at;
	long left = BIO_get_mem_data(SSL_get_wbio(pair->peer), &at);
	ssize_t sent = left ? send(pair->peer_fd, at, (size_t)left, MSG_NOSIGNAL) : 0;
	char gone[4096];

	for (; sent > 0; sent -= BIO_read(SSL_get_wbio(pair->peer), gone,
			     (int)(sent < (long)sizeof(gone) ? sent : (long)sizeof(gone))))
		;
	return BIO_pending(SSL_get_wbio(pair->peer)) == 0;
}

static void peer_hears(struct pair *pair)
{
	char room[4096];
	ssize_t got;

	while ((got = recv(pair->peer_fd, room, sizeof(room), 0)) > 0)
		BIO_write(SSL_get_rbio(pair->peer), room, (int)got);
	while (SSL_read(pair->peer, room, sizeof(room)) > 0)
		;
}

/* Says one byte and asks for a key update, whose answer takes room in our socket. False when
 * the link reads no more of it. */
static bool peer_says(struct pair *pair)
{
	ck_assert_int_eq(SSL_write(pair->peer, "w", 1), 1);
	ck_assert_int_eq(SSL_key_update(pair->peer, SSL_KEY_UPDATE_REQUESTED), 1);
	for (int tries = 0; !peer_sends(pair); tries++) {
		if (tries == 100)
			return false;
		turn(pair);
	}
	return true;
}

static void shake(struct pair *pair)
{
	while (SSL_do_handshake(pair->peer) != 1 || pair->link.state != LINK_OPEN) {
		peer_sends(pair);
		turn(pair);
		peer_hears(pair);
	}
}

START_TEST(what_tls_cannot_read_before_it_has_written_rings_no_bell)
{
	struct pair *pair = new_pair();
	long said = 1, rings;

	shake(pair);
	for (; peer_says(pair); said++)
		ck_assert_int_lt(said, WORDS_MOST);
	for (int i = 0; i < 10; i++)
		turn(pair);
	rings = pair->rings;
	for (int i = 0; i < 100; i++)
		turn(pair);
	ck_assert_int_eq(pair->rings, rings);
	for (int i = 0; i < WORDS_MOST && pair->heard_bytes < said; i++) {
		peer_hears(pair);
		peer_sends(pair);
		turn(pair);
	}
	ck_assert_int_eq(pair->heard_bytes, said);
	ck_assert(!pair->has_ended);
	free_pair(pair);
}
END_TEST

UNIT_MAIN("link", what_tls_cannot_read_before_it_has_written_rings_no_bell)
