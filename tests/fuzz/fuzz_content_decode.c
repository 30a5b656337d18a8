/*
 * Content decoding under fire: the first byte chooses the codings, the second the split. Any
 * split gives the same bytes, and never more of them than the limit.
 */
#include "wire/content_decode.h"

#include <assert.h>

#define LIMIT 200000

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

struct witness {
	uint64_t sum; /* FNV-1a */
	uint64_t count;
};

static void on_decoded(void *arg, struct bytes decoded)
{
	struct witness *witness = arg;

	for (size_t i = 0; i < decoded.len; i++)
		witness->sum = (witness->sum ^ (unsigned char)decoded.at[i]) * 0x100000001b3u;
	witness->count += decoded.len;
	assert(witness->count <= LIMIT);
}

static enum content_fault decode_split(
    const char *codings, struct bytes body, size_t step, struct witness *witness)
{
	struct content_decode *decode = content_decode_new(
	    bytes_of_text(codings), LIMIT, on_decoded, witness);
	enum content_fault fault;

	assert(decode);
	for (size_t i = 0; i < body.len; i += step)
		content_decode_take(
		    decode, bytes_of(body.at + i, body.len - i < step ? body.len - i : step));
	fault = content_decode_fault(decode);
	content_decode_free(decode);
	return fault;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static const char *const codings[] = { "gzip", "deflate", "br", "zstd", "gzip, br",
		"zstd, deflate", "gzip, gzip, gzip", "br, identity" };
	struct witness whole = { 0 }, split = { 0 };
	enum content_fault a, b;
	const char *chosen;
	struct bytes body;

	if (len < 2)
		return 0;
	chosen = codings[at[0] % (sizeof(codings) / sizeof(*codings))];
	body = bytes_of(at + 2, len - 2);
	a = decode_split(chosen, body, body.len + 1, &whole);
	b = decode_split(chosen, body, at[1] % 32 + 1, &split);
	assert((a == CONTENT_FAULT_NONE) == (b == CONTENT_FAULT_NONE));
	assert(
	    a != CONTENT_FAULT_NONE || (whole.sum == split.sum && whole.count == split.count));
	return 0;
}
