/*
 * Asking for names beside everything else. Each round has threads of its own, a few, that end
 * with it; a resolver that hangs can hold them and nobody else. Must never touch anything of
 * the daemon but the round.
 */
#include "lookup.h"

#include "base/xalloc.h"
#include "clock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define THREADS_MOST 8

struct question {
	struct lookup_name name;
	_Atomic bool is_answered; /* then the rest may be read */
	int error;                /* of getaddrinfo */
	struct addrinfo *found;
};

struct lookup {
	_Atomic unsigned refs; /* who asked, and every thread */
	_Atomic size_t next, left;
	int fd;
	size_t count;
	struct question questions[];
};

/* AI_ADDRCONFIG leaves out ::1 where nobody speaks IPv6; a machine with nothing but loopback
 * has no address in its sense, so a second look goes without. */
static int ask(const struct lookup_name *name, struct addrinfo **found)
{
	struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	char port[8];
	int error;

	snprintf(port, sizeof(port), "%u", name->port);
	error = getaddrinfo(name->host, port, &hints, found);
	if (!error || error == EAI_AGAIN)
		return error;
	hints.ai_flags &= ~AI_ADDRCONFIG;
	return getaddrinfo(name->host, port, &hints, found);
}

static void unref(struct lookup *lookup)
{
	if (atomic_fetch_sub_explicit(&lookup->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < lookup->count; i++)
		if (lookup->questions[i].found)
			freeaddrinfo(lookup->questions[i].found);
	close(lookup->fd);
	free(lookup);
}

static void *run(void *arg)
{
	struct lookup *lookup = arg;
	size_t mine;

	while ((mine = atomic_fetch_add(&lookup->next, 1)) < lookup->count) {
		struct question *question = &lookup->questions[mine];

		question->error = ask(&question->name, &question->found);
		atomic_store_explicit(&question->is_answered, true, memory_order_release);
		if (atomic_fetch_sub(&lookup->left, 1) == 1)
			eventfd_write(lookup->fd, 1);
	}
	unref(lookup);
	return NULL;
}

/* Signals are the main thread's. */
static size_t start_threads(struct lookup *lookup)
{
	size_t wanted = lookup->count < THREADS_MOST ? lookup->count : THREADS_MOST, started;
	sigset_t all, before;
	pthread_attr_t detached;
	pthread_t thread;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (started = 0; started < wanted; started++) {
		atomic_fetch_add(&lookup->refs, 1);
		if (pthread_create(&thread, &detached, run, lookup)) {
			atomic_fetch_sub(&lookup->refs, 1);
			break;
		}
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
	return started;
}

struct lookup *lookup_begin(const struct lookup_name *names, size_t count, struct fault *fault)
{
	struct lookup *lookup = xalloc(sizeof(*lookup) + count * sizeof(struct question));

	atomic_init(&lookup->refs, 1);
	atomic_init(&lookup->left, count);
	lookup->count = count;
	for (size_t i = 0; i < count; i++)
		lookup->questions[i].name = names[i];
	lookup->fd = eventfd(count == 0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (lookup->fd >= 0 && (count == 0 || start_threads(lookup) > 0))
		return lookup;
	fault_say(fault, "no thread is to be had to ask for names: %s", strerror(errno));
	unref(lookup);
	return NULL;
}

bool lookup_wait(struct lookup *lookup, int64_t wait_us)
{
	struct pollfd bell = { lookup->fd, POLLIN, 0 };
	int64_t until_us = clock_us(CLOCK_MONOTONIC) + wait_us, left_us;

	while ((left_us = until_us - clock_us(CLOCK_MONOTONIC)) > 0)
		if (poll(&bell, 1, (int)(left_us / 1000) + 1) == 1)
			return true;
	return false;
}

int lookup_fd(const struct lookup *lookup)
{
	return lookup->fd;
}

static const struct question *find(const struct lookup *lookup, const struct lookup_name *name)
{
	for (size_t i = 0; i < lookup->count; i++)
		if (lookup_name_equal(&lookup->questions[i].name, name))
			return &lookup->questions[i];
	return NULL;
}

static bool is_answered(const struct question *question)
{
	return atomic_load_explicit(&question->is_answered, memory_order_acquire);
}

const struct addrinfo *lookup_found(
    const struct lookup *lookup, const struct lookup_name *name, struct fault *fault)
{
	const struct question *question = find(lookup, name);

	if (!question)
		fault_say(fault, "%s: was not asked for", name->host);
	else if (!is_answered(question))
		fault_say(fault, "%s: the resolver does not answer", name->host);
	else if (question->error)
		fault_say(fault, "%s: %s", name->host, gai_strerror(question->error));
	else
		return question->found;
	return NULL;
}

bool lookup_may_come(const struct lookup *lookup, const struct lookup_name *name)
{
	const struct question *question = find(lookup, name);

	return question && (!is_answered(question) || question->error == EAI_AGAIN);
}

void lookup_end(struct lookup *lookup)
{
	if (lookup)
		unref(lookup);
}
