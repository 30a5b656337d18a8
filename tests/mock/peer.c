/*
 * A connection's bytes: reads, feeds the request parser or the frames, sends, closes in every
 * polite and impolite way. What to answer is not decided here.
 */
#include "peer.h"

#include "answer.h"
#include "base/xalloc.h"
#include "frames.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_MAGIC 0x70656572u

static struct peer *peer_of(void *arg)
{
	struct peer *peer = arg;

	assert(peer->magic == PEER_MAGIC);
	return peer;
}

static void free_peer(struct peer *peer)
{
	*peer->link = peer->next;
	if (peer->next)
		peer->next->link = peer->link;
	event_del(&peer->readable);
	event_del(&peer->writable);
	event_del(&peer->timer);
	SSL_free(peer->ssl);
	close(peer->fd);
	request_fini(&peer->request);
	pile_free(&peer->in);
	pile_free(&peer->out);
	pile_free(&peer->model);
	peer->mock->counts.open--;
	peer->magic = 0;
	free(peer);
}

void peer_turn(struct peer *peer, enum peer_state state)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (peer->state == PEER_GONE)
		return;
	peer->state = state;
	if (state != PEER_LEAVES && state != PEER_RESETS)
		return;
	if (peer->out.len)
		return;
	if (state == PEER_RESETS)
		setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	else if (peer->ssl)
		SSL_shutdown(peer->ssl);
	peer->state = PEER_GONE;
}

/* The client's end of the connection, seen on reading or writing. */
static void lose(struct peer *peer)
{
	answer_abandon(peer);
	peer_turn(peer, PEER_GONE);
}

/* Bytes sent, 0 when the kernel is full, -1 when the connection is dead. */
static ssize_t send_some(struct peer *peer, struct bytes b)
{
	ssize_t sent;
	int reason;

	if (!peer->ssl) {
		sent = send(peer->fd, b.at, b.len, MSG_NOSIGNAL);
		return sent >= 0 ? sent : errno == EAGAIN ? 0 : -1;
	}
	ERR_clear_error();
	sent = SSL_write(peer->ssl, b.at, b.len > INT32_MAX ? INT32_MAX : (int)b.len);
	if (sent > 0)
		return sent;
	reason = SSL_get_error(peer->ssl, (int)sent);
	return reason == SSL_ERROR_WANT_WRITE || reason == SSL_ERROR_WANT_READ ? 0 : -1;
}

void peer_send(struct peer *peer, struct bytes b)
{
	while (b.len && !peer->out.len && peer->state != PEER_GONE) {
		ssize_t sent = send_some(peer, b);

		if (sent < 0)
			lose(peer);
		if (sent <= 0)
			break;
		b.at += sent;
		b.len -= (size_t)sent;
	}
	if (b.len && peer->state != PEER_GONE) {
		pile_add(&peer->out, b);
		event_add(&peer->writable, NULL);
	}
}

void peer_after(struct peer *peer, unsigned ms)
{
	struct timeval delay = { ms / 1000, (ms % 1000) * 1000 };

	if (ms)
		event_add(&peer->timer, &delay);
	else
		event_active(&peer->timer, EV_TIMEOUT, 0);
}

void peer_stop_reading(struct peer *peer)
{
	event_del(&peer->readable);
}

/* Eats what the state can use from the front of |in|. */
static void eat(struct peer *peer, struct bytes *in)
{
	while (in->len && peer->state == PEER_READS) {
		enum request_scan scan = request_take(&peer->request, in);

		if (scan == REQUEST_BAD)
			peer_turn(peer, PEER_LEAVES);
		if (scan == REQUEST_HEAD) {
			answer_begin(peer);
			if (peer->request.part == REQUEST_AT_END && peer->state == PEER_READS)
				answer_ready(peer);
		}
		if (scan == REQUEST_WHOLE)
			answer_ready(peer);
	}
	if (peer->state == PEER_SOCKET)
		frames_take(peer, in);
}

