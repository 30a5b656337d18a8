#ifndef LOAD_REPLY_H
#define LOAD_REPLY_H

#include "base/bytes.h"

#define REPLY_HEAD_BYTES 4096

enum reply_part {
	REPLY_IN_HEAD,
	REPLY_IN_LENGTH,
	REPLY_IN_CLOSE,
	REPLY_IN_SIZE,
	REPLY_IN_CHUNK,
	REPLY_IN_CHUNK_END,
	REPLY_IN_TRAILER,
	REPLY_AT_END
};

/* A reply as it arrives: framing is followed, events are counted, nothing is kept. */
struct reply {
	enum reply_part part;
	unsigned status;
	bool is_closing;
	char last; /* of the body, so that an event's end may be cut in two */
	uint64_t left, bytes, events;
	size_t line_bytes;
	size_t head_bytes;
	char head[REPLY_HEAD_BYTES];
};

/* Eats |in|; false when the framing is broken. Done when |part| is REPLY_AT_END. */
bool reply_take(struct reply *reply, struct bytes in);
void reply_reset(struct reply *reply);

#endif
