/*
 * The workers' quartermaster: everything a worker is given is made here and outlives it.
 * Sockets are all opened before the first thread starts, so that a port that is taken stops the
 * daemon before it has accepted anybody.
 */
#include "crew.h"

#include "allowance.h"
#include "base/xalloc.h"
#include "config/config.h"
#include "door.h"
#include "inherit.h"
#include "metrics/metrics.h"
#include "record/record.h"
#include "ring.h"
#include "worker.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define RING_ENTRIES                                                                           \
	8192 /* what a worker can post while the journal naps, several times over */

struct listener_place {
	char name[DOOR_NAME_BYTES];
	char *path; /* of a unix socket that we made and must remove */
};

struct crew {
	size_t worker_count, listen_count;
	size_t started; /* workers that run */
	struct worker **workers;
	struct ring **rings;
	struct metrics_block **metrics;
	int *fds; /* [worker][listener]; -1 once a worker owns it */
	struct listener_place *places;
	_Atomic size_t drained;
	int drained_fd;
	struct allowance held;
};

static size_t count_workers(const struct config *config)
{
	cpu_set_t cores;

	if (config->workers > 0)
		return (size_t)config->workers;
	if (sched_getaffinity(0, sizeof(cores), &cores) || CPU_COUNT(&cores) < 1)
		return 1;
	return (size_t)CPU_COUNT(&cores);
}

/* "[::]:443" takes IPv4 too, unless somebody else of the file has that port. */
static bool is_v6_only(const struct config *config, size_t number)
{
	const struct config_address *own = &config->listen[number].address;

	for (size_t i = 0; i < config->listen_count; i++) {
		const struct config_address *other = &config->listen[i].address;

		if (other->host && !strchr(other->host, ':') && own->port &&
		    other->port == own->port)
			return true;
	}
	return false;
}

static int open_listener(struct crew *crew, const struct config *config,
    struct inherit *inherit, size_t number, struct fault *fault)
{
	const struct config_listen *listen = &config->listen[number];
	struct listener_place *place = &crew->places[number];
	int *fds = xalloc_array(crew->worker_count, sizeof(*fds));
	int given = inherit_take(inherit, &listen->address);
	struct fault why;
	int failed;

	failed = given >= 0 ? door_adopt(given, fds, crew->worker_count, &why)
			    : door_open(&listen->address, is_v6_only(config, number), fds,
				  crew->worker_count, &why);
	if (failed) {
		free(fds);
		return config_say(fault, config, &listen->address, "listen[%zu].address: %s",
		    number, why.text);
	}
	if (given < 0 && listen->address.path)
		place->path = xalloc_text(listen->address.path);
	door_name(fds[0], listen->has_tls ? "https" : "http", place->name);
	for (size_t i = 0; i < crew->worker_count; i++)
		crew->fds[i * crew->listen_count + number] = fds[i];
	free(fds);
	return 0;
}

struct crew *crew_new(const struct config *config, struct inherit *inherit, struct fault *fault)
{
	struct crew *crew = xalloc(sizeof(*crew));
	size_t workers = count_workers(config), listeners = config->listen_count;

	crew->worker_count = workers;
	crew->listen_count = listeners;
	crew->workers = xalloc_array(workers, sizeof(struct worker *));
	crew->rings = xalloc_array(workers, sizeof(struct ring *));
	crew->metrics = xalloc_array(workers, sizeof(struct metrics_block *));
	crew->places = xalloc_array(listeners, sizeof(*crew->places));
	crew->fds = xalloc_array(workers * listeners, sizeof(*crew->fds));
	memset(crew->fds, -1, workers * listeners * sizeof(*crew->fds));
	crew->drained_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	for (size_t i = 0; i < workers; i++) {
		crew->rings[i] = ring_new(RING_ENTRIES, sizeof(struct record));
		crew->metrics[i] = metrics_new();
	}
	for (size_t i = 0; i < listeners; i++) {
		if (open_listener(crew, config, inherit, i, fault)) {
			crew_free(crew);
			return NULL;
		}
	}
	return crew;
}

/* On a worker's thread. */
static void on_drained(void *arg)
{
	struct crew *crew = arg;

	if (atomic_fetch_add(&crew->drained, 1) + 1 == crew->worker_count)
		eventfd_write(crew->drained_fd, 1);
}

int crew_start(struct crew *crew, const struct crew_seat *seat, struct fault *fault)
{
	for (size_t i = 0; i < crew->worker_count; i++) {
		int *fds = &crew->fds[i * crew->listen_count];
		struct worker_seat own = {
			.number = (int)i,
			.count = (int)crew->worker_count,
			.snapshot = seat->snapshot,
			.listen_fds = fds,
			.listen_count = crew->listen_count,
			.limits = seat->limits,
			.share = seat->share,
			.board = seat->board,
			.lists = seat->lists,
			.held = &crew->held,
			.records = crew->rings[i],
			.metrics = crew->metrics[i],
			.on_drained = on_drained,
			.on_drained_arg = crew,
		};

		crew->workers[i] = worker_start(&own, fault);
		if (!crew->workers[i]) {
			crew_stop(crew);
			return -1;
		}
		memset(fds, -1, crew->listen_count * sizeof(*fds));
		crew->started++;
	}
	return 0;
}

void crew_adopt(struct crew *crew, struct snapshot *snapshot)
{
	for (size_t i = 0; i < crew->started; i++)
		worker_adopt(crew->workers[i], snapshot);
}

void crew_drain(struct crew *crew)
{
	for (size_t i = 0; i < crew->started; i++)
		worker_drain(crew->workers[i]);
}

int crew_drained_fd(const struct crew *crew)
{
	return crew->drained_fd;
}

void crew_stop(struct crew *crew)
{
	for (size_t i = 0; i < crew->started; i++)
		worker_stop(crew->workers[i]);
	for (size_t i = 0; i < crew->started; i++)
		worker_join(crew->workers[i]);
	crew->started = 0;
}

void crew_free(struct crew *crew)
{
	if (!crew)
		return;
	for (size_t i = 0; i < crew->worker_count * crew->listen_count; i++)
		if (crew->fds[i] >= 0)
			close(crew->fds[i]);
	for (size_t i = 0; i < crew->listen_count; i++) {
		if (crew->places[i].path)
			unlink(crew->places[i].path);
		free(crew->places[i].path);
	}
	for (size_t i = 0; i < crew->worker_count; i++) {
		ring_free(crew->rings[i]);
		free(crew->metrics[i]);
	}
	close(crew->drained_fd);
	free(crew->places);
	free(crew->fds);
	free(crew->metrics);
	free(crew->rings);
	free(crew->workers);
	free(crew);
}

size_t crew_workers(const struct crew *crew)
{
	return crew->worker_count;
}

struct ring *const *crew_rings(const struct crew *crew)
{
	return crew->rings;
}

const struct metrics_block *const *crew_metrics(const struct crew *crew)
{
	return (const struct metrics_block *const *)crew->metrics;
}

size_t crew_listeners(const struct crew *crew)
{
	return crew->listen_count;
}

const char *crew_listener(const struct crew *crew, size_t number)
{
	return crew->places[number].name;
}
