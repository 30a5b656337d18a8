/*
 * OpenAI responses. Items of `input` are messages, calls and results in one list; a call is the
 * assistant's and an output the tool's, with no role said. Source: OpenAI's API reference,
 * "Create a model response".
 */
#include "api/openai_chat.h"

static const struct member part_members[] = {
	{ "text", PROMPT_FIELD_TEXT, 0 },
	{ "refusal", PROMPT_FIELD_TEXT, 0 },
	{ "image_url", PROMPT_FIELD_IMAGE, 0 },
	{ "file_data", PROMPT_FIELD_IMAGE, 0 },
	{ "file_id", PROMPT_FIELD_IMAGE, 0 },
	MEMBER_END,
};

static const struct member output_members[] = {
	{ "text", PROMPT_FIELD_RESULT, 0 },
	{ "image_url", PROMPT_FIELD_IMAGE, 0 },
	MEMBER_END,
};

static const struct member item_members[] = {
	{ "type", PROMPT_FIELD_ITEM_TYPE, 0 },
	{ "role", PROMPT_FIELD_ROLE, 0 },
	{ "content", PROMPT_FIELD_TEXT, part_members },
	{ "name", PROMPT_FIELD_CALL_NAME, 0 },
	{ "arguments", PROMPT_FIELD_ARGUMENTS, 0 },
	{ "input", PROMPT_FIELD_ARGUMENTS, 0 },
	{ "output", PROMPT_FIELD_RESULT, output_members },
	{ "encrypted_content", PROMPT_FIELD_SIGNATURE, 0 },
	MEMBER_END,
};

static const struct member text_members[] = {
	{ "format", PROMPT_FIELD_NONE, openai_chat_format },
	MEMBER_END,
};

const struct member openai_responses_members[] = {
	{ "model", PROMPT_FIELD_MODEL, 0 },
	{ "input", PROMPT_FIELD_MESSAGE, item_members },
	{ "instructions", PROMPT_FIELD_SYSTEM, 0 },
	{ "previous_response_id", PROMPT_FIELD_BEFORE, 0 },
	{ "conversation", PROMPT_FIELD_BEFORE, 0 },
	{ "max_output_tokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "temperature", PROMPT_FIELD_TEMPERATURE, 0 },
	{ "top_p", PROMPT_FIELD_TOP_P, 0 },
	{ "top_logprobs", PROMPT_FIELD_LOGPROBS, 0 },
	{ "stream", PROMPT_FIELD_STREAM, 0 },
	{ "tools", PROMPT_FIELD_NONE, openai_chat_tool },
	{ "text", PROMPT_FIELD_NONE, text_members },
	{ "reasoning", PROMPT_FIELD_NONE, openai_chat_reasoning },
	MEMBER_END,
};

/* Replies: the response itself, whole or inside the event that ends its stream, and deltas. */

static const struct member reply_usage_members[] = {
	{ "input_tokens", REPLY_FIELD_INPUT, 0 },
	{ "output_tokens", REPLY_FIELD_OUTPUT, 0 },
	MEMBER_END,
};

static const struct member reply_incomplete_members[] = {
	{ "reason", REPLY_FIELD_FINISH, 0 },
	MEMBER_END,
};

static const struct member reply_item_members[] = {
	{ "encrypted_content", REPLY_FIELD_SIGNATURE, 0 },
	MEMBER_END,
};

static const struct member reply_part_members[] = {
	{ "text", REPLY_FIELD_TEXT, 0 },
	MEMBER_END,
};

static const struct member reply_output_members[] = {
	{ "content", REPLY_FIELD_NONE, reply_part_members },
	{ "arguments", REPLY_FIELD_TEXT, 0 },
	{ "encrypted_content", REPLY_FIELD_SIGNATURE, 0 },
	MEMBER_END,
};

/* Inside an event the output has been streamed before. */
static const struct member reply_response_members[] = {
	{ "status", REPLY_FIELD_FINISH, 0 },
	{ "incomplete_details", REPLY_FIELD_NONE, reply_incomplete_members },
	{ "usage", REPLY_FIELD_NONE, reply_usage_members },
	{ "error", REPLY_FIELD_ERROR, 0 },
	MEMBER_END,
};

const struct member openai_responses_reply[] = {
	{ "status", REPLY_FIELD_FINISH, 0 },
	{ "incomplete_details", REPLY_FIELD_NONE, reply_incomplete_members },
	{ "output", REPLY_FIELD_NONE, reply_output_members },
	{ "usage", REPLY_FIELD_NONE, reply_usage_members },
	{ "error", REPLY_FIELD_ERROR, 0 },
	{ "response", REPLY_FIELD_NONE, reply_response_members },
	{ "delta", REPLY_FIELD_TEXT, 0 },
	{ "item", REPLY_FIELD_NONE, reply_item_members },
	MEMBER_END,
};
