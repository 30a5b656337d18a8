/*
 * Any bytes as what an upstream sends. The first byte says how they are cut and whether they
 * answer a HEAD: read whole or in pieces, they must mean the same. What is accepted and written
 * anew for a client must be accepted again and mean the same there.
 */
#include "../unit/wire/http1_talk.h"
#include "wire/http1_put.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static bool answers_head;

static void on_head(const struct http1_head *head)
{
	static char at[TALK_BYTES];
	static struct http1_head again;
	struct text out = text_in(at, sizeof(at));

	http1_put_status_line(&out, head->status, head->reason);
	for (int i = 0; i < head->count; i++) {
		const struct http1_header *header = &head->header[i];

		if (!header->is_hop_by_hop && header->known != HTTP1_CONTENT_LENGTH)
			http1_put_header(&out, header->name, header->value);
	}
	http1_put_framing_of(&out, head);
	http1_put_end(&out);
	assert(!out.is_cut);
	assert(!http1_parse_response(
	    text_bytes(&out), &HTTP1_LIMITS_DEFAULT, answers_head, &again));
	assert(again.status == head->status && again.framing == head->framing);
	assert(head->status < 200 || head->status == 204 ||
	       again.content_length == head->content_length);
	assert(!head->keeps_alive || again.keeps_alive);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static struct talk whole, cut;
	unsigned pattern = len ? at[0] : 0;

	if (len < 2 || len > 8192)
		return 0;
	answers_head = at[0] & 0x80;
	talk_begin(&whole, true);
	whole.answers_head = answers_head;
	whole.on_head = on_head;
	talk_hear(&whole, bytes_of(at + 1, len - 1));
	talk_begin(&cut, true);
	cut.answers_head = answers_head;
	for (size_t i = 1, step; i < len; i += step) {
		pattern = pattern * 1103515245 + 12345;
		step = 1 + (pattern >> 16) % (1 + at[0] % 64);
		step = step < len - i ? step : len - i;
		talk_hear(&cut, bytes_of(at + i, step));
	}
	assert(talk_is_same(&whole, &cut));
	return 0;
}
