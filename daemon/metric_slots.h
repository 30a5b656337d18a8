#ifndef METRIC_SLOTS_H
#define METRIC_SLOTS_H

#include "config/settings.h"
#include "metrics/metrics.h"

/*
 * Which slot of a metric that is labelled by limit belongs to which limit: by name, for as long
 * as the process lives. A reload may move limits about in the file; their counters must not
 * change hands with it.
 */
struct metric_slots {
	char *names[METRICS_RULES];     /* by slot; owned; NULL = not yet anybody's */
	uint8_t of_rule[METRICS_RULES]; /* by the limit's number in the configuration */
};

/* |previous| may be NULL. A new name takes a free slot, else one whose limit has gone. */
void metric_slots_init(struct metric_slots *slots, const struct metric_slots *previous,
    const struct config *config);
void metric_slots_fini(struct metric_slots *slots);

#endif
