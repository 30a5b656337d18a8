/*
 * The event stream scanner under fire: the first byte chooses the split, and any split gives
 * the same events as the whole.
 */
#include "wire/sse_scan.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

struct witness {
	uint64_t sum; /* FNV-1a */
	size_t data, events;
};

static void note(struct witness *witness, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		witness->sum = (witness->sum ^ (unsigned char)b.at[i]) * 0x100000001b3u;
}

static void on_data(void *arg, struct bytes piece)
{
	struct witness *witness = arg;

	witness->data += piece.len;
	note(witness, piece);
}

static void on_event(void *arg, struct bytes name)
{
	struct witness *witness = arg;

	assert(name.len <= SSE_SCAN_NAME);
	witness->events++;
	note(witness, BYTES("|"));
	note(witness, name);
}

static const struct sse_events events = { on_data, on_event };

static struct witness scan_split(struct bytes input, size_t step)
{
	struct witness witness = { 0 };
	struct sse_scan scan;

	sse_scan_init(&scan, &events, &witness);
	for (size_t i = 0; i < input.len; i += step)
		sse_scan_take(
		    &scan, bytes_of(input.at + i, input.len - i < step ? input.len - i : step));
	return witness;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct bytes input = len ? bytes_of(at + 1, len - 1) : bytes_of(NULL, 0);
	struct witness whole = scan_split(input, len + 1);
	struct witness split = scan_split(input, len ? at[0] % 16 + 1u : 1);

	assert(whole.sum == split.sum && whole.data == split.data);
	assert(whole.events == split.events && whole.data <= len);
	return 0;
}
