#ifndef API_STREAM_MOLD_H
#define API_STREAM_MOLD_H

#include "wire/json_span.h"

/*
 * Events of one stream mostly differ inside one text and nowhere else: token after token in the
 * same JSON. A mold is such an event without its text. One that fits it, byte for byte, around
 * a text that needs neither escapes nor bytes beyond ASCII, has the same members in the same
 * places, so it need not be scanned to be metered.
 */
#define STREAM_MOLD_BYTES 384 /* longer events are scanned, each of them */

struct stream_mold {
	json_span_fn *span;
	uint16_t head, tail; /* bytes before the text, with its quote, and after it; 0: empty */
	char bytes[STREAM_MOLD_BYTES]; /* the head, then the tail */
};

/* Empty: nothing fits. */
void stream_mold_init(struct stream_mold *mold);

/* Takes the form of |event|, a whole JSON value that a scanner accepted. |text| is that part of
 * it between the quotes of its one text. A text that is not plain, or an event too long, leaves
 * the mold as it was. */
void stream_mold_cast(struct stream_mold *mold, struct bytes event, struct bytes text);

/* Whether |event| fits; then |text_bytes| is how long its text is. */
bool stream_mold_fits(const struct stream_mold *mold, struct bytes event, size_t *text_bytes);

#endif
