/*
 * Heavy tails again, in counts: a heavy user reaches a depth long before the mean does, a
 * balanced pool reaches it together.
 */
#include "feature/features.h"

#include <math.h>

uint8_t portion_level(const struct feature_view *view)
{
	static const float bounds[] = { -2, -1, -0.4f, 0.4f, 1, 2 };
	float mean = (float)view->cohort->exchanges / (float)(view->cohort->members + 1);

	return feature_grade(logf((float)view->count / (mean + 0.01f)), bounds, 6);
}
