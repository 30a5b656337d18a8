/*
 * Opening listeners. What fails here fails before the first connection is accepted, with the
 * address in the fault. It must never take a port over from a daemon that still runs.
 */
#include "door.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096 /* the kernel lowers it to net.core.somaxconn */

static int unix_address(const struct config_address *address, struct sockaddr_storage *at,
    socklen_t *at_bytes, struct fault *fault)
{
	struct sockaddr_un *un = (struct sockaddr_un *)at;

	if (strlen(address->path) >= sizeof(un->sun_path))
		return fault_say(fault, "%s: the path of a unix socket has at most %zu bytes",
		    address->text, sizeof(un->sun_path) - 1);
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, address->path, strlen(address->path) + 1);
	*at_bytes = sizeof(*un);
	return 0;
}

int door_address(const struct config_address *address, struct sockaddr_storage *at,
    socklen_t *at_bytes, struct fault *fault)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found;
	char port[8];
	int error;

	memset(at, 0, sizeof(*at));
	if (address->path)
		return unix_address(address, at, at_bytes, fault);
	snprintf(port, sizeof(port), "%u", address->port);
	error = getaddrinfo(address->host, port, &hints, &found);
	if (error)
		return fault_say(fault, "%s: %s", address->text, gai_strerror(error));
	memcpy(at, found->ai_addr, found->ai_addrlen);
	*at_bytes = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

bool door_same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *a4 = (const void *)a, *b4 = (const void *)b;
	const struct sockaddr_in6 *a6 = (const void *)a, *b6 = (const void *)b;
	const struct sockaddr_un *au = (const void *)a, *bu = (const void *)b;

	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return a4->sin_port == b4->sin_port &&
		       a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	if (a->ss_family == AF_INET6)
		return a6->sin6_port == b6->sin6_port &&
		       memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
	return a->ss_family == AF_UNIX &&
	       strncmp(au->sun_path, bu->sun_path, sizeof(au->sun_path)) == 0;
}

static int say(struct fault *fault, const struct config_address *address)
{
	return fault_say(fault, "%s: %s", address->text, strerror(errno));
}

/* A bound socket, or -1 with errno. */
static int bind_socket(
    const struct sockaddr_storage *at, socklen_t at_bytes, bool is_v6_only, bool is_shared)
{
	int fd = socket(at->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1, only = is_v6_only;

	if (fd < 0)
		return -1;
	if (at->ss_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (is_shared)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
	if (at->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	if (bind(fd, (const struct sockaddr *)at, at_bytes)) {
		int saved_errno = errno;

		close(fd);
		errno = saved_errno;
		return -1;
	}
	return fd;
}

static void close_all(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

/* SO_REUSEPORT would silently share the port with another daemon of the same user. A socket
 * without it is refused where somebody listens. */
static bool is_free(const struct sockaddr_storage *at, socklen_t at_bytes, bool is_v6_only)
{
	int fd = bind_socket(at, at_bytes, is_v6_only, false);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int open_tcp(const struct config_address *address, bool is_v6_only, int *fds,
    size_t count, struct fault *fault)
{
	struct sockaddr_storage at;
	socklen_t at_bytes = 0;

	if (door_address(address, &at, &at_bytes, fault))
		return -1;
	if (address->port && !is_free(&at, at_bytes, is_v6_only))
		return say(fault, address);
	for (size_t i = 0; i < count; i++) {
		fds[i] = bind_socket(&at, at_bytes, is_v6_only, true);
		if (fds[i] < 0) {
			say(fault, address);
			close_all(fds, i);
			return -1;
		}
		getsockname(
		    fds[i], (struct sockaddr *)&at, &at_bytes); /* port 0: the first picks */
	}
	for (size_t i = 0; i < count; i++) {
		if (listen(fds[i], BACKLOG)) {
			say(fault, address);
			close_all(fds, count);
			return -1;
		}
	}
	return 0;
}

/* A socket file that nobody listens on was left by a process that died. */
static void remove_stale(const struct sockaddr_storage *at, socklen_t at_bytes)
{
	const struct sockaddr_un *un = (const void *)at;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (connect(fd, (const struct sockaddr *)at, at_bytes) && errno == ECONNREFUSED)
		unlink(un->sun_path);
	close(fd);
}

/* The owner and the group may connect, nobody else. */
static int open_unix(
    const struct config_address *address, int *fds, size_t count, struct fault *fault)
{
	struct sockaddr_storage at;
	socklen_t at_bytes = 0;
	mode_t old;
	int fd;

	if (door_address(address, &at, &at_bytes, fault))
		return -1;
	remove_stale(&at, at_bytes);
	old = umask(0117);
	fd = bind_socket(&at, at_bytes, false, false);
	umask(old);
	if (fd < 0 || listen(fd, BACKLOG)) {
		say(fault, address);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return door_adopt(fd, fds, count, fault);
}

int door_open(const struct config_address *address, bool is_v6_only, int *fds, size_t count,
    struct fault *fault)
{
	return address->path ? open_unix(address, fds, count, fault)
			     : open_tcp(address, is_v6_only, fds, count, fault);
}

int door_adopt(int given, int *fds, size_t count, struct fault *fault)
{
	fcntl(given, F_SETFL, fcntl(given, F_GETFL) | O_NONBLOCK);
	fds[0] = given;
	for (size_t i = 1; i < count; i++) {
		fds[i] = fcntl(given, F_DUPFD_CLOEXEC, 0);
		if (fds[i] < 0) {
			fault_say(fault, "a listening socket: %s", strerror(errno));
			close_all(fds, i);
			return -1;
		}
	}
	return 0;
}

const char *door_name(int fd, const char *scheme, char out[DOOR_NAME_BYTES])
{
	struct sockaddr_storage at = { 0 };
	socklen_t at_bytes = sizeof(at);
	char host[INET6_ADDRSTRLEN] = "", port[8] = "";
	const char *between = scheme ? "://" : "";

	scheme = scheme ? scheme : "";
	getsockname(fd, (struct sockaddr *)&at, &at_bytes);
	if (at.ss_family == AF_UNIX) {
		snprintf(
		    out, DOOR_NAME_BYTES, "unix:%s", ((struct sockaddr_un *)&at)->sun_path);
		return out;
	}
	getnameinfo((struct sockaddr *)&at, at_bytes, host, sizeof(host), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(out, DOOR_NAME_BYTES, at.ss_family == AF_INET6 ? "%s%s[%s]:%s" : "%s%s%s:%s",
	    scheme, between, host, port);
	return out;
}
