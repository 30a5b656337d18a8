#ifndef FEATURE_FEATURES_H
#define FEATURE_FEATURES_H

#include "cohort/account.h"
#include "cohort/cohorts.h"
#include "cohort/rarity.h"

/*
 * What a feature may look at: one exchange of one member that has just reached a depth, and
 * what was known before it. A feature is a pure function of this and keeps nothing.
 */
struct feature_view {
	const struct facts *facts;
	const struct prompt_facts *prompt;
	const struct account *account; /* before this exchange; |exchanges| 0: its first */
	const struct cohort *cohort;
	const struct sketch *sketch;
	const struct rarity *rarity;
	uint32_t began_s; /* when watching began: nobody is known to be older */
	uint32_t count;   /* the member's exchanges in the cohort, with this one */
	uint32_t age_s;   /* since the member's first one in the cohort */
	int depth;        /* index into |feature_depths| */
};

#define FEATURE_LEVELS 8 /* 0: nothing to say */

typedef uint8_t feature_level_fn(const struct feature_view *view);

struct feature {
	const char *name, *words;
	feature_level_fn *level;
	int first_depth; /* index: it says nothing before it */
	float most;      /* nats that a level of it may be worth */
};

enum feature_id {
#define FEATURE(file, first_depth, most, words) FEATURE_##file,
#include "feature/features.def"
#undef FEATURE
	FEATURE_COUNT
};
_Static_assert(FEATURE_COUNT <= COHORT_REASONS, "a cohort sums the nats of each");

#define FEATURE(file, first_depth, most, words) feature_level_fn file##_level;
#include "feature/features.def"
#undef FEATURE

extern const struct feature features[FEATURE_COUNT];
extern const uint32_t feature_depths[COHORT_DEPTHS]; /* 1, 4, 16, 64 */

/* The index of the depth that |count| is, or −1. */
int feature_depth_of(uint32_t count);

/* The level of every feature. */
void feature_levels(const struct feature_view *view, uint8_t levels[FEATURE_COUNT]);

/* Where |value| stands among |count| rising bounds: 1 below the first, |count| + 1 from the
 * last on. */
uint8_t feature_grade(float value, const float *bounds, int count);

#endif
