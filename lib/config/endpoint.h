#ifndef CONFIG_ENDPOINT_H
#define CONFIG_ENDPOINT_H

#include "base/arena.h"
#include "config/item.h"

/*
 * Where something listens or is reached, as text: taken apart here, resolved by nobody here.
 * Each reader returns NULL, or in words what it wanted instead; the parts are copied to
 * |arena|, which must have room.
 */

/* "host:port", "[IPv6]:port" or "unix:/path"; port 0 is allowed. */
const char *endpoint_read_address(
    struct bytes text, struct arena *arena, struct config_address *address);

/* "http://host", "https://host:port", IPv6 in brackets; "/" may follow, and nothing else: no
 * path, no query, no user. */
const char *endpoint_read_url(struct bytes text, struct arena *arena, struct config_url *url);

/* A host name (RFC 1123 with '_') or a literal address without brackets. */
bool endpoint_is_host(struct bytes text);

/* Whether only this machine can reach it: a unix socket, 127/8, ::1 or "localhost". */
bool endpoint_is_local(const struct config_address *address);

#endif
