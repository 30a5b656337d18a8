/*
 * Evidence on disk. Writing fills the page cache, which is quick; that it reaches the disk is
 * waited for elsewhere, so that the engine's thread goes on reading its rings. It must never
 * replace a good file by one that is not whole.
 */
#include "shelf.h"

#include "base/xalloc.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct front { /* what stands before the engine's own bytes */
	char magic[8];
	double rate;
};
static const char MAGIC[8] = "RETORTSH";

struct shelf {
	char *path, *next_path;
	bool is_failing;
	bool is_syncing; /* |syncer| runs or waits to be joined */
	pthread_t syncer;
	int fd, error; /* the syncer's, until it was joined */
};

struct shelf *shelf_new(const char *path)
{
	struct shelf *shelf = xalloc(sizeof(*shelf));

	if (path) {
		shelf->path = xalloc_text(path);
		shelf->next_path = xalloc_format("%s.next", path);
	}
	return shelf;
}

static bool say_outcome(struct shelf *shelf, int error)
{
	bool is_failing = error != 0;

	if (is_failing != shelf->is_failing && is_failing)
		log_say(LOG_LEVEL_ERROR, "shelf", "%s cannot be written: %s", shelf->path,
		    strerror(error));
	else if (is_failing != shelf->is_failing)
		log_say(LOG_LEVEL_NOTICE, "shelf", "%s is written again", shelf->path);
	shelf->is_failing = is_failing;
	return !is_failing;
}

static void *sync_and_replace(void *arg)
{
	struct shelf *shelf = arg;

	shelf->error = fdatasync(shelf->fd) ? errno : 0;
	if (close(shelf->fd) && !shelf->error)
		shelf->error = errno;
	if (!shelf->error && rename(shelf->next_path, shelf->path))
		shelf->error = errno;
	if (shelf->error)
		unlink(shelf->next_path);
	return NULL;
}

static void finish_sync(struct shelf *shelf)
{
	if (!shelf->is_syncing)
		return;
	pthread_join(shelf->syncer, NULL);
	shelf->is_syncing = false;
	say_outcome(shelf, shelf->error);
}

void shelf_free(struct shelf *shelf)
{
	if (!shelf)
		return;
	finish_sync(shelf);
	free(shelf->next_path);
	free(shelf->path);
	free(shelf);
}

static int on_run(void *arg, struct bytes run, struct fault *fault)
{
	const int *fd = arg;

	while (run.len) {
		ssize_t taken = write(*fd, run.at, run.len);

		if (taken < 0 && errno == EINTR)
			continue;
		if (taken <= 0)
			return fault_say(fault, "%s", strerror(errno));
		run = bytes_of(run.at + taken, run.len - (size_t)taken);
	}
	return 0;
}

static int write_all(int fd, const struct engine *engine, double rate)
{
	struct front front = { .rate = rate };
	struct fault fault;

	memcpy(front.magic, MAGIC, sizeof(front.magic));
	if (on_run(&fd, bytes_of(&front, sizeof(front)), &fault))
		return -1;
	return engine_save(engine, on_run, &fd, &fault);
}

bool shelf_save(struct shelf *shelf, const struct engine *engine, double rate, bool is_last)
{
	if (!shelf->path)
		return false;
	finish_sync(shelf);
	shelf->fd = open(shelf->next_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (shelf->fd < 0)
		return say_outcome(shelf, errno);
	if (write_all(shelf->fd, engine, rate)) {
		int error = errno;

		close(shelf->fd);
		unlink(shelf->next_path);
		return say_outcome(shelf, error);
	}
	if (!is_last && pthread_create(&shelf->syncer, NULL, sync_and_replace, shelf) == 0) {
		shelf->is_syncing = true;
		return true;
	}
	sync_and_replace(shelf);
	return say_outcome(shelf, shelf->error);
}

/* What nobody can read is kept for a person to look at; the next save must not overwrite it. */
static bool reject(const struct shelf *shelf, const char *why)
{
	char *aside = xalloc_format("%s.rejected", shelf->path);

	log_say(LOG_LEVEL_WARNING, "shelf",
	    "%s: %s; evidence begins anew, and the file is kept as %s", shelf->path, why,
	    aside);
	if (rename(shelf->path, aside))
		log_say(LOG_LEVEL_WARNING, "shelf", "%s: %s", aside, strerror(errno));
	free(aside);
	return false;
}

static bool load_bytes(
    struct shelf *shelf, struct bytes whole, struct engine *engine, double *rate)
{
	struct front front;
	struct fault fault;

	if (whole.len < sizeof(front))
		return reject(shelf, "it is cut short");
	memcpy(&front, whole.at, sizeof(front));
	if (memcmp(front.magic, MAGIC, sizeof(MAGIC)) != 0 ||
	    !(front.rate > 0 && front.rate < 1))
		return reject(shelf, "it is no evidence");
	if (engine_load(
		engine, bytes_of(whole.at + sizeof(front), whole.len - sizeof(front)), &fault))
		return reject(shelf, fault.text);
	*rate = front.rate;
	return true;
}

bool shelf_load(struct shelf *shelf, struct engine *engine, double *rate)
{
	int fd = shelf->path ? open(shelf->path, O_RDONLY | O_CLOEXEC) : -1;
	bool is_loaded = false;
	struct stat status;
	void *at;

	if (fd < 0)
		return shelf->path && errno != ENOENT ? reject(shelf, strerror(errno)) : false;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_size == 0) {
		close(fd);
		return reject(shelf, "it is no file with anything in it");
	}
	at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at != MAP_FAILED) {
		is_loaded = load_bytes(
		    shelf, bytes_of(at, (size_t)status.st_size), engine, rate);
		munmap(at, (size_t)status.st_size);
	}
	close(fd);
	return is_loaded;
}
