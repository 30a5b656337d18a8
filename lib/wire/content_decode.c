/*
 * Decoders in a chain, each pushing what it has to the next. Nothing here decides what becomes
 * of the exchange: a fault ends the inspection, never the request. All memory is counted and
 * wiped, windows included.
 */
#include "wire/content_decode.h"

#include "base/xalloc.h"
#include "wire/content_coding.h"

#include <stdlib.h>

#define BLOCK       16384
#define MEMORY_MOST (24u << 20) /* brotli's largest window is 16 MiB, zstd's 8 MiB here */

struct stage {
	const struct content_coding *coding;
	void *state;
	bool is_done;
	char *block;
};

struct content_decode {
	struct pool pool;
	enum content_fault fault;
	uint64_t left; /* decoded bytes still allowed */
	content_decode_sink_fn *sink;
	void *arg;
	size_t count;
	struct stage stages[CONTENT_DECODE_STAGES]; /* in the order of decoding */
};

static enum scan fail(struct content_decode *decode, enum content_fault fault)
{
	if (decode->fault == CONTENT_FAULT_NONE)
		decode->fault = fault;
	return SCAN_BAD;
}

/* Codings are listed in the order they were applied (RFC 9110 §8.4): the last is undone first.
 */
static bool add_stage(struct content_decode *decode, const struct content_coding *coding)
{
	if (decode->count == CONTENT_DECODE_STAGES)
		return false;
	memmove(decode->stages + 1, decode->stages, decode->count * sizeof(*decode->stages));
	decode->stages[0] = (struct stage){ .coding = coding };
	decode->count++;
	return true;
}

static bool is_identity(struct bytes name)
{
	return name.len == 0 || bytes_equal_nocase(name, BYTES("identity"));
}

static bool is_plain(struct bytes codings)
{
	while (codings.len)
		if (!is_identity(bytes_trim(bytes_split(&codings, ','))))
			return false;
	return true;
}

static void open_stages(struct content_decode *decode)
{
	for (size_t i = 0; i < decode->count; i++) {
		struct stage *stage = &decode->stages[i];

		stage->block = pool_take(&decode->pool, BLOCK);
		stage->state = stage->coding->open(&decode->pool);
		if (!stage->block || !stage->state)
			fail(decode, CONTENT_FAULT_MEMORY);
	}
}

struct content_decode *content_decode_new(
    struct bytes codings, uint64_t limit, content_decode_sink_fn *sink, void *arg)
{
	struct content_decode *decode;

	if (is_plain(codings))
		return NULL;
	decode = xalloc(sizeof(*decode));
	*decode = (struct content_decode){
		.pool = { .ceiling = MEMORY_MOST }, .left = limit, .sink = sink, .arg = arg
	};
	while (codings.len) {
		struct bytes name = bytes_trim(bytes_split(&codings, ','));
		const struct content_coding *coding = content_coding_named(name);

		if (is_identity(name))
			continue;
		if (!coding || !add_stage(decode, coding))
			fail(decode, CONTENT_FAULT_UNKNOWN);
	}
	open_stages(decode);
	return decode;
}

void content_decode_free(struct content_decode *decode)
{
	if (!decode)
		return;
	for (size_t i = 0; i < decode->count; i++) {
		struct stage *stage = &decode->stages[i];

		if (stage->state)
			stage->coding->close(&decode->pool, stage->state);
		pool_give(&decode->pool, stage->block);
	}
	free(decode);
}

static enum scan push(struct content_decode *decode, size_t index, struct bytes chunk);

/* Hands on what a stage has made. */
static enum scan pass_on(struct content_decode *decode, size_t index, struct bytes made)
{
	if (made.len > decode->left)
		return fail(decode, CONTENT_FAULT_LIMIT);
	decode->left -= made.len;
	if (index + 1 < decode->count)
		return push(decode, index + 1, made);
	decode->sink(decode->arg, made);
	return SCAN_MORE;
}

/* What a step has shown: whether the stream stands at its end, or a fault. An idle step says
 * nothing against the end. */
static enum scan note_step(
    struct content_decode *decode, struct stage *stage, enum content_step step, bool is_idle)
{
	if (step == CONTENT_STEP_MEMORY)
		return fail(decode, CONTENT_FAULT_MEMORY);
	if (step == CONTENT_STEP_BAD)
		return fail(decode, CONTENT_FAULT_BAD);
	if (step == CONTENT_STEP_END)
		stage->is_done = true;
	else if (!is_idle)
		stage->is_done = false;
	return SCAN_MORE;
}

/* Runs one stage until it has taken all of |chunk| and has nothing more to give. */
static enum scan push(struct content_decode *decode, size_t index, struct bytes chunk)
{
	struct stage *stage = &decode->stages[index];
	size_t made;

	do {
		size_t before = chunk.len;
		enum content_step step;
		bool is_idle;

		if (stage->is_done && chunk.len && !stage->coding->may_follow)
			return fail(decode, CONTENT_FAULT_BAD);
		step = stage->coding->step(stage->state, &chunk, stage->block, BLOCK, &made);
		is_idle = made == 0 && chunk.len == before;
		if (made && pass_on(decode, index, bytes_of(stage->block, made)) == SCAN_BAD)
			return SCAN_BAD;
		if (note_step(decode, stage, step, is_idle) == SCAN_BAD)
			return SCAN_BAD;
		if (is_idle && chunk.len &&
		    (step != CONTENT_STEP_END || stage->coding->may_follow))
			return fail(decode, CONTENT_FAULT_BAD); /* it would never take them */
	} while (chunk.len || made == BLOCK);
	return SCAN_MORE;
}

size_t content_decode_bytes(const struct content_decode *decode)
{
	return sizeof(*decode) + decode->pool.taken;
}

enum scan content_decode_take(struct content_decode *decode, struct bytes chunk)
{
	if (decode->fault != CONTENT_FAULT_NONE)
		return SCAN_BAD;
	if (chunk.len && push(decode, 0, chunk) == SCAN_BAD)
		return SCAN_BAD;
	for (size_t i = 0; i < decode->count; i++)
		if (!decode->stages[i].is_done)
			return SCAN_MORE;
	return SCAN_DONE;
}

enum content_fault content_decode_fault(const struct content_decode *decode)
{
	return decode->fault;
}
