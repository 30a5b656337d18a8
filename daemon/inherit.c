/*
 * Socket activation: systemd holds the ports, so a restart refuses nobody. Sockets are told
 * apart by what they are bound to, never by their order.
 */
#include "inherit.h"

#include "base/xalloc.h"
#include "door.h"
#include "log.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

struct inherit {
	int count;
	int *fds; /* -1 = taken */
};

struct inherit *inherit_new(void)
{
	struct inherit *inherit = xalloc(sizeof(*inherit));
	int count = sd_listen_fds(1);

	if (count <= 0)
		return inherit;
	inherit->fds = xalloc_array((size_t)count, sizeof(*inherit->fds));
	for (int i = 0; i < count; i++)
		if (sd_is_socket(SD_LISTEN_FDS_START + i, AF_UNSPEC, SOCK_STREAM, 1) > 0)
			inherit->fds[inherit->count++] = SD_LISTEN_FDS_START + i;
	return inherit;
}

static bool is_bound_to(int fd, const struct config_address *address)
{
	struct sockaddr_storage bound = { 0 }, wanted;
	socklen_t bound_bytes = sizeof(bound), wanted_bytes;
	struct fault fault;

	if (getsockname(fd, (struct sockaddr *)&bound, &bound_bytes) ||
	    door_address(address, &wanted, &wanted_bytes, &fault))
		return false;
	return door_same_address(&bound, &wanted);
}

int inherit_take(struct inherit *inherit, const struct config_address *address)
{
	for (int i = 0; i < inherit->count; i++) {
		int fd = inherit->fds[i];

		if (fd >= 0 && is_bound_to(fd, address)) {
			inherit->fds[i] = -1;
			return fd;
		}
	}
	return -1;
}

void inherit_free(struct inherit *inherit)
{
	for (int i = 0; i < inherit->count; i++) {
		char name[DOOR_NAME_BYTES];

		if (inherit->fds[i] < 0)
			continue;
		log_say(LOG_LEVEL_WARNING, "control",
		    "systemd passed a socket at %s that no listener of the configuration names",
		    door_name(inherit->fds[i], NULL, name));
		close(inherit->fds[i]);
	}
	free(inherit->fds);
	free(inherit);
}
