#ifndef CLIENT_DOOR_H
#define CLIENT_DOOR_H

#include "client.h"

/*
 * What stands before the first protocol of a connection: the PROXY header of a trusted
 * balancer.
 */

/* Whether this listener and this peer begin with one. */
bool client_door_expects_header(const struct client *client);

/* Reads it, no byte more, and lets the connection begin; a bad one closes it. */
void client_door_readable(struct client *client);

#endif
