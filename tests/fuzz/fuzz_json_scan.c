/*
 * The JSON scanner under fire: the first byte chooses the split, and any split must give the
 * same events, verdict and fault as the whole.
 */
#include "wire/json_scan.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

struct witness {
	uint64_t sum; /* FNV-1a over the events */
	unsigned depth;
};

static void note(struct witness *witness, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		witness->sum = (witness->sum ^ (unsigned char)b.at[i]) * 0x100000001b3u;
}

static bool on_name(void *arg, struct bytes name)
{
	assert(name.len <= JSON_SCAN_NAME);
	note(arg, name);
	return name.len == 0 || name.at[0] != 's';
}

static bool on_open(void *arg, bool is_array)
{
	struct witness *witness = arg;

	note(witness, is_array ? BYTES("[") : BYTES("{"));
	witness->depth++;
	return true;
}

static void on_close(void *arg)
{
	struct witness *witness = arg;

	assert(witness->depth > 0);
	witness->depth--;
	note(witness, BYTES(")"));
}

static void on_text(void *arg, struct bytes piece, bool is_last)
{
	note(arg, piece);
	if (is_last)
		note(arg, BYTES(">"));
}

static void on_word(void *arg, enum json_word word, struct bytes digits)
{
	note(arg, digits);
	note(arg, bytes_of(&"0FT#"[word], 1));
}

static const struct json_events events = { on_name, on_open, on_close, on_text, on_word };

static uint64_t scan_split(struct bytes input, size_t step, enum json_fault *fault)
{
	struct witness witness = { .sum = 0xcbf29ce484222325u };
	struct json_scan scan;
	enum scan end;

	json_scan_init(&scan, &events, &witness);
	for (size_t i = 0; i < input.len; i += step)
		json_scan_take(
		    &scan, bytes_of(input.at + i, input.len - i < step ? input.len - i : step));
	end = json_scan_end(&scan);
	*fault = scan.fault;
	assert(end != SCAN_DONE || (witness.depth == 0 && scan.fault == JSON_FAULT_NONE));
	return end == SCAN_DONE ? witness.sum : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct bytes input = bytes_of(at, len);
	enum json_fault whole, split;
	size_t step = len ? (size_t)at[0] % 16 + 1 : 1;

	assert(scan_split(input, len + 1, &whole) == scan_split(input, step, &split));
	assert(whole == split);
	return 0;
}
