#ifndef CONFIG_DEFAULTS_H
#define CONFIG_DEFAULTS_H

#include "config/value.h"

/* Sets every key below |parent| (NULL: the whole file) that lies in |base| to its default;
 * items of lists are made, and filled, only when there are any. */
void defaults_fill(const struct config_key *parent, void *base, const struct value_room *room);

#endif
