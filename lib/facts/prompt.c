/*
 * The words for a prompt's state: records, metric labels and the fingerprint tool print these
 * and nothing else. Never the prompt.
 */
#include "facts/prompt.h"

#include <assert.h>
#include <stddef.h>

static const char *const state_names[] = {
	[PROMPT_ABSENT] = "absent",
	[PROMPT_WHOLE] = "whole",
	[PROMPT_TRUNCATED] = "truncated",
	[PROMPT_OPAQUE] = "opaque",
	[PROMPT_MALFORMED] = "malformed",
};

static const char *const why_names[] = {
	[PROMPT_WHY_NONE] = "none",
	[PROMPT_WHY_BODY_LIMIT] = "body-limit",
	[PROMPT_WHY_DECODED_LIMIT] = "decoded-limit",
	[PROMPT_WHY_ENDED_EARLY] = "ended-early",
	[PROMPT_WHY_UNKNOWN_CODING] = "unknown-coding",
	[PROMPT_WHY_BAD_CODING] = "bad-coding",
	[PROMPT_WHY_UNKNOWN_DIALECT] = "unknown-dialect",
	[PROMPT_WHY_NOT_JSON] = "not-json",
	[PROMPT_WHY_BAD_UTF8] = "bad-utf8",
	[PROMPT_WHY_BAD_ESCAPE] = "bad-escape",
	[PROMPT_WHY_TOO_DEEP] = "too-deep",
	[PROMPT_WHY_TOO_LONG] = "too-long",
	[PROMPT_WHY_DUPLICATE] = "duplicate",
	[PROMPT_WHY_NO_MEMORY] = "no-memory",
	[PROMPT_WHY_HELD_LIMIT] = "held-limit",
};

/* In the order of the bits. */
static const char *const elicitation_names[] = { "reasoning", "restate", "rubric", "tags",
	"synthesis", "verbatim" };
static const char *const flag_names[] = { "stream", "logprobs", "thinking", "structured",
	"single-turn", "large-output", "many-samples", "batch" };

_Static_assert(sizeof(state_names) / sizeof(*state_names) == PROMPT_STATE_COUNT, "a name each");
_Static_assert(sizeof(why_names) / sizeof(*why_names) == PROMPT_WHY_COUNT, "a name each");

const char *prompt_state_name(enum prompt_state state)
{
	assert(state < PROMPT_STATE_COUNT);
	return state_names[state];
}

const char *prompt_why_name(enum prompt_why why)
{
	assert(why < PROMPT_WHY_COUNT);
	return why_names[why];
}

const char *prompt_elicitation_name(unsigned bit)
{
	return bit < sizeof(elicitation_names) / sizeof(*elicitation_names)
		   ? elicitation_names[bit]
		   : NULL;
}

const char *prompt_flag_name(unsigned bit)
{
	return bit < sizeof(flag_names) / sizeof(*flag_names) ? flag_names[bit] : NULL;
}
