#ifndef SCENARIO_H
#define SCENARIO_H

#include "base/fault.h"

#include <stdint.h>

/*
 * A scenario file: groups of accounts by their traits, and how long to run. Populations named
 * by `like` take their traits from tests/scenario/populations.yaml beside it, and change some.
 */
#define SCENARIO_GROUPS 48
#define SCENARIO_NAME   32

enum scenario_trait {
#define TRAIT(name, value, words) TRAIT_##name,
#include "sim_trait.def"
#undef TRAIT
	TRAIT_COUNT
};

struct scenario_group {
	char name[SCENARIO_NAME];  /* the look-alike class, or the pool's name */
	char label[SCENARIO_NAME]; /* of its exchanges in the report */
	double trait[TRAIT_COUNT];
};

struct scenario {
	char name[64];
	double warm_up_hours, hours;
	char stop_label[SCENARIO_NAME]; /* ends early when this label is proven; "": never */
	double stop_share;              /* or at this share of its volume; 0: no such end */
	int group_count;
	struct scenario_group groups[SCENARIO_GROUPS];
};

/* 0, or −1 with a fault. Populations are looked for in the same folder. */
int scenario_read(const char *path, struct scenario *scenario, struct fault *fault);

static inline double scenario_trait(
    const struct scenario_group *group, enum scenario_trait trait)
{
	return group->trait[trait];
}

#endif
