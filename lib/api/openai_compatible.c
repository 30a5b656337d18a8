/*
 * The default: a JSON body on a path that no row knows. Servers that call themselves compatible
 * (vLLM, llama.cpp, TGI, OpenRouter and private gateways) differ in paths more than in members.
 */
#include "api/openai_chat.h"

const struct member openai_compatible_members[] = {
	{ "model", PROMPT_FIELD_MODEL, 0 },
	{ "messages", PROMPT_FIELD_MESSAGE, openai_chat_message },
	{ "system", PROMPT_FIELD_SYSTEM, 0 },
	{ "prompt", PROMPT_FIELD_MESSAGE, 0 },
	{ "inputs", PROMPT_FIELD_MESSAGE, 0 },
	{ "max_tokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "max_completion_tokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "n_predict", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "temperature", PROMPT_FIELD_TEMPERATURE, 0 },
	{ "top_p", PROMPT_FIELD_TOP_P, 0 },
	{ "n", PROMPT_FIELD_N, 0 },
	{ "best_of", PROMPT_FIELD_N, 0 },
	{ "stream", PROMPT_FIELD_STREAM, 0 },
	{ "logprobs", PROMPT_FIELD_LOGPROBS, 0 },
	{ "tools", PROMPT_FIELD_NONE, openai_chat_tool },
	{ "response_format", PROMPT_FIELD_NONE, openai_chat_format },
	{ "reasoning_effort", PROMPT_FIELD_THINKING, 0 },
	{ "reasoning", PROMPT_FIELD_NONE, openai_chat_reasoning },
	MEMBER_END,
};
