/*
 * The words for a reply's end and its metering, as records and metrics print them.
 */
#include "facts/reply.h"

#include <assert.h>

static const char *const finish_names[] = {
	[REPLY_FINISH_UNKNOWN] = "unknown",
	[REPLY_FINISH_STOP] = "stop",
	[REPLY_FINISH_LENGTH] = "length",
	[REPLY_FINISH_TOOL] = "tool",
	[REPLY_FINISH_FILTER] = "filter",
	[REPLY_FINISH_ERROR] = "error",
	[REPLY_FINISH_CUT] = "cut",
};

_Static_assert(
    sizeof(finish_names) / sizeof(*finish_names) == REPLY_FINISH_COUNT, "a name each");

static const char *const meter_names[] = {
	[REPLY_METER_NONE] = "none",
	[REPLY_METER_USAGE] = "usage",
	[REPLY_METER_ESTIMATE] = "estimate",
	[REPLY_METER_DOUBTFUL] = "doubtful",
	[REPLY_METER_OPAQUE] = "opaque",
};

_Static_assert(sizeof(meter_names) / sizeof(*meter_names) == REPLY_METER_COUNT, "a name each");

enum reply_meter reply_meter_of(const struct reply_facts *facts)
{
	if (facts->is_opaque)
		return REPLY_METER_OPAQUE;
	if (facts->is_doubtful)
		return REPLY_METER_DOUBTFUL;
	if (facts->is_estimated)
		return REPLY_METER_ESTIMATE;
	return facts->input_tokens || facts->output_tokens ? REPLY_METER_USAGE
							   : REPLY_METER_NONE;
}

const char *reply_meter_name(enum reply_meter meter)
{
	assert(meter < REPLY_METER_COUNT);
	return meter_names[meter];
}

const char *reply_finish_name(enum reply_finish finish)
{
	assert(finish < REPLY_FINISH_COUNT);
	return finish_names[finish];
}
