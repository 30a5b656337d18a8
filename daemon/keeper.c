/*
 * The keeper of counts. Writing goes piece by piece into a file beside the real one, which it
 * then replaces; what fails is said once, counted, and tried again at the next turn. It must
 * never hold up a worker: a stripe of the table is entered for a few entries at a time.
 */
#include "keeper.h"

#include "base/xalloc.h"
#include "clock.h"
#include "limit/limit_snapshot.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct keeper {
	struct keeper_plan plan;
	char *path, *next_path; /* the file, and the one that replaces it */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_ending; /* under |lock| */
	_Atomic uint64_t saved, failed;
	bool is_failing; /* the thread's own */
};

static bool write_piece(int fd, struct bytes piece)
{
	while (piece.len) {
		ssize_t taken = write(fd, piece.at, piece.len);

		if (taken < 0 && errno == EINTR)
			continue;
		if (taken <= 0)
			return false;
		piece.at += taken;
		piece.len -= (size_t)taken;
	}
	return true;
}

static bool write_table(const struct keeper *keeper, int fd)
{
	struct limit_snapshot *snapshot = limit_snapshot_new(
	    keeper->plan.table, keeper->plan.mark, (uint64_t)clock_us(CLOCK_REALTIME));
	bool is_fine = true;
	struct bytes piece;

	while (is_fine && (piece = limit_snapshot_next(snapshot)).len)
		is_fine = write_piece(fd, piece);
	limit_snapshot_free(snapshot);
	return is_fine && fdatasync(fd) == 0;
}

/* False with errno. */
static bool save(const struct keeper *keeper)
{
	int fd = open(keeper->next_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool is_fine;
	int saved_errno;

	if (fd < 0)
		return false;
	is_fine = write_table(keeper, fd);
	saved_errno = errno;
	if (close(fd) && is_fine) {
		is_fine = false;
		saved_errno = errno;
	}
	if (is_fine && rename(keeper->next_path, keeper->path) == 0)
		return true;
	if (is_fine)
		saved_errno = errno;
	unlink(keeper->next_path);
	errno = saved_errno;
	return false;
}

static void save_and_say(struct keeper *keeper)
{
	bool is_fine = save(keeper);
	int error = errno;

	atomic_fetch_add(is_fine ? &keeper->saved : &keeper->failed, 1);
	if (is_fine == !keeper->is_failing)
		return;
	keeper->is_failing = !is_fine;
	if (is_fine)
		log_say(LOG_LEVEL_NOTICE, "keeper", "%s is written again", keeper->path);
	else
		log_say(LOG_LEVEL_ERROR, "keeper", "%s cannot be written: %s", keeper->path,
		    strerror(error));
}

/* False when the end was asked for. */
static bool wait_for_turn(struct keeper *keeper)
{
	struct timespec until;
	bool is_ending;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += keeper->plan.interval_us / 1000000;
	until.tv_nsec += keeper->plan.interval_us % 1000000 * 1000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&keeper->lock);
	while (!keeper->is_ending && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&keeper->wake, &keeper->lock, &until);
	is_ending = keeper->is_ending;
	pthread_mutex_unlock(&keeper->lock);
	return !is_ending;
}

static void *run(void *arg)
{
	struct keeper *keeper = arg;

	while (wait_for_turn(keeper))
		save_and_say(keeper);
	save_and_say(keeper);
	return NULL;
}

/* What nobody can read is kept for a person to look at; the next save must not overwrite it. */
static void reject(const struct keeper *keeper, const struct fault *fault)
{
	char *aside = xalloc_format("%s.rejected", keeper->path);

	log_say(LOG_LEVEL_WARNING, "keeper",
	    "%s: %s; counting begins anew, and the file is kept as %s", keeper->path,
	    fault->text, aside);
	if (rename(keeper->path, aside))
		log_say(LOG_LEVEL_WARNING, "keeper", "%s: %s", aside, strerror(errno));
	free(aside);
}

static void load_bytes(struct keeper *keeper, const void *at, size_t len)
{
	struct limit_figures figures;
	struct fault fault;

	if (limit_snapshot_read(keeper->plan.table, bytes_of(at, len), keeper->plan.mark,
		(uint64_t)clock_us(CLOCK_REALTIME), &fault)) {
		reject(keeper, &fault);
		return;
	}
	limit_table_figures(keeper->plan.table, &figures);
	log_say(LOG_LEVEL_NOTICE, "keeper", "%" PRIu64 " windows are known again from %s",
	    figures.entries, keeper->path);
}

static void load(struct keeper *keeper)
{
	int fd = open(keeper->path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	struct fault fault;
	void *at;

	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0 || fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		fault_say(&fault, "it cannot be read");
		reject(keeper, &fault);
	} else if (status.st_size == 0) {
		load_bytes(keeper, "", 0);
	} else {
		size_t len = (size_t)status.st_size;

		at = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (at != MAP_FAILED) {
			load_bytes(keeper, at, len);
			munmap(at, len);
		}
	}
	if (fd >= 0)
		close(fd);
}

/* A folder that cannot be written is found at the start and not at the end. */
static int check_folder(const struct keeper *keeper, struct fault *fault)
{
	int fd = open(keeper->next_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);

	if (fd < 0)
		return fault_say(
		    fault, "cannot write %s: %s", keeper->next_path, strerror(errno));
	close(fd);
	unlink(keeper->next_path);
	return 0;
}

static void free_all(struct keeper *keeper)
{
	pthread_cond_destroy(&keeper->wake);
	pthread_mutex_destroy(&keeper->lock);
	free(keeper->next_path);
	free(keeper->path);
	free(keeper);
}

static void set_up_wake(struct keeper *keeper)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&keeper->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&keeper->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

struct keeper *keeper_start(const struct keeper_plan *plan, struct fault *fault)
{
	struct keeper *keeper = xalloc(sizeof(*keeper));
	int error;

	keeper->plan = *plan;
	keeper->path = xalloc_text(plan->path);
	keeper->next_path = xalloc_format("%s.next", plan->path);
	set_up_wake(keeper);
	if (check_folder(keeper, fault)) {
		free_all(keeper);
		return NULL;
	}
	load(keeper);
	error = pthread_create(&keeper->thread, NULL, run, keeper);
	if (error) {
		fault_say(fault, "the keeper's thread cannot start: %s", strerror(error));
		free_all(keeper);
		return NULL;
	}
	pthread_setname_np(keeper->thread, "keeper");
	return keeper;
}

void keeper_stop(struct keeper *keeper)
{
	if (!keeper)
		return;
	pthread_mutex_lock(&keeper->lock);
	keeper->is_ending = true;
	pthread_cond_signal(&keeper->wake);
	pthread_mutex_unlock(&keeper->lock);
	pthread_join(keeper->thread, NULL);
	free_all(keeper);
}

uint64_t keeper_saved(const struct keeper *keeper)
{
	return atomic_load_explicit(&keeper->saved, memory_order_relaxed);
}

uint64_t keeper_failed(const struct keeper *keeper)
{
	return atomic_load_explicit(&keeper->failed, memory_order_relaxed);
}
