/*
 * The connections: connect, shake hands, send a request, read its reply, again. A broken one
 * is counted and opened anew.
 */
#include "shot.h"

#include "base/xalloc.h"
#include "reply.h"

#include <assert.h>
#include <errno.h>
#include <event2/event_struct.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHOT_MAGIC    0x73686f74u
#define SCRATCH_BYTES (256u << 10)

enum shot_state {
	SHOT_CLOSED,
	SHOT_CONNECTS,
	SHOT_SHAKES,
	SHOT_IDLE,
	SHOT_SENDS,
	SHOT_READS,
	SHOT_HELD /* has what it was opened for, and stays */
};

struct shot {
	unsigned magic;
	enum shot_state state;
	struct shots *all;
	struct shot *next_idle;
	int fd;
	SSL *ssl;
	struct event readable, writable;
	uint64_t at_us; /* when its request should have started */
	char *unsent;
	size_t unsent_at, unsent_len;
	struct reply reply;
};

struct shots {
	struct load *load;
	struct prompts *prompts;
	uint64_t number;
	struct shot *idle;
	struct shot *each;
	unsigned opened, opening; /* held runs open a few at a time */
	char scratch[SCRATCH_BYTES];
};

static void open_shot(struct shot *shot);
static void begin(struct shot *shot);

static struct shot *shot_of(void *arg)
{
	struct shot *shot = arg;

	assert(shot->magic == SHOT_MAGIC);
	return shot;
}

static void close_shot(struct shot *shot)
{
	if (shot->state == SHOT_CLOSED)
		return;
	event_del(&shot->readable);
	event_del(&shot->writable);
	if (shot->ssl && shot->state > SHOT_SHAKES)
		SSL_shutdown(shot->ssl);
	SSL_free(shot->ssl);
	shot->ssl = NULL;
	close(shot->fd);
	free(shot->unsent);
	shot->unsent = NULL;
	shot->state = SHOT_CLOSED;
}

static void fail(struct shot *shot, enum load_error error)
{
	bool was_asking = shot->state != SHOT_IDLE && shot->state != SHOT_HELD;

	close_shot(shot);
	if (was_asking || shot->all->load->options.is_held)
		load_done(shot->all->load, shot->at_us, error);
	if (shot->all->load->options.is_fresh)
		begin(shot);
	else
		open_shot(shot);
}

static ssize_t write_some(struct shot *shot, const char *at, size_t len)
{
	ssize_t sent;
	int reason;

	if (!shot->ssl) {
		sent = send(shot->fd, at, len, MSG_NOSIGNAL);
		return sent >= 0 ? sent : errno == EAGAIN ? 0 : -1;
	}
	ERR_clear_error();
	sent = SSL_write(shot->ssl, at, (int)len);
	if (sent > 0)
		return sent;
	reason = SSL_get_error(shot->ssl, (int)sent);
	return reason == SSL_ERROR_WANT_WRITE || reason == SSL_ERROR_WANT_READ ? 0 : -1;
}

static void keep_unsent(struct shot *shot, const char *at, size_t len)
{
	shot->unsent = xalloc(len);
	memcpy(shot->unsent, at, len);
	shot->unsent_at = 0;
	shot->unsent_len = len;
	shot->state = SHOT_SENDS;
	event_add(&shot->writable, NULL);
}

static void send_request(struct shot *shot)
{
	struct shots *all = shot->all;
	struct bytes head, body;
	size_t len, sent = 0;

	prompt_of(all->prompts, all->number++, &head, &body);
	len = head.len + body.len;
	assert(len <= SCRATCH_BYTES);
	memcpy(all->scratch, head.at, head.len);
	memcpy(all->scratch + head.len, body.at, body.len);
	all->load->sent++;
	reply_reset(&shot->reply);
	shot->state = SHOT_READS;
	while (sent < len) {
		ssize_t some = write_some(shot, all->scratch + sent, len - sent);

		if (some < 0) {
			fail(shot, LOAD_ERROR_RESET);
			return;
		}
		if (some == 0) {
			keep_unsent(shot, all->scratch + sent, len - sent);
			return;
		}
		sent += (size_t)some;
	}
}

