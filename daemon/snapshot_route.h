#ifndef SNAPSHOT_ROUTE_H
#define SNAPSHOT_ROUTE_H

#include "snapshot.h"

/* The routes of |config|, whose upstreams exist, most specific first; the caller frees them. A
 * dialect that nobody knows is appended to |faults|. */
struct snapshot_route *snapshot_route_table(
    const struct config *config, struct config_list *faults);

#endif
