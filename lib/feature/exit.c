/*
 * Whether an unrelated member came out of the same prefix lately. Proxies and pools share
 * exits, and so do campuses and offices: worth little alone, which is what the references are
 * for.
 */
#include "cohort/sketch.h"
#include "feature/features.h"

uint8_t exit_level(const struct feature_view *view)
{
	uint64_t prefix = view->facts->prefix;

	if (!prefix)
		return 0;
	return sketch_other(view->sketch->exits, 128, prefix, view->facts->owner) ? 2 : 1;
}
