#ifndef LIMIT_LIMIT_RULES_H
#define LIMIT_LIMIT_RULES_H

#include "limit/limit.h"

/* What a set is made of; for the rooms limit_set and limit only. */
#define LIMIT_WINDOW_LEAST_US 1000ull
#define LIMIT_WINDOW_MOST_US  (400ull * 86400 * 1000000)

struct limit_set {
	uint64_t seed;
	size_t count;
	struct limit_rule rules[LIMIT_RULES_MOST];
};

#endif
