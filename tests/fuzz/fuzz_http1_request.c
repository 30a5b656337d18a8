/*
 * Any bytes as what a client sends. The first byte says how they are cut: read whole or in
 * pieces, they must mean the same. What is accepted and written anew for an upstream must be
 * accepted again and mean the same there, or it was not understood.
 */
#include "../unit/wire/http1_talk.h"
#include "wire/http1_put.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void put_headers(struct text *out, const struct http1_head *head)
{
	for (int i = 0; i < head->count; i++) {
		const struct http1_header *header = &head->header[i];

		if (!header->is_hop_by_hop && header->known != HTTP1_CONTENT_LENGTH)
			http1_put_header(out, header->name, header->value);
	}
	if (!head->first[HTTP1_HOST])
		http1_put_header(out, BYTES("Host"), BYTES("lent.example"));
	http1_put_framing_of(out, head);
	http1_put_end(out);
}

static void on_head(const struct http1_head *head)
{
	static char at[TALK_BYTES];
	static struct http1_head again;
	struct text out = text_in(at, sizeof(at));
	struct http1_finder finder = { 0 };
	enum http1_fault fault;
	struct bytes found;

	http1_put_request_line_of(&out, head);
	put_headers(&out, head);
	assert(!out.is_cut);
	assert(http1_finder_next(&finder, text_bytes(&out), &HTTP1_LIMITS_DEFAULT, &found,
		   &fault) == SCAN_DONE);
	assert(found.len == out.len);
	assert(!http1_parse_request(found, &HTTP1_LIMITS_DEFAULT, &again));
	assert(bytes_equal(again.method, head->method) && bytes_equal(again.path, head->path));
	assert(bytes_equal(again.query, head->query) && !again.query.at == !head->query.at);
	assert(again.framing == head->framing && again.content_length == head->content_length);
	assert(again.keeps_alive && !again.wants_upgrade && !again.expects_continue);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static struct talk whole, cut;
	unsigned pattern = len ? at[0] : 0;

	if (len < 2 || len > 8192)
		return 0;
	talk_begin(&whole, false);
	whole.on_head = on_head;
	talk_hear(&whole, bytes_of(at + 1, len - 1));
	talk_begin(&cut, false);
	for (size_t i = 1, step; i < len; i += step) {
		pattern = pattern * 1103515245 + 12345;
		step = 1 + (pattern >> 16) % (1 + at[0] % 64);
		step = step < len - i ? step : len - i;
		talk_hear(&cut, bytes_of(at + i, step));
	}
	assert(talk_is_same(&whole, &cut));
	return 0;
}
