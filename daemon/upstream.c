/*
 * Upstream connections. A pool a server and worker; servers are taken in turn and passed over
 * while they fail. Must never send a request twice: only a connection that took no byte of it
 * is replaced, or a kept one that closed without a word where encore.c allows it.
 */
#include "upstream.h"

#include "base/xalloc.h"
#include "exchange.h"
#include "log.h"
#include "magic.h"
#include "relay.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEEK_AFTER_US (1000 * 1000) /* a connection idle for longer is looked at before use */

static struct upstream_conn *conn_of(struct link *link)
{
	return magic_check((char *)link - offsetof(struct upstream_conn, link), MAGIC_UPSTREAM);
}

static void bury_conn(void *dead)
{
	struct upstream_conn *conn = magic_check(dead, MAGIC_UPSTREAM);

	conn->magic = 0;
	free(conn);
}

static void unlist(struct upstream_conn *conn)
{
	if (!conn->is_listed)
		return;
	*conn->prev = conn->next;
	if (conn->next)
		conn->next->prev = conn->prev;
	conn->pool->idle_count--;
	conn->is_listed = false;
}

static void wipe(char **at, size_t bytes)
{
	if (*at)
		explicit_bzero(*at, bytes);
	free(*at);
	*at = NULL;
}

void upstream_discard(struct upstream_conn *conn)
{
	struct worker *worker = conn->link.worker;

	if (conn->phase == UPSTREAM_PHASE_CLOSED)
		return;
	conn->phase = UPSTREAM_PHASE_CLOSED;
	unlist(conn);
	deadline_clear(&conn->deadline);
	if (conn->link.ssl && conn->link.state == LINK_OPEN) {
		SSL_SESSION_free(conn->pool->session);
		conn->pool->session = SSL_get1_session(conn->link.ssl);
	}
	link_close(&conn->link, false);
	wipe(&conn->stash, conn->stash_bytes);
	wipe(&conn->trailer_line, UPSTREAM_TRAILER_BYTES);
	metrics_add(worker->seat.metrics, METRIC_UPSTREAM_CONNECTIONS, 0, -1);
	worker_bury_later(worker, &conn->grave, bury_conn, conn);
}

static void on_deadline(struct deadline *deadline)
{
	struct upstream_conn *conn = magic_check(
	    (char *)deadline - offsetof(struct upstream_conn, deadline), MAGIC_UPSTREAM);
	struct exchange *exchange = conn->exchange;

	if (!exchange) {
		upstream_discard(conn);
		return;
	}
	metrics_count(conn->link.worker->seat.metrics, METRIC_UPSTREAM_TIMEOUTS, 0);
	if (conn->link.state != LINK_OPEN) {
		relay_on_end(conn, LINK_END_REFUSED);
		return;
	}
	upstream_note(conn, false);
	exchange_answer(exchange, REFUSAL_GATEWAY_TIMEOUT);
}

void upstream_stirred(struct upstream_conn *conn)
{
	if (conn->link.state == LINK_OPEN)
		worker_deadline(conn->link.worker, &conn->deadline,
		    conn->config->idle_timeout_us, on_deadline);
}

void upstream_rest(struct upstream_conn *conn)
{
	link_want_reading(&conn->link, false);
	deadline_clear(&conn->deadline);
}

static void on_open(struct link *link)
{
	upstream_stirred(conn_of(link));
}

static void on_readable(struct link *link)
{
	relay_on_readable(conn_of(link));
}

static void on_drained(struct link *link)
{
	relay_on_drained(conn_of(link));
}

static void on_end(struct link *link, enum link_end end)
{
	relay_on_end(conn_of(link), end);
}

static const struct link_events upstream_events = { on_open, on_readable, on_drained, on_end };

