/*
 * Sockets, clear and TLS. Reads go into the worker's one buffer, writes leave at once in one
 * call; memory is held for a peer only while that peer is slow. Must never understand a byte.
 */
#include "link.h"

#include "base/xalloc.h"
#include "forget.h"
#include "magic.h"
#include "worker_inside.h"

#include <errno.h>
#include <linux/sockios.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PENDING_LEAST 4096
#define JOIN_MOST     4096 /* copied sooner than that the kernel walks a list of spans */

static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);

/*
 * What |readable| is to wait for. While reading is not wanted, a FIN shows as EV_CLOSED; a
 * reset rings no bell but that of reading or writing (epoll's error), so writing is waited for
 * too, by its edge, for the socket may well be writable all the time. Where writing is armed,
 * that event meets the reset; libevent lets no edge stand beside a level.
 */
static short watch_of(const struct link *link)
{
	if (link->has_ended)
		return 0;
	if (link->is_reading && !link->owes_word)
		return EV_READ | EV_PERSIST;
	if (!link->hears_end)
		return 0;
	return EV_CLOSED | EV_PERSIST | (link->is_write_armed ? 0 : EV_WRITE | EV_ET);
}

/* OpenSSL would go through its whole queue, also where that is empty. */
static void forget_errors(void)
{
	if (ERR_peek_error())
		ERR_clear_error();
}

static void stop_watching(struct link *link)
{
	if (link->watched)
		event_del(&link->readable);
	link->watched = 0;
}

static void watch(struct link *link)
{
	short what = watch_of(link);

	if (what == link->watched)
		return;
	stop_watching(link);
	link->watched = what;
	event_assign(&link->readable, link->worker->base, link->fd, what, on_readable, link);
	if (what)
		event_add(&link->readable, NULL);
}

static void arm_writing(struct link *link, bool is_wanted)
{
	if (link->is_write_armed == is_wanted)
		return;
	link->is_write_armed = is_wanted;
	if (!is_wanted)
		event_del(&link->writable);
	watch(link);
	if (is_wanted)
		event_add(&link->writable, NULL);
}

void link_open(
    struct link *link, struct worker *worker, int fd, SSL *ssl, enum link_state state)
{
	const struct link_events *events = link->events;

	*link = (struct link){ .magic = MAGIC_LINK,
		.state = (uint8_t)state,
		.is_reading = true,
		.fd = fd,
		.ssl = ssl,
		.worker = worker,
		.events = events };
	event_assign(
	    &link->writable, worker->base, fd, EV_WRITE | EV_PERSIST, on_writable, link);
	watch(link);
	if (state == LINK_CONNECTING)
		arm_writing(link, true);
}

static void drop_pending(struct link *link)
{
	if (link->pending)
		explicit_bzero(link->pending, link->pending_room);
	free(link->pending);
	link->pending = NULL;
	link->pending_at = link->pending_bytes = link->pending_room = 0;
}

