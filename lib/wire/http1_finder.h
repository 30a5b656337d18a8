#ifndef WIRE_HTTP1_FINDER_H
#define WIRE_HTTP1_FINDER_H

#include "wire/http1.h"

/*
 * Finds where a head ends while its bytes arrive. Looks at every byte once, however they are
 * cut. All zero is a finder for a request; |is_response| refuses empty lines before the head.
 */
struct http1_finder {
	uint32_t seen;  /* bytes that need no second look */
	uint32_t start; /* where the head begins, after empty lines */
	uint32_t line;  /* where the line under way begins */
	bool is_response;
};

/*
 * |all| is everything read since the finder was made: the old bytes (they may have moved) and
 * the new. SCAN_DONE gives the head in |head|, a part of |all|; what follows is the body or the
 * next message. SCAN_BAD says why in |why|: a line without CR, a head over |limits|, or a first
 * byte that can begin no message (such as a TLS record's) are refused at once, not after a
 * timeout.
 */
enum scan http1_finder_next(struct http1_finder *finder, struct bytes all,
    const struct http1_limits *limits, struct bytes *head, enum http1_fault *why);

#endif
