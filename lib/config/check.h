#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/config.h"

/*
 * What keys demand of each other, after each was read by itself. A fault is what could not work
 * or would do the opposite of what is written; a warning is what works, but not as its writer
 * may think.
 */

/* Listeners, upstreams, routes; and the values that follow from others: a lone certificate
 * moves into the list, one upstream needs no route. */
void check_traffic(struct config *config, struct config_faults *faults);

/* Identity, store, limits, detection, admin. */
void check_policy(const struct config *config, struct config_faults *faults);

#endif
