/*
 * OpenAI's legacy completions: a prompt, or several, each a user's turn. Prompts of token
 * numbers are counted nowhere. Source: OpenAI's API reference, "Create completion".
 */
#include "api/members.h"

const struct member openai_completions_members[] = {
	{ "model", PROMPT_FIELD_MODEL, 0 },
	{ "prompt", PROMPT_FIELD_MESSAGE, 0 },
	{ "max_tokens", PROMPT_FIELD_MAX_TOKENS, 0 },
	{ "temperature", PROMPT_FIELD_TEMPERATURE, 0 },
	{ "top_p", PROMPT_FIELD_TOP_P, 0 },
	{ "n", PROMPT_FIELD_N, 0 },
	{ "best_of", PROMPT_FIELD_N, 0 },
	{ "stream", PROMPT_FIELD_STREAM, 0 },
	{ "logprobs", PROMPT_FIELD_LOGPROBS, 0 },
	MEMBER_END,
};
