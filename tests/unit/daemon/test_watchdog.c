/* The watchdog speaks for workers that tick, and is silent for one that does not. */
#include "watchdog.h"

#include "metrics/metrics.h"
#include "unit.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct metrics_block first, second;
static const struct metrics_block *const workers[] = { &first, &second };

/* The socket that systemd would listen on; its name is abstract, so nothing is left behind. */
static int listen_as_systemd(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	char name[60];
	int len = snprintf(name, sizeof(name), "@retort-watchdog-%d", getpid());

	memcpy(at.sun_path + 1, name + 1, (size_t)len - 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)),
	    0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static bool has_heard(int fd)
{
	char at[100] = "";

	return recv(fd, at, sizeof(at) - 1, 0) > 0 && strstr(at, "WATCHDOG=1");
}

static void tick(struct metrics_block *worker)
{
	metrics_count(worker, METRIC_WORKER_TICKS, 0);
}

START_TEST(nothing_is_begun_unless_systemd_asked)
{
	struct event_base *base = event_base_new();

	unsetenv("WATCHDOG_USEC");
	ck_assert_ptr_null(watchdog_start(base, workers, 2));
	watchdog_stop(NULL);
	event_base_free(base);
}
END_TEST

START_TEST(one_worker_that_stands_still_is_silence_until_it_ticks_again)
{
	struct event_base *base = event_base_new();
	int fd = listen_as_systemd();
	struct watchdog *watchdog;

	setenv("WATCHDOG_USEC", "30000000", 1);
	watchdog = watchdog_start(base, workers, 2);
	ck_assert_ptr_nonnull(watchdog);
	tick(&first);
	tick(&second);
	ck_assert(watchdog_turn(watchdog));
	ck_assert(has_heard(fd));
	tick(&first);
	ck_assert(!watchdog_turn(watchdog));
	ck_assert(!has_heard(fd));
	tick(&first);
	tick(&second);
	ck_assert(watchdog_turn(watchdog));
	ck_assert(has_heard(fd));
	watchdog_stop(watchdog);
	event_base_free(base);
	close(fd);
}
END_TEST

UNIT_MAIN("watchdog", nothing_is_begun_unless_systemd_asked,
    one_worker_that_stands_still_is_silence_until_it_ticks_again)
