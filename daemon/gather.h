#ifndef GATHER_H
#define GATHER_H

#include "base/text.h"

#include <sys/uio.h>

/*
 * What one turn of the loop has to write to one peer: written text (heads, chunk sizes) kept
 * here, and body bytes borrowed from where they were read. It is flushed by one call before
 * the turn ends, so the borrowed bytes never have to be kept. A worker has one for each
 * direction.
 */
#define GATHER_SPANS      64
#define GATHER_TEXT_BYTES (96 * 1024)

struct gather {
	int count;
	size_t bytes;     /* over all spans */
	size_t text_used; /* of |text| */
	size_t text_most; /* the most of it since it was wiped */
	struct iovec spans[GATHER_SPANS];
	char text[GATHER_TEXT_BYTES];
};

static inline void gather_reset(struct gather *gather)
{
	gather->count = 0;
	gather->bytes = gather->text_used = 0;
}

static inline bool gather_has_room(const struct gather *gather, int spans, size_t text_bytes)
{
	return gather->count + spans <= GATHER_SPANS &&
	       gather->text_used + text_bytes <= GATHER_TEXT_BYTES;
}

/* Adds borrowed bytes; the caller has asked for room. Neighbours in memory become one span. */
void gather_add(struct gather *gather, struct bytes b);

/* Adds borrowed bytes, not none, as one chunk (RFC 9112 §7.1): the room it needs. */
#define GATHER_CHUNK_SPANS 3
#define GATHER_CHUNK_TEXT  64
void gather_add_chunk(struct gather *gather, struct bytes b);

/* A text to write a head into; gather_close_text adds what was written. */
struct text gather_open_text(struct gather *gather);
void gather_close_text(struct gather *gather, const struct text *text);

/* Adds a copy of |b|. */
void gather_copy(struct gather *gather, struct bytes b);

#endif
