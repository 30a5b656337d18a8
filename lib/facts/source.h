#ifndef FACTS_SOURCE_H
#define FACTS_SOURCE_H

#include "facts/cidr_list.h"

/*
 * Whose request is it? The one place that decides the client's address. Every address further
 * from us is only as good as the nearer hop that wrote it down: so the walk starts at the peer
 * of the connection (or the source that a trusted peer's PROXY header names), goes from right
 * to left, and goes on only while the last believed hop is in |trusted|. By default nobody is.
 *
 * |trusted| proxies must append to (or replace) the header that is read; a proxy that passes a
 * client's own header on untouched must not be listed. Sources: RFC 7239; X-Forwarded-For as
 * proxies write it, with or without a port.
 */
#define SOURCE_HOPS_MOST 32 /* believed hops; a longer chain ends there */

enum source_header {
	SOURCE_EITHER, /* X-Forwarded-For, and Forwarded only where there is none */
	SOURCE_X_FORWARDED_FOR,
	SOURCE_FORWARDED,
	SOURCE_HEADER_COUNT
};

/* The header values of one request in the order of arrival; a header may come several times. */
struct source_claims {
	const struct bytes *x_forwarded_for;
	size_t x_forwarded_for_count;
	const struct bytes *forwarded;
	size_t forwarded_count;
	enum source_header header;
};

struct source {
	struct address
	    client;   /* the first hop that is not trusted, else the farthest believed */
	uint8_t hops; /* believed beyond the peer */
	bool is_cut;  /* the walk met garbage or too many hops, and stopped before it */
};

/*
 * Walks |claims| from |peer|. A hop that is no address ("unknown", "_hidden", garbage) ends the
 * walk at the last good one: what a client wrote to the left of it counts for nothing. With all
 * hops trusted, the leftmost is the client.
 */
struct source source_resolve(const struct cidr_list *trusted, const struct address *peer,
    const struct source_claims *claims);

#endif