static void begin(struct shot *shot)
{
	if (load_next(shot->all->load, &shot->at_us)) {
		if (shot->state == SHOT_CLOSED)
			open_shot(shot);
		else
			send_request(shot);
		return;
	}
	shot->state = shot->state == SHOT_CLOSED ? SHOT_CLOSED : SHOT_IDLE;
	shot->next_idle = shot->all->idle;
	shot->all->idle = shot;
}

/* The connection is usable. A fresh one was opened for a request that is already due. */
static void become_open(struct shot *shot)
{
	if (shot->all->load->options.is_fresh)
		send_request(shot);
	else
		begin(shot);
}

static void shake(struct shot *shot)
{
	int done, reason;

	ERR_clear_error();
	done = SSL_connect(shot->ssl);
	if (done == 1) {
		event_add(&shot->readable, NULL);
		become_open(shot);
		return;
	}
	reason = SSL_get_error(shot->ssl, done);
	if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
		fail(shot, LOAD_ERROR_HANDSHAKE);
}

static void become_connected(struct shot *shot)
{
	int error = 0;
	socklen_t len = sizeof(error);

	getsockopt(shot->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error) {
		fail(shot, LOAD_ERROR_CONNECT);
		return;
	}
	event_del(&shot->writable);
	event_add(&shot->readable, NULL);
	if (!shot->all->load->options.is_tls) {
		become_open(shot);
		return;
	}
	shot->state = SHOT_SHAKES;
	shake(shot);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct shot *shot = shot_of(arg);
	ssize_t sent;

	(void)fd;
	(void)what;
	if (shot->state == SHOT_CONNECTS) {
		become_connected(shot);
		return;
	}
	sent = write_some(
	    shot, shot->unsent + shot->unsent_at, shot->unsent_len - shot->unsent_at);
	if (sent < 0) {
		fail(shot, LOAD_ERROR_RESET);
		return;
	}
	shot->unsent_at += (size_t)sent;
	if (shot->unsent_at < shot->unsent_len)
		return;
	event_del(&shot->writable);
	free(shot->unsent);
	shot->unsent = NULL;
	shot->state = SHOT_READS;
}

static void open_more(struct shots *all)
{
	while (all->opened < all->load->options.connections && all->opening < 64) {
		all->opening++;
		open_shot(&all->each[all->opened++]);
	}
}

/* A held connection is ready with its reply, or with two events of it. */
static void become_held(struct shot *shot)
{
	shot->state = SHOT_HELD;
	shot->all->opening--;
	load_done(shot->all->load, shot->at_us, LOAD_ERROR_NONE);
	load_ready(shot->all->load);
	open_more(shot->all);
}

static void end_reply(struct shot *shot)
{
	struct load *load = shot->all->load;
	bool is_expected = shot->reply.status == load->options.expect;

	load_done(load, shot->at_us, is_expected ? LOAD_ERROR_NONE : LOAD_ERROR_STATUS);
	if (load->options.is_fresh || shot->reply.is_closing) {
		close_shot(shot);
		if (!load->options.is_fresh)
			open_shot(shot);
	}
	if (shot->state != SHOT_CONNECTS)
		begin(shot);
}

static void take(struct shot *shot, struct bytes in)
{
	struct load *load = shot->all->load;
	uint64_t events = shot->reply.events, bytes = shot->reply.bytes;
	bool is_sound = reply_take(&shot->reply, in);

	if (load->is_measured) {
		load->events += shot->reply.events - events;
		load->bytes += shot->reply.bytes - bytes;
	}
	if (!is_sound)
		fail(shot, LOAD_ERROR_FRAMING);
	else if (load->options.is_held && shot->state == SHOT_READS &&
		 (shot->reply.part == REPLY_AT_END ||
		     (load->options.is_stream && shot->reply.events >= 2)))
		become_held(shot);
	else if (shot->state == SHOT_READS && shot->reply.part == REPLY_AT_END)
		end_reply(shot);
}

