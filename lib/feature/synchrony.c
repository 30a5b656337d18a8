/*
 * How busy the cohort is in this minute against its last hour. Weak: a steady pool stays near
 * one, classes and launches do not.
 */
#include "feature/features.h"

uint8_t synchrony_level(const struct feature_view *view)
{
	static const float bounds[] = { 0.25f, 0.75f, 1.5f, 3, 8 };
	const struct sketch *sketch = view->sketch;
	uint32_t minute = (uint32_t)(view->facts->at_us / 60000000), sum = 0;
	uint32_t lived = minute - view->cohort->born_s / 60; /* full minutes */

	for (int i = 0; i < 60; i++)
		sum += sketch->minutes[i];
	if (minute - sketch->minute >= 60 || sum < 30 || lived < 10)
		return 0;
	return feature_grade((minute == sketch->minute ? sketch->minutes[minute % 60] : 0) *
				 (float)(lived < 60 ? lived : 60) / (float)sum,
	    bounds, 5);
}
