/*
 * The words of the states, for people and for the record. No rule lives here.
 */
#include "engine/verdict.h"

static const char *const names[] = { "quiet", "watch", "tagged", "proven", "released" };
_Static_assert(sizeof(names) / sizeof(*names) == ENGINE_STATE_COUNT, "a word for each state");

const char *verdict_state_name(enum engine_state state)
{
	return names[state];
}
