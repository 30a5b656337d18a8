#ifndef WIRE_HTTP1_PUT_H
#define WIRE_HTTP1_PUT_H

#include "base/text.h"
#include "wire/http1.h"

/*
 * Writing messages. Each call appends one whole line; a line that does not fit sets |is_cut| of
 * the text and leaves no part of itself. Names and values must come from a parsed head or from
 * us: they are not checked again for control bytes.
 */

/* "METHOD TARGET HTTP/1.1". */
void http1_put_request_line(struct text *out, struct bytes method, struct bytes target);

/* The same in origin form ("/path?query", or "*") whatever form the target of |head| had. */
void http1_put_request_line_of(struct text *out, const struct http1_head *head);

/* "HTTP/1.1 STATUS REASON"; an empty |reason| gives the standard phrase. */
void http1_put_status_line(struct text *out, int status, struct bytes reason);

/* "NAME: VALUE". */
void http1_put_header(struct text *out, struct bytes name, struct bytes value);

/* "NAME: VALUE" for a number. */
void http1_put_number(struct text *out, struct bytes name, uint64_t value);

/*
 * The header that says how the body ends: Transfer-Encoding: chunked, Content-Length, or
 * nothing. Copy neither of the two from the other side: this is what we understood.
 */
void http1_put_framing(struct text *out, enum http1_framing framing, uint64_t content_length);

/* The same for a message that goes on as it came: a bodiless answer (to HEAD, or 304) keeps the
 * length that it tells; a 1xx or 204 tells none (RFC 9110 §8.6). */
void http1_put_framing_of(struct text *out, const struct http1_head *head);

/* The empty line that ends a head. */
void http1_put_end(struct text *out);

/*
 * The line before a chunk's data, "1a2b\r\n": returns its length. |size| must not be 0. After
 * the data come two bytes, CR and LF; after the last chunk HTTP1_LAST_CHUNK, the trailers and
 * an empty line.
 */
#define HTTP1_CHUNK_HEAD_BYTES 18
#define HTTP1_LAST_CHUNK       BYTES("0\r\n")
size_t http1_put_chunk_head(char out[HTTP1_CHUNK_HEAD_BYTES], uint64_t size);

/* The standard phrase of |status| (RFC 9110 §15), "Unknown" for others. */
struct bytes http1_put_reason(int status);

#endif