static ssize_t read_some(struct shot *shot)
{
	ssize_t got;
	int reason;

	if (!shot->ssl) {
		got = recv(shot->fd, shot->all->scratch, SCRATCH_BYTES, 0);
		return got > 0 ? got : got < 0 && errno == EAGAIN ? 0 : got < 0 ? -2 : -1;
	}
	ERR_clear_error();
	got = SSL_read(shot->ssl, shot->all->scratch, SCRATCH_BYTES);
	if (got > 0)
		return got;
	reason = SSL_get_error(shot->ssl, (int)got);
	return reason == SSL_ERROR_WANT_READ ? 0 : reason == SSL_ERROR_ZERO_RETURN ? -1 : -2;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct shot *shot = shot_of(arg);
	ssize_t got;

	(void)fd;
	(void)what;
	if (shot->state == SHOT_SHAKES) {
		shake(shot);
		return;
	}
	got = read_some(shot);
	if (got > 0) {
		take(shot, bytes_of(shot->all->scratch, (size_t)got));
		if (shot->ssl && shot->state >= SHOT_READS && SSL_has_pending(shot->ssl))
			event_active(&shot->readable, EV_READ, 0);
	} else if (got < 0 && shot->reply.part == REPLY_IN_CLOSE && shot->state == SHOT_READS) {
		shot->reply.part = REPLY_AT_END;
		end_reply(shot);
	} else if (got < 0) {
		fail(shot, got == -1 ? LOAD_ERROR_CLOSED : LOAD_ERROR_RESET);
	}
}

static void open_shot(struct shot *shot)
{
	struct load *load = shot->all->load;
	int one = 1;

	shot->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert(shot->fd >= 0);
	setsockopt(shot->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	event_assign(
	    &shot->readable, load->base, shot->fd, EV_READ | EV_PERSIST, on_readable, shot);
	event_assign(
	    &shot->writable, load->base, shot->fd, EV_WRITE | EV_PERSIST, on_writable, shot);
	reply_reset(&shot->reply);
	shot->state = SHOT_CONNECTS;
	if (load->tls) {
		shot->ssl = SSL_new(load->tls);
		SSL_set_fd(shot->ssl, shot->fd);
		SSL_set_tlsext_host_name(shot->ssl, "localhost");
	}
	connect(
	    shot->fd, (struct sockaddr *)&load->options.target, sizeof(load->options.target));
	event_add(&shot->writable, NULL); /* a refusal shows there too */
}

void shot_wake(struct shots *shots)
{
	struct shot *shot = shots->idle;

	/* |begin| puts back the one for which nothing is due. */
	while (shot) {
		struct shot *rest = shot->next_idle;

		shots->idle = rest;
		begin(shot);
		if (shots->idle == shot)
			break;
		shot = shots->idle;
	}
}

struct shots *shot_open(struct load *load, struct prompts *prompts)
{
	struct shots *shots = xalloc(sizeof(*shots));

	shots->load = load;
	shots->prompts = prompts;
	shots->each = xalloc_array(load->options.connections, sizeof(*shots->each));
	for (unsigned i = 0; i < load->options.connections; i++) {
		shots->each[i].magic = SHOT_MAGIC;
		shots->each[i].all = shots;
		if (load->options.is_fresh)
			begin(&shots->each[i]);
		else if (!load->options.is_held)
			open_shot(&shots->each[i]);
	}
	if (load->options.is_held)
		open_more(shots);
	return shots;
}

void shot_close(struct shots *shots)
{
	for (unsigned i = 0; i < shots->load->options.connections; i++)
		close_shot(&shots->each[i]);
	free(shots->each);
	free(shots);
}
