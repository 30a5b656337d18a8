#ifndef HTTP1_H
#define HTTP1_H

#include "wire/http1_body.h"
#include "wire/http1_finder.h"

/*
 * The HTTP/1 side of a client: one exchange at a time, in the order of arrival. Bytes that
 * cannot be used yet (half a head, the next pipelined request) are stashed, within a bound.
 */
struct exchange;

/* Of a body that nobody wants any more, this much is read to keep the connection. */
#define HTTP1_SWALLOW_MOST (1024 * 1024)

enum http1_phase {
	HTTP1_PHASE_HEAD,    /* waiting for a request's head, or reading it */
	HTTP1_PHASE_BODY,    /* reading a request's body for the exchange */
	HTTP1_PHASE_REPLY,   /* the request is read, its reply is under way */
	HTTP1_PHASE_SWALLOW, /* answered early: reading the rest of the body for nobody */
	HTTP1_PHASE_TUNNEL,  /* upgraded: bytes pass through */
	HTTP1_PHASE_LINGER,  /* our side is closed; what still comes is thrown away */
	HTTP1_PHASE_CLOSED,
};

struct http1_side {
	uint8_t phase; /* enum http1_phase */
	uint8_t minor; /* of the request under way */
	bool keeps_alive, is_chunked_out, has_last_chunk, ends_by_close;
	bool is_feeding, expects_continue, is_draining, has_spoken;
	bool is_tunnel_ended; /* the upstream has ended its side of the tunnel */
	struct exchange *exchange;
	struct http1_finder finder;
	struct http1_body body;
	uint64_t swallowed;
	int64_t taken_bytes; /* link_taken_bytes when the send deadline last passed */
	char *trailer_line;
	char *stash; /* malloc'd; NULL when empty */
	size_t stash_bytes, stash_room;
};

#endif
