#ifndef WIRE_HTTP1_BODY_H
#define WIRE_HTTP1_BODY_H

#include "wire/http1.h"

/*
 * Takes the framing off a body, whatever way its bytes are cut into reads. Data is never
 * copied: spans borrow the input. Chunk extensions are checked and dropped (RFC 9112 §7.1.1).
 */
#define HTTP1_EXTENSION_BYTES 256 /* of one chunk's extensions */
#define HTTP1_TRAILER_LINES   32

enum http1_step {
	HTTP1_STEP_MORE,    /* the input is used up and the body is not over */
	HTTP1_STEP_SPAN,    /* |span| holds data, never empty */
	HTTP1_STEP_TRAILER, /* |span| holds one valid trailer line, until the next call */
	HTTP1_STEP_DONE, /* the body is over; what is left of the input is the next message */
	HTTP1_STEP_BAD,  /* |fault| says why; the connection is of no further use */
	HTTP1_STEP_COUNT
};

struct http1_body {
	uint64_t left; /* bytes of the length or of the chunk still to come */
	char *line;    /* the caller's room for one trailer line */
	uint16_t line_room, line_len;
	uint16_t extension_len; /* of the chunk under way */
	uint8_t trailer_count;
	uint8_t size_digits;
	uint8_t state;
	uint8_t fault; /* enum http1_fault, after HTTP1_STEP_BAD */
};

/*
 * A decoder for one body. |line| is room for one trailer line with its CRLF, borrowed for the
 * body's life; a longer one is HTTP1_FAULT_TRAILER_TOO_LARGE. Only a chunked body needs it;
 * with no room every trailer is too large.
 */
void http1_body_init(struct http1_body *body, enum http1_framing framing,
    uint64_t content_length, char *line, size_t line_bytes);

/*
 * Eats from the front of |input| and says what it found. Call it until it says MORE, DONE or
 * BAD. Any way of cutting the input gives the same data, trailers and end.
 * Trailers whose name is in the table of http1_name.h are checked and dropped: framing,
 * routing, credentials and addresses were settled by the head (RFC 9110 §6.5.1).
 */
enum http1_step http1_body_next(
    struct http1_body *body, struct bytes *input, struct bytes *span);

/* Name and value of the line of HTTP1_STEP_TRAILER. */
struct http1_header http1_body_trailer(struct bytes span);

/* True once nothing more belongs to the body; known right after the last span of a length. */
bool http1_body_is_done(const struct http1_body *body);

/* True when the peer may close now: the body is done, or lasts until the close. Otherwise a
 * close has cut it short. */
bool http1_body_may_end(const struct http1_body *body);

#endif
