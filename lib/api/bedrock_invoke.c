/*
 * Bedrock invoke: each maker's own body behind one path. Read as Anthropic's messages, with the
 * members of Titan, Llama and Mistral beside them. Source: Amazon Bedrock user guide,
 * "Inference request parameters and response fields".
 */
#include "api/anthropic_messages.h"

static const struct member titan_members[] = {
	{ "maxTokenCount", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "temperature", PROMPT_FIELD_TEMPERATURE, 0 },
	{ "topP", PROMPT_FIELD_TOP_P, 0 },
	MEMBER_END,
};

const struct member bedrock_invoke_members[] = {
	{ "messages", PROMPT_FIELD_MESSAGE, anthropic_messages_message },
	{ "system", PROMPT_FIELD_SYSTEM, anthropic_messages_system },
	{ "max_tokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "temperature", PROMPT_FIELD_TEMPERATURE, 0 },
	{ "top_p", PROMPT_FIELD_TOP_P, 0 },
	{ "tools", PROMPT_FIELD_NONE, anthropic_messages_tool },
	{ "thinking", PROMPT_FIELD_NONE, anthropic_messages_thinking },
	{ "prompt", PROMPT_FIELD_MESSAGE, 0 },
	{ "max_gen_len", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "inputText", PROMPT_FIELD_MESSAGE, 0 },
	{ "textGenerationConfig", PROMPT_FIELD_NONE, titan_members },
	MEMBER_END,
};
