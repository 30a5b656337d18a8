/*
 * What the prompt asks the model to show: a weak reason alone, for graders and students ask the
 * same.
 */
#include "feature/features.h"

uint8_t elicitation_level(const struct feature_view *view)
{
	unsigned bits = view->prompt->elicitation;

	if (view->prompt->state == PROMPT_ABSENT || view->prompt->state == PROMPT_OPAQUE)
		return 0;
	if (!bits)
		return 1;
	if (bits & (bits - 1))
		return 6;
	if (bits & (PROMPT_ELICIT_RESTATE | PROMPT_ELICIT_TAGS))
		return 3;
	return bits & PROMPT_ELICIT_RUBRIC ? 4 : bits & PROMPT_ELICIT_REASONING ? 2 : 5;
}
