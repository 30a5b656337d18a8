/*
 * The meter under fire: the first byte chooses the dialect, the second the split and whether it
 * is a stream; any split gives the same facts as the whole.
 */
#include "api/reply_tap.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static const struct text_digest_keys *shared_keys(void)
{
	static struct text_digest_keys keys;
	struct fault fault;

	if (!keys.hash)
		text_digest_keys_init(&keys, keyed_hash_new(BYTES("0123456789abcdef"), &fault));
	return &keys;
}

static struct reply_facts meter_split(
    enum dialect dialect, bool is_stream, struct bytes body, size_t step)
{
	struct reply_tap_ask ask = { .dialect = dialect,
		.status = 200,
		.content_type = is_stream ? BYTES("text/event-stream")
					  : BYTES("application/json"),
		.decoded_limit = 1 << 20 };
	struct reply_facts facts;
	struct reply_tap *tap;
	struct arena arena;

	memset(&facts, 0, sizeof(facts));
	arena_init(&arena, 1 << 16);
	tap = reply_tap_new(&arena, shared_keys(), &ask);
	for (size_t i = 0; i < body.len; i += step) {
		reply_tap_take(
		    tap, bytes_of(body.at + i, body.len - i < step ? body.len - i : step));
		reply_tap_look(tap, &facts);
	}
	reply_tap_finish(tap, false, &facts);
	arena_fini(&arena);
	return facts;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reply_facts whole, split;
	struct bytes body;
	bool is_stream;

	if (len < 2)
		return 0;
	body = bytes_of(at + 2, len - 2);
	is_stream = at[1] & 0x80;
	whole = meter_split(at[0] % DIALECT_COUNT, is_stream, body, body.len + 1);
	split = meter_split(at[0] % DIALECT_COUNT, is_stream, body, at[1] % 32 + 1);
	assert(whole.body_bytes == body.len && split.body_bytes == body.len);
	assert(whole.events == split.events && whole.is_opaque == split.is_opaque);
	assert(whole.finish == split.finish && whole.finish < REPLY_FINISH_COUNT);
	assert(whole.input_tokens == split.input_tokens);
	assert(whole.signature_count <= REPLY_SIGNATURES);
	return 0;
}
