/*
 * Google generateContent and streamGenerateContent (the model is in the path), in both
 * spellings that its servers accept. Source: Gemini API reference, "Generating content".
 */
#include "api/members.h"

static const struct member blob_members[] = {
	{ "data", PROMPT_FIELD_IMAGE_BYTES, 0 },
	{ "fileUri", PROMPT_FIELD_IMAGE_BYTES, 0 },
	{ "file_uri", PROMPT_FIELD_IMAGE_BYTES, 0 },
	MEMBER_END,
};

static const struct member call_members[] = {
	{ "name", PROMPT_FIELD_CALL_NAME, 0 },
	{ "args", PROMPT_FIELD_ARGUMENTS, member_arguments },
	MEMBER_END,
};

static const struct member response_members[] = {
	{ "response", PROMPT_FIELD_RESULT, member_results },
	MEMBER_END,
};

static const struct member part_members[] = {
	{ "text", PROMPT_FIELD_TEXT, 0 },
	{ "inlineData", PROMPT_FIELD_IMAGE, blob_members },
	{ "inline_data", PROMPT_FIELD_IMAGE, blob_members },
	{ "fileData", PROMPT_FIELD_IMAGE, blob_members },
	{ "file_data", PROMPT_FIELD_IMAGE, blob_members },
	{ "functionCall", PROMPT_FIELD_NONE, call_members },
	{ "function_call", PROMPT_FIELD_NONE, call_members },
	{ "functionResponse", PROMPT_FIELD_RESULT_ONE, response_members },
	{ "function_response", PROMPT_FIELD_RESULT_ONE, response_members },
	{ "thoughtSignature", PROMPT_FIELD_SIGNATURE, 0 },
	{ "thought_signature", PROMPT_FIELD_SIGNATURE, 0 },
	MEMBER_END,
};

static const struct member content_members[] = {
	{ "role", PROMPT_FIELD_ROLE, 0 },
	{ "parts", PROMPT_FIELD_TEXT, part_members },
	MEMBER_END,
};

static const struct member system_part_members[] = {
	{ "text", PROMPT_FIELD_SYSTEM, 0 },
	MEMBER_END,
};

static const struct member system_members[] = {
	{ "parts", PROMPT_FIELD_SYSTEM, system_part_members },
	{ "text", PROMPT_FIELD_SYSTEM, 0 },
	MEMBER_END,
};

static const struct member thinking_members[] = {
	{ "thinkingBudget", PROMPT_FIELD_THINKING, 0 },
	{ "thinking_budget", PROMPT_FIELD_THINKING, 0 },
	{ "includeThoughts", PROMPT_FIELD_THINKING, 0 },
	{ "include_thoughts", PROMPT_FIELD_THINKING, 0 },
	{ "thinkingLevel", PROMPT_FIELD_THINKING, 0 },
	MEMBER_END,
};

static const struct member config_members[] = {
	{ "temperature", PROMPT_FIELD_TEMPERATURE, 0 },
	{ "topP", PROMPT_FIELD_TOP_P, 0 },
	{ "top_p", PROMPT_FIELD_TOP_P, 0 },
	{ "maxOutputTokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "max_output_tokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "candidateCount", PROMPT_FIELD_N, 0 },
	{ "candidate_count", PROMPT_FIELD_N, 0 },
	{ "responseMimeType", PROMPT_FIELD_STRUCTURED, 0 },
	{ "response_mime_type", PROMPT_FIELD_STRUCTURED, 0 },
	{ "responseSchema", PROMPT_FIELD_STRUCTURED, 0 },
	{ "response_schema", PROMPT_FIELD_STRUCTURED, 0 },
	{ "responseJsonSchema", PROMPT_FIELD_STRUCTURED, 0 },
	{ "responseLogprobs", PROMPT_FIELD_LOGPROBS, 0 },
	{ "thinkingConfig", PROMPT_FIELD_NONE, thinking_members },
	{ "thinking_config", PROMPT_FIELD_NONE, thinking_members },
	MEMBER_END,
};

static const struct member declaration_members[] = {
	{ "name", PROMPT_FIELD_TOOL_NAME, 0 },
	MEMBER_END,
};

static const struct member tool_members[] = {
	{ "functionDeclarations", PROMPT_FIELD_NONE, declaration_members },
	{ "function_declarations", PROMPT_FIELD_NONE, declaration_members },
	MEMBER_END,
};

const struct member google_generate_members[] = {
	{ "contents", PROMPT_FIELD_MESSAGE, content_members },
	{ "systemInstruction", PROMPT_FIELD_SYSTEM, system_members },
	{ "system_instruction", PROMPT_FIELD_SYSTEM, system_members },
	{ "generationConfig", PROMPT_FIELD_NONE, config_members },
	{ "generation_config", PROMPT_FIELD_NONE, config_members },
	{ "tools", PROMPT_FIELD_NONE, tool_members },
	MEMBER_END,
};

/* Replies: one object, or an array or stream of them. */

static const struct member reply_part_members[] = {
	{ "text", REPLY_FIELD_TEXT, 0 },
	{ "thoughtSignature", REPLY_FIELD_SIGNATURE, 0 },
	MEMBER_END,
};

static const struct member reply_content_members[] = {
	{ "parts", REPLY_FIELD_NONE, reply_part_members },
	MEMBER_END,
};

static const struct member reply_candidate_members[] = {
	{ "content", REPLY_FIELD_NONE, reply_content_members },
	{ "finishReason", REPLY_FIELD_FINISH, 0 },
	MEMBER_END,
};

static const struct member reply_usage_members[] = {
	{ "promptTokenCount", REPLY_FIELD_INPUT, 0 },
	{ "toolUsePromptTokenCount", REPLY_FIELD_CACHE_WRITE, 0 },
	{ "candidatesTokenCount", REPLY_FIELD_OUTPUT, 0 },
	{ "thoughtsTokenCount", REPLY_FIELD_THOUGHTS, 0 },
	MEMBER_END,
};

static const struct member reply_feedback_members[] = {
	{ "blockReason", REPLY_FIELD_FINISH, 0 },
	MEMBER_END,
};

const struct member google_generate_reply[] = {
	{ "candidates", REPLY_FIELD_NONE, reply_candidate_members },
	{ "usageMetadata", REPLY_FIELD_NONE, reply_usage_members },
	{ "promptFeedback", REPLY_FIELD_NONE, reply_feedback_members },
	{ "error", REPLY_FIELD_ERROR, 0 },
	MEMBER_END,
};
