/*
 * Slots for limits' counters. A name that has gone keeps its slot while there are others, so
 * that it finds its counter again when it comes back.
 */
#include "metric_slots.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static bool is_configured(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->limit_count; i++)
		if (strcmp(config->limits[i].name, name) == 0)
			return true;
	return false;
}

static int find_own(const struct metric_slots *slots, const char *name)
{
	for (int i = 0; i < METRICS_RULES; i++)
		if (slots->names[i] && strcmp(slots->names[i], name) == 0)
			return i;
	return -1;
}

/* There are as many slots as limits: one is free, or its limit has gone. */
static int find_other(const struct metric_slots *slots, const struct config *config)
{
	int gone = 0;

	for (int i = METRICS_RULES - 1; i >= 0; i--)
		if (slots->names[i] && !is_configured(config, slots->names[i]))
			gone = i;
	for (int i = 0; i < METRICS_RULES; i++)
		if (!slots->names[i])
			return i;
	return gone;
}

void metric_slots_init(struct metric_slots *slots, const struct metric_slots *previous,
    const struct config *config)
{
	memset(slots, 0, sizeof(*slots));
	for (int i = 0; previous && i < METRICS_RULES; i++)
		slots->names[i] = xalloc_text(previous->names[i]);
	for (size_t i = 0; i < config->limit_count && i < METRICS_RULES; i++) {
		const char *name = config->limits[i].name;
		int slot = find_own(slots, name);

		if (slot < 0) {
			slot = find_other(slots, config);
			free(slots->names[slot]);
			slots->names[slot] = xalloc_text(name);
		}
		slots->of_rule[i] = (uint8_t)slot;
	}
}

void metric_slots_fini(struct metric_slots *slots)
{
	for (int i = 0; i < METRICS_RULES; i++)
		free(slots->names[i]);
	memset(slots, 0, sizeof(*slots));
}
