#ifndef WIRE_CONTENT_DECODE_H
#define WIRE_CONTENT_DECODE_H

#include "base/bytes.h"
#include "base/scan.h"

/*
 * Undoes a Content-Encoding on a copy of a body, as it streams: gzip (RFC 1952), deflate (RFC
 * 1950, and raw RFC 1951 as some send it), br (RFC 7932), zstd (RFC 8878), also chained. The
 * original bytes are forwarded by others; a body that cannot be decoded is only not inspected.
 */
#define CONTENT_DECODE_STAGES 4

enum content_fault {
	CONTENT_FAULT_NONE,
	CONTENT_FAULT_UNKNOWN, /* a coding that nobody here reads, or too many of them */
	CONTENT_FAULT_BAD,     /* these bytes are not that coding */
	CONTENT_FAULT_LIMIT, /* more decoded bytes than allowed, between stages or at the end */
	CONTENT_FAULT_MEMORY, /* a window larger than a body may ask for */
	CONTENT_FAULT_COUNT
};

struct content_decode;

/* Takes decoded bytes, borrowed for the call. */
typedef void content_decode_sink_fn(void *arg, struct bytes decoded);

/*
 * A decoder for the field value |codings| ("gzip", "zstd, br"), which hands at most |limit|
 * bytes to |sink|. NULL when |codings| is empty or all identity: there is nothing to decode. An
 * unknown coding gives a decoder that is BAD from the start. Frees with content_decode_free.
 */
struct content_decode *content_decode_new(
    struct bytes codings, uint64_t limit, content_decode_sink_fn *sink, void *arg);
void content_decode_free(struct content_decode *decode);

/* Decodes the next bytes: DONE when the coded stream has ended, BAD at a fault (and ever
 * after). */
enum scan content_decode_take(struct content_decode *decode, struct bytes chunk);

enum content_fault content_decode_fault(const struct content_decode *decode);

/* The memory that it keeps now. */
size_t content_decode_bytes(const struct content_decode *decode);

#endif
