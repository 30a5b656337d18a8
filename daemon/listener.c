/*
 * Accepting. Must never spin: without descriptors or room, accepting rests and is taken up
 * again by the worker's tick or by a client that goes.
 */
#include "listener.h"

#include "base/xalloc.h"
#include "client.h"
#include "log.h"
#include "magic.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_A_TURN 64

struct listener {
	uint32_t magic;
	bool is_resting;
	int fd;
	size_t number; /* in the configuration's list */
	struct worker *worker;
	struct event acceptable;
	struct listener *next;
};

static bool is_full(const struct worker *worker)
{
	return worker->client_count >= worker->client_most;
}

static void rest(struct listener *listener, const char *why)
{
	if (listener->is_resting)
		return;
	listener->is_resting = true;
	event_del(&listener->acceptable);
	if (!listener->worker->is_short_said)
		log_say(LOG_LEVEL_WARNING, "listener", "accepting rests: %s", why);
	listener->worker->is_short_said = true;
	metrics_count(listener->worker->seat.metrics, METRIC_ACCEPT_RESTS, 0);
}

/* False when accepting should stop for this turn. */
static bool accept_one(struct listener *listener)
{
	struct worker *worker = listener->worker;
	struct sockaddr_storage from;
	socklen_t from_bytes = sizeof(from);
	struct address peer;
	int one = 1, fd;

	if (is_full(worker)) {
		rest(listener, "http.connections are open");
		return false;
	}
	fd = accept4(
	    listener->fd, (struct sockaddr *)&from, &from_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			rest(listener, "no file descriptor or memory is left");
		return errno == ECONNABORTED || errno == EINTR;
	}
	peer = address_from_sockaddr((const struct sockaddr *)&from);
	if (peer.family != ADDRESS_NONE)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	client_open(worker, fd, listener->number, &peer);
	return true;
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
	struct listener *listener = magic_check(arg, MAGIC_LISTENER);

	(void)fd, (void)what;
	worker_clock_read(listener->worker);
	for (int i = 0; i < ACCEPTS_A_TURN; i++)
		if (!accept_one(listener))
			return;
}

void listener_open_all(struct worker *worker)
{
	for (size_t i = 0; i < worker->seat.listen_count; i++) {
		struct listener *listener = xalloc(sizeof(*listener));

		listener->magic = MAGIC_LISTENER;
		listener->fd = worker->seat.listen_fds[i];
		listener->number = i;
		listener->worker = worker;
		listener->next = worker->listeners;
		worker->listeners = listener;
		event_assign(&listener->acceptable, worker->base, listener->fd,
		    EV_READ | EV_PERSIST, on_acceptable, listener);
		event_add(&listener->acceptable, NULL);
	}
}

void listener_close_all(struct worker *worker)
{
	struct listener *listener;

	while ((listener = worker->listeners)) {
		worker->listeners = listener->next;
		if (!listener->is_resting)
			event_del(&listener->acceptable);
		close(listener->fd);
		listener->magic = 0;
		free(listener);
	}
}

void listener_note_room(struct worker *worker)
{
	if (is_full(worker))
		return;
	for (struct listener *listener = worker->listeners; listener;
	     listener = listener->next) {
		if (!listener->is_resting)
			continue;
		listener->is_resting = false;
		event_add(&listener->acceptable, NULL);
	}
}