void link_close(struct link *link, bool is_abrupt)
{
	if (link->state == LINK_CLOSED)
		return;
	link->has_ended = true;
	stop_watching(link);
	arm_writing(link, false);
	if (link->ssl) {
		if (link->state == LINK_OPEN && !is_abrupt)
			SSL_shutdown(link->ssl);
		else /* a session of a broken connection may still be resumed */
			SSL_set_shutdown(link->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
		SSL_free(link->ssl);
		forget_errors();
	}
	if (is_abrupt) {
		struct linger now = { .l_onoff = 1, .l_linger = 0 };

		setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	}
	close(link->fd);
	drop_pending(link);
	link->state = LINK_CLOSED;
	link->ssl = NULL;
	link->fd = -1;
}

void link_want_reading(struct link *link, bool is_wanted)
{
	if (link->is_reading == is_wanted || link->state == LINK_CLOSED)
		return;
	link->is_reading = is_wanted;
	watch(link);
	/* bytes that TLS has already taken off the socket ring no bell of their own */
	if (is_wanted && link->ssl && SSL_has_pending(link->ssl))
		event_active(&link->readable, EV_READ, 1);
}

void link_note_ended(struct link *link)
{
	link->has_ended = true;
	watch(link);
}

/* A FIN says how far the peer's kernel has come, and a write behind it is EPIPE; a reset says
 * nothing of it, nor does a route that is lost. */
static void note_error(struct link *link, int error)
{
	if (error && error != EPIPE)
		link->was_reset = true;
}

static enum link_end end_of_errno(struct link *link)
{
	note_error(link, errno);
	return errno == 0 ? LINK_END_EOF : LINK_END_RESET;
}

static enum link_end end_of_tls(struct link *link, int result)
{
	switch (SSL_get_error(link->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return LINK_END_NONE;
	case SSL_ERROR_WANT_WRITE:
		arm_writing(link, true);
		return LINK_END_NONE;
	case SSL_ERROR_ZERO_RETURN:
		return LINK_END_EOF;
	case SSL_ERROR_SYSCALL:
		return end_of_errno(link);
	default:
		return LINK_END_TLS;
	}
}

/*
 * Gives OpenSSL's buffers back, so that the next peer finds them warm and an idle one holds
 * none. Its release mode would wipe the whole 17 KB of one at every record, although it has
 * wiped what it has just handed out: so for reading that mode is off, and nothing is wiped
 * twice.
 */
static void release_tls(SSL *ssl)
{
	SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
	if (SSL_has_pending(ssl))
		return;
	SSL_clear_options(ssl, SSL_OP_CLEANSE_PLAINTEXT);
	SSL_free_buffers(ssl);
	SSL_set_options(ssl, SSL_OP_CLEANSE_PLAINTEXT);
}

/*
 * TLS may have to write before it reads on (a key update wants its answer). Until the peer
 * takes that, what waits in the socket is not to ring again and again.
 */
static void note_owed(struct link *link)
{
	if (!SSL_want_write(link->ssl))
		return;
	link->owes_word = true;
	watch(link);
}

/* The peer takes bytes again: what is to be read may lie in OpenSSL, where it rings no bell. */
static void note_paid(struct link *link)
{
	if (!link->owes_word)
		return;
	link->owes_word = false;
	watch(link);
	if (link->is_reading)
		event_active(&link->readable, EV_READ, 1);
}

static ssize_t read_tls(struct link *link, char *at, size_t room, enum link_end *end)
{
	size_t used = 0;

	SSL_clear_mode(link->ssl, SSL_MODE_RELEASE_BUFFERS);
	do {
		int got;

		forget_errors();
		errno = 0;
		got = SSL_read(link->ssl, at + used, (int)(room - used));
		if (got <= 0) {
			*end = end_of_tls(link, got);
			note_owed(link);
			if (*end != LINK_END_NONE && used == 0)
				return -1;
			break;
		}
		used += (size_t)got;
	} while (used < room && SSL_has_pending(link->ssl));
	release_tls(link->ssl);
	if (used == room && SSL_has_pending(link->ssl))
		event_active(&link->readable, EV_READ, 1);
	return (ssize_t)used;
}

ssize_t link_read(struct link *link, char *at, size_t room, enum link_end *end)
{
	ssize_t got;

	*end = LINK_END_NONE;
	got = link->ssl ? read_tls(link, at, room, end) : recv(link->fd, at, room, 0);
	if (got > 0)
		forget_later(link->worker, at, (size_t)got);
	if (got > 0 || link->ssl)
		return got;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got < 0)
		note_error(link, errno);
	*end = got == 0 ? LINK_END_EOF : LINK_END_RESET;
	return -1;
}

/* What the peer takes now of one run of bytes through TLS: the count, or -1. */
static ssize_t write_tls(struct link *link, const char *at, size_t len)
{
	size_t sent = 0;

	while (sent < len) {
		int put;

		forget_errors();
		errno = 0;
		put = SSL_write(link->ssl, at + sent, (int)(len - sent));
		if (put <= 0)
			return end_of_tls(link, put) == LINK_END_NONE ? (ssize_t)sent : -1;
		sent += (size_t)put;
		link->sent_bytes += (size_t)put;
	}
	return (ssize_t)sent;
}

/* One run of bytes out of the first spans, and how many of them it took. */
static int join(struct worker *worker, const struct iovec *spans, int count, struct bytes *run)
{
	char *scratch = worker->scratch;
	size_t used = 0;
	int taken = 0;

	*run = bytes_of(spans->iov_base, spans->iov_len);
	if (count == 1 || spans->iov_len > WORKER_SCRATCH_BYTES)
		return 1;
	for (; taken < count && used + spans[taken].iov_len <= WORKER_SCRATCH_BYTES; taken++) {
		memcpy(scratch + used, spans[taken].iov_base, spans[taken].iov_len);
		used += spans[taken].iov_len;
	}
	*run = bytes_of(scratch, used);
	if (used > worker->scratch_most)
		worker->scratch_most = used;
	return taken;
}

static ssize_t write_clear(
    struct link *link, const struct iovec *spans, int count, size_t total)
{
	struct msghdr all = { .msg_iov = (struct iovec *)spans, .msg_iovlen = (size_t)count };
	struct bytes run;
	ssize_t put;

	if (count > 1 && total > JOIN_MOST) {
		put = sendmsg(link->fd, &all, MSG_NOSIGNAL);
	} else {
		join(link->worker, spans, count, &run);
		put = send(link->fd, run.at, run.len, MSG_NOSIGNAL);
	}
	if (put < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (put < 0) {
		note_error(link, errno);
		return -1;
	}
	link->sent_bytes += (size_t)put;
	return put;
}

/* Room for |bytes| more behind what is pending; the room it outgrows is wiped. */
static void make_room(struct link *link, size_t bytes)
{
	size_t kept = link->pending_bytes, room = kept + bytes;
	char *more;

	if (link->pending_room - link->pending_at - kept >= bytes)
		return;
	more = xalloc(room < PENDING_LEAST ? PENDING_LEAST : room);
	if (kept)
		memcpy(more, link->pending + link->pending_at, kept);
	drop_pending(link);
	link->pending = more;
	link->pending_bytes = kept;
	link->pending_room = room < PENDING_LEAST ? PENDING_LEAST : room;
}

/* Keeps what follows the first |sent| bytes of the spans. */
static void keep_rest(struct link *link, const struct iovec *spans, int count, size_t sent)
{
	size_t total = 0;

	for (int i = 0; i < count; i++)
		total += spans[i].iov_len;
	make_room(link, total - sent);
	for (int i = 0; i < count; i++) {
		size_t skip = sent < spans[i].iov_len ? sent : spans[i].iov_len;
		size_t len = spans[i].iov_len - skip;

		sent -= skip;
		if (len == 0)
			continue;
		memcpy(link->pending + link->pending_at + link->pending_bytes,
		    (const char *)spans[i].iov_base + skip, len);
		link->pending_bytes += len;
	}
}

/* TLS wants one run of bytes: one record where several writes would make several. */
static ssize_t write_tls_spans(struct link *link, const struct iovec *spans, int count)
{
	ssize_t sent = 0;

	while (count > 0) {
		struct bytes run;
		int taken = join(link->worker, spans, count, &run);
		ssize_t put = write_tls(link, run.at, run.len);

		if (put < 0)
			return -1;
		sent += put;
		if ((size_t)put < run.len)
			return sent;
		spans += taken;
		count -= taken;
	}
	return sent;
}

int link_write(struct link *link, const struct iovec *spans, int count)
{
	size_t total = 0;
	ssize_t sent = 0;

	for (int i = 0; i < count; i++)
		total += spans[i].iov_len;
	if (total == 0)
		return 0;
	if (link->state == LINK_OPEN && !link_has_pending(link)) {
		sent = link->ssl ? write_tls_spans(link, spans, count)
				 : write_clear(link, spans, count, total);
		if (sent < 0)
			return -1;
	}
	if ((size_t)sent == total)
		return 0;
	keep_rest(link, spans, count, (size_t)sent);
	if (link->state == LINK_OPEN)
		arm_writing(link, true);
	return 0;
}

void link_move_pending(struct link *from, struct link *to)
{
	struct iovec span = { from->pending + from->pending_at, from->pending_bytes };

	keep_rest(to, &span, 1, 0);
	if (to->state == LINK_OPEN && link_has_pending(to))
		arm_writing(to, true);
	drop_pending(from);
}

/* What the kernel holds because the peer's has not acknowledged it. */
static int unconfirmed(const struct link *link)
{
	int bytes = 0;

	ioctl(link->fd, SIOCOUTQ, &bytes);
	return bytes;
}

int64_t link_taken_bytes(const struct link *link)
{
	return (int64_t)link->sent_bytes - unconfirmed(link);
}

uint64_t link_wire_bytes(const struct link *link)
{
	return link->ssl ? BIO_number_written(SSL_get_wbio(link->ssl)) : link->sent_bytes;
}

bool link_is_unheard(const struct link *link, uint64_t since)
{
	uint64_t sent = link_wire_bytes(link) - since;

	return !link->was_reset && sent > 0 && (uint64_t)unconfirmed(link) >= sent;
}

bool link_has_input(const struct link *link)
{
	char byte;

	return recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0 ||
	       (link->ssl && SSL_has_pending(link->ssl));
}

void link_shutdown(struct link *link)
{
	if (link->state != LINK_OPEN)
		return;
	if (link->ssl)
		SSL_shutdown(link->ssl);
	else
		shutdown(link->fd, SHUT_WR);
}

static int flush_pending(struct link *link)
{
	struct iovec span = { link->pending + link->pending_at, link->pending_bytes };
	ssize_t sent = link->ssl ? write_tls(link, span.iov_base, span.iov_len)
				 : write_clear(link, &span, 1, span.iov_len);

	if (sent < 0)
		return -1;
	link->pending_at += (size_t)sent;
	link->pending_bytes -= (size_t)sent;
	if (!link_has_pending(link))
		drop_pending(link);
	return 0;
}

/* Writes what is pending; the last byte out rings on_drained. */
static void flush(struct link *link)
{
	if (flush_pending(link) < 0) {
		drop_pending(link);
		arm_writing(link, false);
		link->events->on_end(link, LINK_END_DEAF);
		return;
	}
	arm_writing(link, link_has_pending(link));
	if (!link_has_pending(link))
		link->events->on_drained(link);
}

static void now_open(struct link *link)
{
	link->state = LINK_OPEN;
	arm_writing(link, false);
	link->events->on_open(link);
	if (link->state == LINK_OPEN && link_has_pending(link))
		flush(link);
	/* what came with the last handshake record rings no bell of its own */
	if (link->state == LINK_OPEN && link->ssl && SSL_has_pending(link->ssl))
		event_active(&link->readable, EV_READ, 1);
}

static void shake(struct link *link)
{
	int result;
	enum link_end end;

	forget_errors();
	errno = 0;
	result = SSL_do_handshake(link->ssl);
	if (result == 1) {
		now_open(link);
		return;
	}
	arm_writing(link, false);
	end = end_of_tls(link, result);
	if (end != LINK_END_NONE)
		link->events->on_end(link, end);
}

static int socket_error(struct link *link)
{
	int error = 0;
	socklen_t size = sizeof(error);

	getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	note_error(link, error);
	return error;
}

static void finish_connecting(struct link *link)
{
	if (socket_error(link)) {
		link->events->on_end(link, LINK_END_REFUSED);
		return;
	}
	if (!link->ssl) {
		now_open(link);
		return;
	}
	link->state = LINK_SHAKING;
	shake(link);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct link *link = magic_check(arg, MAGIC_LINK);

	(void)fd;
	worker_clock_read(link->worker);
	if (link->state == LINK_CONNECTING)
		return; /* the writable event tells how connecting went */
	if (link->state == LINK_SHAKING)
		shake(link);
	else if (what & EV_READ)
		link->events->on_readable(link);
	else if (what & EV_CLOSED)
		link->events->on_end(link, LINK_END_EOF);
	else if (socket_error(link))
		link->events->on_end(link, LINK_END_RESET);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct link *link = magic_check(arg, MAGIC_LINK);

	(void)fd, (void)what;
	worker_clock_read(link->worker);
	if (link->state == LINK_CONNECTING) {
		finish_connecting(link);
		return;
	}
	if (link->state == LINK_SHAKING) {
		shake(link);
		return;
	}
	note_paid(link);
	if (link_has_pending(link))
		flush(link);
	else
		arm_writing(link, false);
}
