#ifndef RESOLVE_H
#define RESOLVE_H

#include "snapshot.h"

/*
 * Upstream names become addresses here and nowhere else, on the main thread, so that no worker
 * ever waits for DNS. Every address of a name is a server of its own.
 */
#define RESOLVE_WAIT_US (8 * 1000 * 1000) /* for names that were never resolved before */

/*
 * The book of |snapshot|, whose upstreams have their config and TLS context. What |known| (may
 * be NULL) has is taken from there; other names are asked for at once, and waited for. An
 * address that a name gives twice is left out; a URL that is listed twice counts twice. NULL,
 * with a fault for every name that has no address, appended to |faults|; it counts as passing
 * where the resolver did not answer or said to ask again.
 */
struct server_book *resolve_book(const struct snapshot *snapshot,
    const struct server_book *known, struct config_list *faults);

/* The book of |snapshot| with what |lookup| has found by now; what it has not keeps its
 * addresses. NULL when that changes nothing. */
struct server_book *resolve_again(const struct snapshot *snapshot, const struct lookup *lookup);

#endif
