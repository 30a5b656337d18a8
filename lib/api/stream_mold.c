/*
 * The form of a stream's events. It must never take for fitting what a scanner would read in
 * another way, nor keep the text itself.
 */
#include "api/stream_mold.h"

void stream_mold_init(struct stream_mold *mold)
{
	mold->span = json_span_best();
	mold->head = mold->tail = 0;
}

static bool is_plain(const struct stream_mold *mold, struct bytes text)
{
	return mold->span(text.at, text.len) == text.len;
}

void stream_mold_cast(struct stream_mold *mold, struct bytes event, struct bytes text)
{
	size_t head = (size_t)(text.at - event.at), tail = event.len - head - text.len;

	if (head + tail > STREAM_MOLD_BYTES || !is_plain(mold, text))
		return;
	memcpy(mold->bytes, event.at, head);
	memcpy(mold->bytes + head, text.at + text.len, tail);
	mold->head = (uint16_t)head;
	mold->tail = (uint16_t)tail;
}

bool stream_mold_fits(const struct stream_mold *mold, struct bytes event, size_t *text_bytes)
{
	size_t around = (size_t)mold->head + mold->tail;
	struct bytes text;

	if (!around || event.len < around || memcmp(event.at, mold->bytes, mold->head) != 0)
		return false;
	text = bytes_of(event.at + mold->head, event.len - around);
	*text_bytes = text.len;
	return memcmp(text.at + text.len, mold->bytes + mold->head, mold->tail) == 0 &&
	       is_plain(mold, text);
}
