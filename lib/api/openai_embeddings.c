/*
 * OpenAI embeddings: texts without a reply in words. Source: OpenAI's API reference, "Create
 * embeddings".
 */
#include "api/members.h"

const struct member openai_embeddings_members[] = {
	{ "model", PROMPT_FIELD_MODEL, 0 },
	{ "input", PROMPT_FIELD_MESSAGE, 0 },
	MEMBER_END,
};
