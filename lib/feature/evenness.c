/*
 * Unrelated users take wildly different times to the same depth; accounts under one balancer
 * take the same. Compared in logarithms with the mean of the members who were here before.
 */
#include "feature/features.h"

#include <math.h>

#define ENOUGH 8

uint8_t evenness_level(const struct feature_view *view)
{
	static const float bounds[] = { -2, -1, -0.35f, 0.35f, 1, 2 };
	const struct sketch_pace *pace = view->sketch->paces + view->depth;

	if (pace->n < ENOUGH)
		return 0;
	return feature_grade(logf((float)view->age_s + 128) - pace->ln_s, bounds, 6);
}
