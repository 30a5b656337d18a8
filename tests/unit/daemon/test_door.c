/* Listening sockets: shared ports, taken ports, unix sockets, and those that systemd passes. */
#include "door.h"

#include "inherit.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#define LOOPBACK                                                                               \
	(struct config_address)                                                                \
	{                                                                                      \
		.text = "127.0.0.1:0", .host = "127.0.0.1"                                     \
	}

static struct fault fault;
static char name[DOOR_NAME_BYTES];

static void close_fds(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

static uint16_t port_of(int fd)
{
	const char *text = door_name(fd, NULL, name);

	return (uint16_t)atoi(strrchr(text, ':') + 1);
}

START_TEST(every_worker_gets_its_own_socket_on_one_free_port)
{
	struct config_address address = LOOPBACK;
	int fds[3];

	ck_assert_int_eq(door_open(&address, false, fds, 3, &fault), 0);
	ck_assert_uint_ne(port_of(fds[0]), 0);
	ck_assert_uint_eq(port_of(fds[0]), port_of(fds[1]));
	ck_assert_uint_eq(port_of(fds[0]), port_of(fds[2]));
	for (int i = 0; i < 3; i++) {
		int is_listening = 0;
		socklen_t bytes = sizeof(is_listening);

		getsockopt(fds[i], SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &bytes);
		ck_assert(is_listening);
		ck_assert(fcntl(fds[i], F_GETFL) & O_NONBLOCK);
		ck_assert(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
	}
	ck_assert_ptr_nonnull(strstr(door_name(fds[0], "https", name), "https://127.0.0.1:"));
	close_fds(fds, 3);
}
END_TEST

START_TEST(a_port_that_somebody_listens_on_is_refused)
{
	struct config_address address = LOOPBACK;
	int fds[2], others[2];

	ck_assert_int_eq(door_open(&address, false, fds, 2, &fault), 0);
	address.port = port_of(fds[0]);
	ck_assert_int_eq(door_open(&address, false, others, 2, &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.text, strerror(EADDRINUSE)));
	close_fds(fds, 2);
	ck_assert_int_eq(door_open(&address, false, others, 2, &fault), 0);
	close_fds(others, 2);
}
END_TEST

START_TEST(ipv6_has_brackets_in_its_name)
{
	struct config_address address = { .text = "[::1]:0", .host = "::1" };
	int fd;

	ck_assert_int_eq(door_open(&address, true, &fd, 1, &fault), 0);
	ck_assert_ptr_nonnull(strstr(door_name(fd, "http", name), "http://[::1]:"));
	close(fd);
}
END_TEST

START_TEST(a_host_that_is_none_is_a_fault_with_the_address)
{
	struct config_address address = { .text = "nowhere.invalid:80",
		.host = "nowhere.invalid" };
	int fd;

	ck_assert_int_eq(door_open(&address, true, &fd, 1, &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.text, "nowhere.invalid:80: "));
}
END_TEST

START_TEST(a_unix_socket_replaces_a_stale_file_but_not_a_living_one)
{
	char folder[] = "/tmp/retort-door-XXXXXX", path[100], text[120];
	struct config_address address = { .text = text, .path = path };
	struct stat status;
	int fds[2], other;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/x.sock", folder);
	snprintf(text, sizeof(text), "unix:%s", path);
	ck_assert_int_eq(door_open(&address, false, fds, 2, &fault), 0);
	ck_assert_str_eq(door_name(fds[1], "http", name), text);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0660);
	ck_assert_int_eq(door_open(&address, false, &other, 1, &fault), -1);
	close_fds(fds, 2);
	ck_assert_int_eq(door_open(&address, false, &other, 1, &fault), 0);
	close(other);
	unlink(path);
	rmdir(folder);
}
END_TEST

START_TEST(a_path_too_long_for_a_unix_socket_is_a_fault)
{
	char path[200];
	struct config_address address = { .text = "unix:…", .path = path };
	int fd;

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(door_open(&address, false, &fd, 1, &fault), -1);
	ck_assert_ptr_nonnull(strstr(fault.text, "at most 107 bytes"));
}
END_TEST

/* Runs in a process of its own: descriptor 3 belongs to Check. Returns what went wrong. */
static const char *inherit_one(int fd)
{
	struct config_address address = LOOPBACK, stranger = LOOPBACK;
	struct inherit *inherit;
	char text[20];
	int taken, fds[2];

	address.port = port_of(fd);
	if (dup2(fd, SD_LISTEN_FDS_START) != SD_LISTEN_FDS_START)
		return "dup2";
	snprintf(text, sizeof(text), "%d", getpid());
	setenv("LISTEN_PID", text, 1);
	setenv("LISTEN_FDS", "1", 1);
	inherit = inherit_new();
	if (inherit_take(inherit, &stranger) != -1)
		return "a stranger's address was found";
	taken = inherit_take(inherit, &address);
	if (taken != SD_LISTEN_FDS_START)
		return "the socket was not found";
	if (inherit_take(inherit, &address) != -1)
		return "the socket was found twice";
	inherit_free(inherit);
	if (door_adopt(taken, fds, 2, &fault) || port_of(fds[1]) != address.port)
		return "the duplicate is not bound there";
	return NULL;
}

START_TEST(a_socket_passed_by_systemd_is_found_by_its_address)
{
	struct config_address address = LOOPBACK;
	int fd, status;
	pid_t child;

	ck_assert_int_eq(door_open(&address, false, &fd, 1, &fault), 0);
	child = fork();
	if (child == 0) {
		const char *wrong = inherit_one(fd);

		if (wrong)
			fprintf(stderr, "%s\n", wrong);
		_exit(wrong ? 1 : 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	close(fd);
}
END_TEST

UNIT_MAIN("door", every_worker_gets_its_own_socket_on_one_free_port,
    a_port_that_somebody_listens_on_is_refused, ipv6_has_brackets_in_its_name,
    a_host_that_is_none_is_a_fault_with_the_address,
    a_unix_socket_replaces_a_stale_file_but_not_a_living_one,
    a_path_too_long_for_a_unix_socket_is_a_fault,
    a_socket_passed_by_systemd_is_found_by_its_address)
