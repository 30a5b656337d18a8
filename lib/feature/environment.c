/*
 * Working directories, hosts and repositories that agents write into prompts belong to one
 * machine. Seen at unrelated accounts they speak for one machine behind both, or for a common
 * container.
 */
#include "cohort/sketch.h"
#include "feature/features.h"

uint8_t environment_level(const struct feature_view *view)
{
	uint64_t environment = view->prompt->environment;

	if (!environment)
		return 0;
	return sketch_other(view->sketch->environments, 64, environment, view->facts->owner)
		   ? 2
		   : 1;
}
