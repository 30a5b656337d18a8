/*
 * The shape of collecting: one turn, as much output as there is, several samples, and never the
 * result of a tool.
 */
#include "feature/features.h"

uint8_t harvest_level(const struct feature_view *view)
{
	const struct prompt_facts *prompt = view->prompt;
	int signs = 0;

	if (prompt->state == PROMPT_ABSENT || prompt->state == PROMPT_OPAQUE)
		return 0;
	signs += (prompt->flags & PROMPT_SINGLE_TURN) != 0;
	signs += (prompt->flags & (PROMPT_LARGE_OUTPUT | PROMPT_THINKING)) != 0;
	signs += (prompt->flags & (PROMPT_MANY_SAMPLES | PROMPT_LOGPROBS)) != 0;
	signs += !view->account->toolful && !prompt->tool_results;
	signs += !view->account->multi_turn && prompt->user_turns <= 1;
	return (uint8_t)(signs + 1);
}
