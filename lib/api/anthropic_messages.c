/*
 * Anthropic messages: content blocks with tools, thinking and its signatures, cache marks
 * (which have no row, so that they change nothing). Thinking text stays out of the
 * conversation: clients drop it from earlier turns. Source: Anthropic's API reference, "Create
 * a message".
 */
#include "api/anthropic_messages.h"

static const struct member source_members[] = {
	{ "data", PROMPT_FIELD_IMAGE_BYTES, 0 },
	{ "url", PROMPT_FIELD_IMAGE_BYTES, 0 },
	{ "file_id", PROMPT_FIELD_IMAGE_BYTES, 0 },
	MEMBER_END,
};

static const struct member result_members[] = {
	{ "text", PROMPT_FIELD_RESULT, 0 },
	{ "source", PROMPT_FIELD_IMAGE, source_members },
	MEMBER_END,
};

static const struct member block_members[] = {
	{ "text", PROMPT_FIELD_TEXT, 0 },
	{ "source", PROMPT_FIELD_IMAGE, source_members },
	{ "name", PROMPT_FIELD_CALL_NAME, 0 },
	{ "input", PROMPT_FIELD_ARGUMENTS, member_arguments },
	{ "tool_use_id", PROMPT_FIELD_RESULT_ONE, 0 },
	{ "content", PROMPT_FIELD_RESULT, result_members },
	{ "signature", PROMPT_FIELD_SIGNATURE, 0 },
	{ "data", PROMPT_FIELD_SIGNATURE, 0 }, /* of redacted thinking */
	MEMBER_END,
};

const struct member anthropic_messages_message[] = {
	{ "role", PROMPT_FIELD_ROLE, 0 },
	{ "content", PROMPT_FIELD_TEXT, block_members },
	MEMBER_END,
};

const struct member anthropic_messages_tool[] = {
	{ "name", PROMPT_FIELD_TOOL_NAME, 0 },
	MEMBER_END,
};

const struct member anthropic_messages_thinking[] = {
	{ "type", PROMPT_FIELD_THINKING, 0 },
	MEMBER_END,
};

const struct member anthropic_messages_system[] = {
	{ "text", PROMPT_FIELD_SYSTEM, 0 },
	MEMBER_END,
};

static const struct member output_members[] = {
	{ "format", PROMPT_FIELD_STRUCTURED, 0 },
	{ "effort", PROMPT_FIELD_THINKING, 0 },
	MEMBER_END,
};

const struct member anthropic_messages_members[] = {
	{ "model", PROMPT_FIELD_MODEL, 0 },
	{ "system", PROMPT_FIELD_SYSTEM, anthropic_messages_system },
	{ "messages", PROMPT_FIELD_MESSAGE, anthropic_messages_message },
	{ "max_tokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "temperature", PROMPT_FIELD_TEMPERATURE, 0 },
	{ "top_p", PROMPT_FIELD_TOP_P, 0 },
	{ "stream", PROMPT_FIELD_STREAM, 0 },
	{ "tools", PROMPT_FIELD_NONE, anthropic_messages_tool },
	{ "thinking", PROMPT_FIELD_NONE, anthropic_messages_thinking },
	{ "output_format", PROMPT_FIELD_STRUCTURED, 0 },
	{ "output_config", PROMPT_FIELD_NONE, output_members },
	MEMBER_END,
};

/* Replies: a message, whole or at the start of its stream, then blocks and deltas. */

static const struct member reply_usage_members[] = {
	{ "input_tokens", REPLY_FIELD_INPUT, 0 },
	{ "cache_read_input_tokens", REPLY_FIELD_CACHE_READ, 0 },
	{ "cache_creation_input_tokens", REPLY_FIELD_CACHE_WRITE, 0 },
	{ "output_tokens", REPLY_FIELD_OUTPUT, 0 },
	MEMBER_END,
};

static const struct member reply_input_members[] = {
	{ member_any, REPLY_FIELD_TEXT, reply_input_members },
	MEMBER_END,
};

static const struct member reply_block_members[] = {
	{ "text", REPLY_FIELD_TEXT, 0 },
	{ "thinking", REPLY_FIELD_TEXT, 0 },
	{ "partial_json", REPLY_FIELD_TEXT, 0 },
	{ "input", REPLY_FIELD_TEXT, reply_input_members },
	{ "signature", REPLY_FIELD_SIGNATURE, 0 },
	{ "data", REPLY_FIELD_SIGNATURE, 0 },
	{ "stop_reason", REPLY_FIELD_FINISH, 0 },
	MEMBER_END,
};

static const struct member reply_message_members[] = {
	{ "usage", REPLY_FIELD_NONE, reply_usage_members },
	{ "stop_reason", REPLY_FIELD_FINISH, 0 },
	MEMBER_END,
};

const struct member anthropic_messages_reply[] = {
	{ "content", REPLY_FIELD_NONE, reply_block_members },
	{ "usage", REPLY_FIELD_NONE, reply_usage_members },
	{ "stop_reason", REPLY_FIELD_FINISH, 0 },
	{ "message", REPLY_FIELD_NONE, reply_message_members },
	{ "content_block", REPLY_FIELD_NONE, reply_block_members },
	{ "delta", REPLY_FIELD_NONE, reply_block_members },
	{ "error", REPLY_FIELD_ERROR, 0 },
	MEMBER_END,
};
