/*
 * Bedrock converse and converse-stream (the model is in the path). Source: Amazon Bedrock API
 * reference, "Converse".
 */
#include "api/members.h"

static const struct member bytes_members[] = {
	{ "bytes", PROMPT_FIELD_IMAGE_BYTES, 0 },
	MEMBER_END,
};

static const struct member image_members[] = {
	{ "source", PROMPT_FIELD_NONE, bytes_members },
	MEMBER_END,
};

static const struct member use_members[] = {
	{ "name", PROMPT_FIELD_CALL_NAME, 0 },
	{ "input", PROMPT_FIELD_ARGUMENTS, member_arguments },
	MEMBER_END,
};

static const struct member result_content_members[] = {
	{ "text", PROMPT_FIELD_RESULT, 0 },
	{ "json", PROMPT_FIELD_RESULT, member_results },
	{ "image", PROMPT_FIELD_IMAGE, image_members },
	MEMBER_END,
};

static const struct member result_members[] = {
	{ "content", PROMPT_FIELD_NONE, result_content_members },
	MEMBER_END,
};

static const struct member reasoning_text_members[] = {
	{ "signature", PROMPT_FIELD_SIGNATURE, 0 },
	MEMBER_END,
};

static const struct member reasoning_members[] = {
	{ "reasoningText", PROMPT_FIELD_NONE, reasoning_text_members },
	{ "redactedContent", PROMPT_FIELD_SIGNATURE, 0 },
	MEMBER_END,
};

static const struct member block_members[] = {
	{ "text", PROMPT_FIELD_TEXT, 0 },
	{ "image", PROMPT_FIELD_IMAGE, image_members },
	{ "document", PROMPT_FIELD_IMAGE, image_members },
	{ "video", PROMPT_FIELD_IMAGE, image_members },
	{ "toolUse", PROMPT_FIELD_NONE, use_members },
	{ "toolResult", PROMPT_FIELD_RESULT_ONE, result_members },
	{ "reasoningContent", PROMPT_FIELD_NONE, reasoning_members },
	MEMBER_END,
};

static const struct member message_members[] = {
	{ "role", PROMPT_FIELD_ROLE, 0 },
	{ "content", PROMPT_FIELD_NONE, block_members },
	MEMBER_END,
};

static const struct member system_members[] = {
	{ "text", PROMPT_FIELD_SYSTEM, 0 },
	MEMBER_END,
};

static const struct member config_members[] = {
	{ "maxTokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "temperature", PROMPT_FIELD_TEMPERATURE, 0 },
	{ "topP", PROMPT_FIELD_TOP_P, 0 },
	MEMBER_END,
};

static const struct member spec_members[] = {
	{ "name", PROMPT_FIELD_TOOL_NAME, 0 },
	MEMBER_END,
};

static const struct member tool_members[] = {
	{ "toolSpec", PROMPT_FIELD_NONE, spec_members },
	MEMBER_END,
};

static const struct member tools_members[] = {
	{ "tools", PROMPT_FIELD_NONE, tool_members },
	MEMBER_END,
};

const struct member bedrock_converse_members[] = {
	{ "messages", PROMPT_FIELD_MESSAGE, message_members },
	{ "system", PROMPT_FIELD_SYSTEM, system_members },
	{ "inferenceConfig", PROMPT_FIELD_NONE, config_members },
	{ "toolConfig", PROMPT_FIELD_NONE, tools_members },
	MEMBER_END,
};

/* Replies: a message whole; streams come in binary frames that nobody here reads. */

static const struct member reply_signed_members[] = {
	{ "text", REPLY_FIELD_TEXT, 0 },
	{ "signature", REPLY_FIELD_SIGNATURE, 0 },
	MEMBER_END,
};

static const struct member reasoning_reply_members[] = {
	{ "reasoningText", REPLY_FIELD_NONE, reply_signed_members },
	MEMBER_END,
};

static const struct member reply_block_members[] = {
	{ "text", REPLY_FIELD_TEXT, 0 },
	{ "reasoningContent", REPLY_FIELD_NONE, reasoning_reply_members },
	MEMBER_END,
};

static const struct member reply_message_members[] = {
	{ "content", REPLY_FIELD_NONE, reply_block_members },
	MEMBER_END,
};

static const struct member reply_output_members[] = {
	{ "message", REPLY_FIELD_NONE, reply_message_members },
	MEMBER_END,
};

static const struct member reply_usage_members[] = {
	{ "inputTokens", REPLY_FIELD_INPUT, 0 },
	{ "cacheReadInputTokens", REPLY_FIELD_CACHE_READ, 0 },
	{ "cacheWriteInputTokens", REPLY_FIELD_CACHE_WRITE, 0 },
	{ "outputTokens", REPLY_FIELD_OUTPUT, 0 },
	MEMBER_END,
};

const struct member bedrock_converse_reply[] = {
	{ "output", REPLY_FIELD_NONE, reply_output_members },
	{ "usage", REPLY_FIELD_NONE, reply_usage_members },
	{ "stopReason", REPLY_FIELD_FINISH, 0 },
	MEMBER_END,
};
