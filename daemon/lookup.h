#ifndef LOOKUP_H
#define LOOKUP_H

#include "base/fault.h"

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Names asked of the system's resolver by threads of their own, several at a time, so that
 * nobody has to wait for longer than he wants: getaddrinfo(3) can neither be hurried nor
 * stopped. Who asked may leave at any time; threads that still ask clean up after themselves.
 */
#define LOOKUP_HOST_BYTES 256

struct lookup_name {
	char host[LOOKUP_HOST_BYTES];
	uint16_t port;
};

static inline bool lookup_name_equal(const struct lookup_name *a, const struct lookup_name *b)
{
	return a->port == b->port && strcmp(a->host, b->host) == 0;
}

struct lookup;

/* Asks for all |names|, which are copied. NULL with a fault when no thread is to be had. */
struct lookup *lookup_begin(const struct lookup_name *names, size_t count, struct fault *fault);

/* Waits until all are answered, for |wait_us| at the most; false when some are not. */
bool lookup_wait(struct lookup *lookup, int64_t wait_us);

/* Becomes readable when all are answered. Owned by the lookup. */
int lookup_fd(const struct lookup *lookup);

/*
 * The addresses of a name, which live as long as the lookup. NULL with a fault when there are
 * none, or no answer yet, or nobody asked.
 */
const struct addrinfo *lookup_found(
    const struct lookup *lookup, const struct lookup_name *name, struct fault *fault);

/* Whether a name without addresses may have some when it is asked for again: the resolver was
 * silent, or said so. */
bool lookup_may_come(const struct lookup *lookup, const struct lookup_name *name);

void lookup_end(struct lookup *lookup); /* NULL is allowed */

#endif
