/*
 * OpenAI chat completions, also as Azure, OpenRouter, vLLM and llama.cpp serve them. Source:
 * OpenAI's API reference, "Create chat completion".
 */
#include "api/openai_chat.h"

static const struct member address_members[] = {
	{ "url", PROMPT_FIELD_IMAGE_BYTES, 0 },
	{ "data", PROMPT_FIELD_IMAGE_BYTES, 0 },
	{ "file_data", PROMPT_FIELD_IMAGE_BYTES, 0 },
	{ "file_id", PROMPT_FIELD_IMAGE_BYTES, 0 },
	MEMBER_END,
};

static const struct member part_members[] = {
	{ "text", PROMPT_FIELD_TEXT, 0 },
	{ "refusal", PROMPT_FIELD_TEXT, 0 },
	{ "image_url", PROMPT_FIELD_IMAGE, address_members },
	{ "input_audio", PROMPT_FIELD_IMAGE, address_members },
	{ "file", PROMPT_FIELD_IMAGE, address_members },
	MEMBER_END,
};

static const struct member function_members[] = {
	{ "name", PROMPT_FIELD_CALL_NAME, 0 },
	{ "arguments", PROMPT_FIELD_ARGUMENTS, member_arguments },
	MEMBER_END,
};

static const struct member call_members[] = {
	{ "function", PROMPT_FIELD_NONE, function_members },
	{ "custom", PROMPT_FIELD_NONE, function_members },
	MEMBER_END,
};

const struct member openai_chat_message[] = {
	{ "role", PROMPT_FIELD_ROLE, 0 },
	{ "content", PROMPT_FIELD_TEXT, part_members },
	{ "tool_calls", PROMPT_FIELD_NONE, call_members },
	{ "function_call", PROMPT_FIELD_NONE, function_members },
	{ "tool_call_id", PROMPT_FIELD_RESULT_ONE, 0 },
	MEMBER_END,
};

static const struct member tool_function_members[] = {
	{ "name", PROMPT_FIELD_TOOL_NAME, 0 },
	MEMBER_END,
};

const struct member openai_chat_tool[] = {
	{ "function", PROMPT_FIELD_NONE, tool_function_members },
	{ "custom", PROMPT_FIELD_NONE, tool_function_members },
	{ "name", PROMPT_FIELD_TOOL_NAME, 0 },
	MEMBER_END,
};

const struct member openai_chat_format[] = {
	{ "type", PROMPT_FIELD_STRUCTURED, 0 },
	MEMBER_END,
};

const struct member openai_chat_reasoning[] = {
	{ "effort", PROMPT_FIELD_THINKING, 0 },
	{ "enabled", PROMPT_FIELD_THINKING, 0 },
	{ "max_tokens", PROMPT_FIELD_THINKING, 0 },
	MEMBER_END,
};

const struct member openai_chat_members[] = {
	{ "model", PROMPT_FIELD_MODEL, 0 },
	{ "messages", PROMPT_FIELD_MESSAGE, openai_chat_message },
	{ "max_tokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "max_completion_tokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "temperature", PROMPT_FIELD_TEMPERATURE, 0 },
	{ "top_p", PROMPT_FIELD_TOP_P, 0 },
	{ "n", PROMPT_FIELD_N, 0 },
	{ "stream", PROMPT_FIELD_STREAM, 0 },
	{ "logprobs", PROMPT_FIELD_LOGPROBS, 0 },
	{ "tools", PROMPT_FIELD_NONE, openai_chat_tool },
	{ "functions", PROMPT_FIELD_NONE, openai_chat_tool },
	{ "response_format", PROMPT_FIELD_NONE, openai_chat_format },
	{ "reasoning_effort", PROMPT_FIELD_THINKING, 0 },
	{ "reasoning", PROMPT_FIELD_NONE, openai_chat_reasoning },
	MEMBER_END,
};

/* Replies: whole, in chunks, and those of the legacy completions and embeddings. */

static const struct member reply_function_members[] = {
	{ "arguments", REPLY_FIELD_TEXT, 0 },
	MEMBER_END,
};

static const struct member reply_call_members[] = {
	{ "function", REPLY_FIELD_NONE, reply_function_members },
	MEMBER_END,
};

static const struct member reply_message_members[] = {
	{ "content", REPLY_FIELD_TEXT, 0 },
	{ "reasoning", REPLY_FIELD_TEXT, 0 },
	{ "reasoning_content", REPLY_FIELD_TEXT, 0 },
	{ "refusal", REPLY_FIELD_TEXT, 0 },
	{ "tool_calls", REPLY_FIELD_NONE, reply_call_members },
	MEMBER_END,
};

static const struct member reply_choice_members[] = {
	{ "message", REPLY_FIELD_NONE, reply_message_members },
	{ "delta", REPLY_FIELD_NONE, reply_message_members },
	{ "text", REPLY_FIELD_TEXT, 0 },
	{ "finish_reason", REPLY_FIELD_FINISH, 0 },
	MEMBER_END,
};

static const struct member reply_usage_members[] = {
	{ "prompt_tokens", REPLY_FIELD_INPUT, 0 },
	{ "completion_tokens", REPLY_FIELD_OUTPUT, 0 },
	MEMBER_END,
};

const struct member openai_chat_reply[] = {
	{ "choices", REPLY_FIELD_NONE, reply_choice_members },
	{ "usage", REPLY_FIELD_NONE, reply_usage_members },
	{ "error", REPLY_FIELD_ERROR, 0 },
	MEMBER_END,
};
