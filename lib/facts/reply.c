/*
 * The words for a reply's end, as records print them.
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

const char *reply_finish_name(enum reply_finish finish)
{
	assert(finish < REPLY_FINISH_COUNT);
	return finish_names[finish];
}
