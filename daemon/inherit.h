#ifndef INHERIT_H
#define INHERIT_H

#include "config/item.h"

/*
 * Listening sockets that systemd opened for us (sd_listen_fds(3)). A socket belongs to the
 * configured address that it is bound to; its name in the unit does not matter. Main thread
 * only, at start.
 */
struct inherit;

/* What $LISTEN_FDS names; empty when there is none. */
struct inherit *inherit_new(void);

/* The socket bound to |address|, now the caller's, or -1. */
int inherit_take(struct inherit *inherit, const struct config_address *address);

/* Closes what nobody took, with a warning each. */
void inherit_free(struct inherit *inherit);

#endif
