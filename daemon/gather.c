/*
 * Gathering what one turn writes. No allocation, no copy of body bytes.
 */
#include "gather.h"

#include "wire/http1_put.h"

#include <assert.h>

void gather_add(struct gather *gather, struct bytes b)
{
	struct iovec *last = gather->count ? &gather->spans[gather->count - 1] : NULL;

	if (b.len == 0)
		return;
	gather->bytes += b.len;
	if (last && (const char *)last->iov_base + last->iov_len == b.at) {
		last->iov_len += b.len;
		return;
	}
	assert(gather->count < GATHER_SPANS);
	gather->spans[gather->count++] = (struct iovec){ (void *)b.at, b.len };
}

struct text gather_open_text(struct gather *gather)
{
	return text_in(gather->text + gather->text_used, GATHER_TEXT_BYTES - gather->text_used);
}

void gather_close_text(struct gather *gather, const struct text *text)
{
	gather->text_used += text->len;
	if (gather->text_used > gather->text_most)
		gather->text_most = gather->text_used;
	gather_add(gather, text_bytes(text));
}

void gather_copy(struct gather *gather, struct bytes b)
{
	struct text text = gather_open_text(gather);

	text_add(&text, b);
	assert(!text.is_cut);
	gather_close_text(gather, &text);
}

void gather_add_chunk(struct gather *gather, struct bytes b)
{
	char size[HTTP1_CHUNK_HEAD_BYTES];

	gather_copy(gather, bytes_of(size, http1_put_chunk_head(size, b.len)));
	gather_add(gather, b);
	gather_copy(gather, BYTES("\r\n"));
}
