/*
 * What the mock was asked to do, by option or by request header: one table of names for both.
 */
#include "plan.h"

#include <stddef.h>

static const struct plan_row {
	const char *name;
	size_t offset;
} rows[] = {
	{ "status", offsetof(struct plan, status) },
	{ "events", offsetof(struct plan, events) },
	{ "pace-ms", offsetof(struct plan, pace_ms) },
	{ "delay-ms", offsetof(struct plan, delay_ms) },
	{ "read-after-ms", offsetof(struct plan, read_after_ms) },
	{ "split-bytes", offsetof(struct plan, split_bytes) },
	{ "reply-bytes", offsetof(struct plan, reply_bytes) },
	{ "input-tokens", offsetof(struct plan, input_tokens) },
	{ "output-tokens", offsetof(struct plan, output_tokens) },
	{ "retry-after", offsetof(struct plan, retry_after) },
	{ "fail-first", offsetof(struct plan, fail_first) },
	{ "fail-status", offsetof(struct plan, fail_status) },
	{ "fail-every", offsetof(struct plan, fail_every) },
};

static const char *const behaviours[BEHAVIOUR_COUNT] = {
	[BEHAVIOUR_NONE] = "none",
	[BEHAVIOUR_HANG] = "hang",
	[BEHAVIOUR_RESET] = "reset",
	[BEHAVIOUR_CLOSE] = "close",
	[BEHAVIOUR_GARBAGE] = "garbage",
	[BEHAVIOUR_EARLY] = "early",
	[BEHAVIOUR_EARLY_CLOSE] = "early-close",
	[BEHAVIOUR_CLOSE_MID] = "close-mid",
	[BEHAVIOUR_RESET_MID] = "reset-mid",
	[BEHAVIOUR_STALL] = "stall",
	[BEHAVIOUR_TRUNCATE] = "truncate",
	[BEHAVIOUR_NO_LENGTH] = "no-length",
	[BEHAVIOUR_HTTP10] = "http10",
	[BEHAVIOUR_CHUNKED] = "chunked",
	[BEHAVIOUR_TRAILERS] = "trailers",
	[BEHAVIOUR_1XX] = "1xx",
	[BEHAVIOUR_BAD_CHUNK] = "bad-chunk",
	[BEHAVIOUR_TWO_LENGTHS] = "two-lengths",
	[BEHAVIOUR_LONG_HEAD] = "long-head",
	[BEHAVIOUR_NO_CONTINUE] = "no-continue",
	[BEHAVIOUR_ECHO] = "echo",
};

void plan_init(struct plan *plan)
{
	*plan = (struct plan){ .status = 200, .events = 8, .fail_status = 429 };
}

static bool set_behaviour(struct plan *plan, struct bytes value)
{
	for (int i = 0; i < BEHAVIOUR_COUNT; i++) {
		if (!bytes_equal(value, bytes_of_text(behaviours[i])))
			continue;
		plan->behaviour = (enum behaviour)i;
		return true;
	}
	return false;
}

bool plan_set(struct plan *plan, struct bytes name, struct bytes value)
{
	uint64_t number;

	if (bytes_equal_nocase(name, BYTES("behaviour")))
		return set_behaviour(plan, value);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!bytes_equal_nocase(name, bytes_of_text(rows[i].name)))
			continue;
		if (!bytes_to_number(value, &number) || number > INT32_MAX)
			return false;
		*(unsigned *)((char *)plan + rows[i].offset) = (unsigned)number;
		return true;
	}
	return false;
}

struct plan plan_of(const struct plan *defaults, const struct request *request)
{
	struct plan plan = *defaults;

	for (size_t i = 0; i < request->field_count; i++) {
		struct bytes name = request->fields[i].name;

		if (!bytes_start_with_nocase(name, BYTES("mock-")))
			continue;
		name.at += 5;
		name.len -= 5;
		if (bytes_equal_nocase(name, BYTES("key")) ||
		    bytes_equal_nocase(name, BYTES("reply-field")))
			continue;
		if (!plan_set(&plan, name, request->fields[i].value))
			plan.status = 400;
	}
	return plan;
}
