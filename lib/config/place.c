/*
 * The places of settings, one mark each, looked up only when something is wrong. They live as
 * long as their configuration.
 */
#include "config/place.h"

#include "base/xalloc.h"

#include <stdlib.h>

struct config_mark {
	const void *field;
	struct config_place place;
};

void place_mark(struct config *config, const void *field, struct config_place place)
{
	if (config->mark_count == config->mark_room) {
		config->mark_room = config->mark_room ? 2 * config->mark_room : 64;
		config->marks = xalloc_grow(
		    config->marks, config->mark_room, sizeof(*config->marks));
	}
	config->marks[config->mark_count++] = (struct config_mark){ field, place };
}

struct config_place place_of(const struct config *config, const void *field)
{
	for (size_t i = config->mark_count; i > 0; i--)
		if (config->marks[i - 1].field == field)
			return config->marks[i - 1].place;
	return (struct config_place){ 0 };
}

void place_fini(struct config *config)
{
	free(config->marks);
	config->marks = NULL;
	config->mark_count = config->mark_room = 0;
}
