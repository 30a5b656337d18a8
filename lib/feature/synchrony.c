/*
 * How busy the cohort is in this minute against its last hour. Weak: a steady pool stays near
 * one, classes and launches do not.
 */
#include "cohort/sketch.h"
#include "feature/features.h"

uint8_t synchrony_level(const struct feature_view *view)
{
	static const float bounds[] = { 0.25f, 0.75f, 1.5f, 3, 8 };
	const struct sketch *sketch = view->sketch;
	uint32_t now_s = (uint32_t)(view->facts->at_us / 1000000), minute = now_s / 60;
	uint32_t lived = minute - view->cohort->born_s / 60; /* full minutes */
	uint32_t sum = lived < 10 ? 0 : sketch_hour(sketch, now_s);

	if (sum < 30)
		return 0;
	return feature_grade((minute == sketch->minute ? sketch->minutes[minute % 60] : 0) *
				 (float)(lived < 60 ? lived : 60) / (float)sum,
	    bounds, 5);
}