static void eat_pile(struct peer *peer)
{
	struct bytes in = pile_bytes(&peer->in);

	eat(peer, &in);
	pile_drop(&peer->in, peer->in.len - in.len);
}

static void feed(struct peer *peer, struct bytes fresh)
{
	if (!peer->in.len)
		eat(peer, &fresh);
	pile_add(&peer->in, fresh);
	if (fresh.len)
		eat_pile(peer);
}

/* What every callback ends with: nothing is freed before. */
static void settle(struct peer *peer)
{
	if (peer->state == PEER_READS && peer->in.len)
		eat_pile(peer);
	if (peer->state == PEER_GONE)
		free_peer(peer);
}

/* Bytes read, 0 when there are none now, -1 at the end. */
static ssize_t receive(struct peer *peer)
{
	char *scratch = peer->mock->scratch;
	bool is_shaken = peer->ssl && SSL_is_init_finished(peer->ssl);
	ssize_t got;
	int reason;

	if (!peer->ssl) {
		got = recv(peer->fd, scratch, MOCK_SCRATCH_BYTES, 0);
		return got > 0 ? got : got < 0 && errno == EAGAIN ? 0 : -1;
	}
	ERR_clear_error();
	got = SSL_read(peer->ssl, scratch, MOCK_SCRATCH_BYTES); /* shakes hands first */
	if (!is_shaken && SSL_is_init_finished(peer->ssl))
		peer->mock->counts.handshakes++;
	if (got > 0)
		return got;
	reason = SSL_get_error(peer->ssl, (int)got);
	return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct peer *peer = peer_of(arg);
	ssize_t got;

	(void)fd;
	(void)what;
	do {
		got = receive(peer);
		if (got > 0)
			feed(peer, bytes_of(peer->mock->scratch, (size_t)got));
	} while (got > 0 && peer->ssl && peer->state != PEER_GONE);
	if (got < 0 && peer->out.len && peer->state == PEER_READS) {
		event_del(&peer->readable); /* half closed: the answer still goes out */
		peer_turn(peer, PEER_LEAVES);
	} else if (got < 0) {
		lose(peer);
	}
	settle(peer);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct peer *peer = peer_of(arg);
	ssize_t sent = send_some(peer, pile_bytes(&peer->out));

	(void)fd;
	(void)what;
	if (sent < 0)
		lose(peer);
	else
		pile_drop(&peer->out, (size_t)sent);
	if (!peer->out.len) {
		event_del(&peer->writable);
		if (peer->state == PEER_STREAMS)
			peer_after(peer, peer->answer.plan.pace_ms);
		else
			peer_turn(peer, peer->state);
	}
	settle(peer);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct peer *peer = peer_of(arg);

	(void)fd;
	(void)what;
	if (!event_pending(&peer->readable, EV_READ, NULL))
		event_add(&peer->readable, NULL);
	if (peer->state != PEER_READS)
		answer_step(peer);
	settle(peer);
}

void peer_open(struct mock *mock, int fd)
{
	struct peer *peer = xalloc(sizeof(*peer));
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*peer = (struct peer){ .magic = PEER_MAGIC, .mock = mock, .fd = fd };
	peer->number = ++mock->counts.connections;
	mock->counts.open++;
	peer->link = &mock->peers;
	peer->next = mock->peers;
	if (peer->next)
		peer->next->link = &peer->next;
	mock->peers = peer;
	event_assign(&peer->readable, mock->base, fd, EV_READ | EV_PERSIST, on_readable, peer);
	event_assign(&peer->writable, mock->base, fd, EV_WRITE | EV_PERSIST, on_writable, peer);
	event_assign(&peer->timer, mock->base, -1, 0, on_timer, peer);
	if (mock->tls) {
		peer->ssl = SSL_new(mock->tls);
		SSL_set_fd(peer->ssl, fd);
		SSL_set_accept_state(peer->ssl);
	}
	event_add(&peer->readable, NULL);
}

void peer_close_all(struct mock *mock)
{
	while (mock->peers)
		free_peer(mock->peers);
}
