#ifndef DOOR_H
#define DOOR_H

#include "base/fault.h"
#include "config/item.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/*
 * Listening sockets: TCP with SO_REUSEPORT (one a worker, the kernel shares the connections
 * out), unix sockets and sockets passed by systemd (one, duplicated for every worker). All are
 * non-blocking and close-on-exec. Main thread only.
 */
#define DOOR_NAME_BYTES 160

/*
 * Fills |fds| with |count| sockets that listen on |address|. Port 0 takes any free port, the
 * same for all. |is_v6_only| keeps a wildcard IPv6 socket off IPv4. A port that another process
 * listens on is a fault, even where SO_REUSEPORT would share it.
 */
int door_open(const struct config_address *address, bool is_v6_only, int *fds, size_t count,
    struct fault *fault);

/* Fills |fds| with |given|, which it takes, and duplicates of it. */
int door_adopt(int given, int *fds, size_t count, struct fault *fault);

/* "https://127.0.0.1:8443", "unix:/run/retort/x": where |fd| is bound. |scheme| may be NULL. */
const char *door_name(int fd, const char *scheme, char out[DOOR_NAME_BYTES]);

/* The socket address of a configured one; a host that is a name gives its first address. */
int door_address(const struct config_address *address, struct sockaddr_storage *at,
    socklen_t *at_bytes, struct fault *fault);
bool door_same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b);

#endif
