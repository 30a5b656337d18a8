/*
 * The table of features. It knows no weights and no references: a level has no meaning here.
 */
#include "feature/features.h"

const struct feature features[FEATURE_COUNT] = {
#define FEATURE(file, first, nats, text)                                                       \
	[FEATURE_##file] = { #file, text, file##_level, first, nats },
#include "feature/features.def"
#undef FEATURE
};

const uint32_t feature_depths[COHORT_DEPTHS] = { 1, 4, 16, 64 };

int feature_depth_of(uint32_t count)
{
	for (int i = 0; i < COHORT_DEPTHS; i++)
		if (feature_depths[i] == count)
			return i;
	return -1;
}

void feature_levels(const struct feature_view *view, uint8_t levels[FEATURE_COUNT])
{
	for (int i = 0; i < FEATURE_COUNT; i++)
		levels[i] = view->depth < features[i].first_depth ? 0 : features[i].level(view);
}

uint8_t feature_grade(float value, const float *bounds, int count)
{
	int level = 1;

	while (level <= count && value >= bounds[level - 1])
		level++;
	return (uint8_t)level;
}
