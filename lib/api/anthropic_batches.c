/*
 * Anthropic message batches: many requests in one body; the first speaks for all. Source:
 * Anthropic's API reference, "Create a message batch".
 */
#include "api/members.h"

static const struct member request_members[] = {
	{ "params", PROMPT_FIELD_NONE, anthropic_messages_members },
	MEMBER_END,
};

const struct member anthropic_batches_members[] = {
	{ "requests", PROMPT_FIELD_REQUEST, request_members },
	MEMBER_END,
};
