#ifndef CONFIG_PLACE_H
#define CONFIG_PLACE_H

#include "config/settings.h"

/*
 * Where settings stood in the file, by their address in memory: so that a fault found after
 * reading still has its line and column.
 */
/* A section's place is its flag's, a list's is its pointer's. */
void place_mark(struct config *config, const void *field, struct config_place place);

struct config_place place_of(const struct config *config, const void *field);

void place_fini(struct config *config);

#endif