/* A kept connection whose server has meanwhile closed it, or said something, is of no use. */
static bool is_alive(const struct upstream_conn *conn)
{
	char byte;

	if (conn->link.worker->now_us - conn->idle_since_us < PEEK_AFTER_US)
		return true;
	return recv(conn->link.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       (errno == EAGAIN || errno == EINTR);
}

static struct upstream_conn *take_idle(struct upstream_pool *pool)
{
	struct upstream_conn *conn;

	while ((conn = pool->idle)) {
		if (is_alive(conn)) {
			unlist(conn);
			conn->is_reused = true;
			return conn;
		}
		upstream_discard(conn);
	}
	return NULL;
}

static SSL *new_tls(const struct snapshot_server *server, const struct upstream_pool *pool)
{
	SSL *ssl = SSL_new(server->tls);

	if (!ssl)
		return NULL;
	SSL_set_connect_state(ssl);
	if (server->sni[0])
		SSL_set_tlsext_host_name(ssl, server->sni);
	if (pool->session)
		SSL_set_session(ssl, pool->session);
	return ssl;
}

/* The name that the certificate must carry; an address is matched as one. */
static void expect_name(SSL *ssl, const struct snapshot_server *server)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (!X509_VERIFY_PARAM_set1_ip_asc(param, server->host))
		SSL_set1_host(ssl, server->host);
}

static int open_socket(const struct snapshot_server *server)
{
	const struct sockaddr *address = (const struct sockaddr *)&server->address;
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0)
		return -1;
	if (address->sa_family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, address, server->address_bytes) == 0 || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static struct upstream_conn *open_conn(
    struct worker *worker, struct upstream_pool *pool, const struct snapshot_server *server)
{
	int fd = open_socket(server);
	struct upstream_conn *conn;
	SSL *ssl = NULL;

	if (fd < 0)
		return NULL;
	if (server->tls) {
		ssl = new_tls(server, pool);
		if (!ssl) {
			close(fd);
			return NULL;
		}
		expect_name(ssl, server);
		SSL_set_fd(ssl, fd);
	}
	conn = xalloc(sizeof(*conn));
	conn->magic = MAGIC_UPSTREAM;
	conn->pool = pool;
	conn->link.events = &upstream_events;
	link_open(&conn->link, worker, fd, ssl, LINK_CONNECTING);
	metrics_count(worker->seat.metrics, METRIC_UPSTREAM_CONNECTS, 0);
	metrics_add(worker->seat.metrics, METRIC_UPSTREAM_CONNECTIONS, 0, 1);
	return conn;
}

static void assign(struct exchange *exchange, struct upstream_conn *conn)
{
	const struct config_upstream *config = exchange->target->config;

	conn->exchange = exchange;
	conn->config = config;
	conn->phase = UPSTREAM_PHASE_HEAD;
	conn->finder = (struct http1_finder){ .is_response = true };
	conn->sent_before = conn->link.sent_bytes;
	conn->wire_before = link_wire_bytes(&conn->link);
	conn->keeps_alive = false;
	exchange->upstream = conn;
	exchange->tries++;
	worker_deadline(exchange->worker, &conn->deadline,
	    conn->link.state == LINK_OPEN ? config->idle_timeout_us
					  : config->connect_timeout_us,
	    on_deadline);
}

static bool is_held(struct upstream_pool *pool, int64_t now_us)
{
	if (pool->is_held && now_us >= pool->held_until_us)
		pool->is_held = false; /* one exchange may try it again */
	return pool->is_held;
}

static const struct server_list *servers_of(const struct exchange *exchange)
{
	return &exchange->lease->book->lists[exchange->target_index];
}

/* The next server in turn that is not passed over; all of them failing, just the next. */
static size_t choose_server(struct exchange *exchange)
{
	struct lease *lease = exchange->lease;
	size_t *next = &lease->next_server[exchange->target_index];
	size_t count = servers_of(exchange)->count, first = (*next)++ % count;

	for (size_t i = 0; i < count; i++) {
		size_t server = (first + i) % count;

		if (!is_held(
			lease->pools[exchange->target_index][server], exchange->worker->now_us))
			return server;
	}
	return first;
}

static void note_failure(
    struct worker *worker, struct upstream_pool *pool, const struct config_upstream *config)
{
	metrics_count(worker->seat.metrics, METRIC_UPSTREAM_FAILURES, 0);
	pool->failures++;
	if (config->failures == 0 || pool->failures < config->failures || pool->is_held)
		return;
	pool->is_held = true;
	pool->held_until_us = worker->now_us + config->holddown_us;
	log_say(LOG_LEVEL_WARNING, pool->name,
	    "failed %lld times in a row, passed over for %lld s", (long long)pool->failures,
	    (long long)(config->holddown_us / 1000000));
}

