/*
 * A work queue never gives two accounts the same item; unrelated users of a public set or of a
 * notebook send each other's items all the time.
 */
#include "cohort/sketch.h"
#include "feature/features.h"

uint8_t payload_level(const struct feature_view *view)
{
	uint64_t payload = view->prompt->payload;

	if (!payload)
		return 0;
	return sketch_other(view->sketch->payloads, 256, payload, view->facts->owner) ? 2 : 1;
}