void upstream_note(struct upstream_conn *conn, bool is_good)
{
	if (is_good)
		conn->pool->failures = 0;
	else
		note_failure(conn->link.worker, conn->pool, conn->config);
}

int upstream_take(struct exchange *exchange, bool is_fresh)
{
	size_t count = servers_of(exchange)->count;

	for (size_t i = 0; i < count; i++) {
		size_t server = choose_server(exchange);
		struct upstream_pool *pool =
		    exchange->lease->pools[exchange->target_index][server];
		struct upstream_conn *conn = is_fresh ? NULL : take_idle(pool);

		if (!conn)
			conn = open_conn(
			    exchange->worker, pool, &servers_of(exchange)->servers[server]);
		if (conn) {
			assign(exchange, conn);
			return 0;
		}
		note_failure(exchange->worker, pool, exchange->target->config);
	}
	return -1;
}

static void keep(struct upstream_conn *conn)
{
	struct upstream_pool *pool = conn->pool;

	conn->phase = UPSTREAM_PHASE_IDLE;
	wipe(&conn->trailer_line, UPSTREAM_TRAILER_BYTES);
	conn->idle_since_us = conn->link.worker->now_us;
	conn->next = pool->idle;
	conn->prev = &pool->idle;
	if (conn->next)
		conn->next->prev = &conn->next;
	pool->idle = conn;
	pool->idle_count++;
	conn->is_listed = true;
	link_want_reading(&conn->link, true);
	worker_deadline(conn->link.worker, &conn->deadline, conn->config->keepalive_timeout_us,
	    on_deadline);
	conn->config = NULL; /* it belongs to a snapshot that may go */
}

void upstream_release(struct exchange *exchange, bool is_reusable)
{
	struct upstream_conn *conn = exchange->upstream;

	encore_drop(exchange);
	exchange->upstream = NULL;
	conn->exchange = NULL;
	if (is_reusable && conn->keeps_alive && conn->phase == UPSTREAM_PHASE_DONE &&
	    !link_has_pending(&conn->link) && conn->pool->is_leased &&
	    conn->pool->idle_count < conn->config->keepalive)
		keep(conn);
	else
		upstream_discard(conn);
}

static struct upstream_pool *find_pool(
    struct worker *worker, const struct snapshot_server *server)
{
	struct upstream_pool *pool;

	for (pool = worker->pools; pool; pool = pool->next)
		if (pool->identity == server->identity)
			return pool;
	pool = xalloc(sizeof(*pool));
	pool->identity = server->identity;
	memcpy(pool->name, server->name, sizeof(pool->name));
	pool->next = worker->pools;
	worker->pools = pool;
	return pool;
}

void upstream_bind(struct worker *worker, struct lease *lease)
{
	const struct server_book *book = lease->book;

	for (struct upstream_pool *pool = worker->pools; pool; pool = pool->next)
		pool->is_leased = false;
	lease->next_server = xalloc_array(book->upstream_count, sizeof(size_t));
	lease->pools = xalloc_array(book->upstream_count, sizeof(*lease->pools));
	for (size_t i = 0; i < book->upstream_count; i++) {
		const struct server_list *list = &book->lists[i];

		lease->next_server[i] = (size_t)worker->seat.number;
		lease->pools[i] = xalloc_array(list->count, sizeof(**lease->pools));
		for (size_t j = 0; j < list->count; j++) {
			lease->pools[i][j] = find_pool(worker, &list->servers[j]);
			lease->pools[i][j]->is_leased = true;
		}
	}
	for (struct upstream_pool *pool = worker->pools; pool; pool = pool->next)
		while (!pool->is_leased && pool->idle)
			upstream_discard(pool->idle);
}

void upstream_close_all(struct worker *worker)
{
	struct upstream_pool *pool;

	while ((pool = worker->pools)) {
		while (pool->idle)
			upstream_discard(pool->idle);
		worker->pools = pool->next;
		SSL_SESSION_free(pool->session);
		free(pool);
	}
}
