/*
 * The writer of the decision log. It gathers many lines into one write(2), naps between looks,
 * and keeps lines whole: after a write that the disk cut short, the next one begins with a line
 * end. It must never slow a worker: what the disk does not take is counted and let go.
 */
#include "journal.h"

#include "base/xalloc.h"
#include "log.h"
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH_BYTES  (256 * 1024)
#define TURN_MOST    1024 /* records of one ring before the others get their turn */
#define NAP_LEAST_MS 8
#define NAP_MOST_MS  128 /* a ring must hold what one worker can post in this time */

struct journal {
	struct ring *const *rings;
	size_t ring_count;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_ending, has_next; /* these and |next_fd|: under |lock| */
	int next_fd;
	_Atomic uint64_t written, lost;

	/* the thread's own */
	int fd; /* -1 = no file is wanted */
	bool is_torn, is_failing;
	struct text text;
	uint64_t lines; /* in |text| */
};

static int open_file(const char *path, int *fd, struct fault *fault)
{
	*fd = -1;
	if (!path)
		return 0;
	*fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (*fd < 0)
		return fault_say(
		    fault, "log.decisions: cannot open %s: %s", path, strerror(errno));
	return 0;
}

static void say_state(struct journal *journal, bool is_failing, int error)
{
	if (journal->is_failing == is_failing)
		return;
	journal->is_failing = is_failing;
	if (is_failing)
		log_say(LOG_LEVEL_ERROR, "journal", "decisions are being lost: %s",
		    strerror(error));
	else
		log_say(LOG_LEVEL_NOTICE, "journal",
		    "decisions are written again; %llu were lost so far",
		    (unsigned long long)atomic_load(&journal->lost));
}

/* False with errno when the file did not take all; |at| has then moved to what is left. */
static bool write_all(int fd, struct bytes *left)
{
	while (left->len) {
		ssize_t taken = write(fd, left->at, left->len);

		if (taken < 0 && errno == EINTR)
			continue;
		if (taken < 0)
			return false;
		left->at += taken;
		left->len -= (size_t)taken;
	}
	return true;
}

static uint64_t count_lines(struct bytes b)
{
	uint64_t lines = 0;
	const char *end = b.at + b.len;

	for (const char *at = b.at; at < end && (at = memchr(at, '\n', (size_t)(end - at)));
	     at++)
		lines++;
	return lines;
}

/* False with errno when |left| could not all be written; it then holds what was not. */
static bool append(struct journal *journal, struct bytes *left)
{
	if (journal->is_torn && write(journal->fd, "\n", 1) != 1)
		return false;
	journal->is_torn = false;
	if (write_all(journal->fd, left))
		return true;
	journal->is_torn = left->at > journal->text.at && left->at[-1] != '\n';
	return false;
}

static void flush(struct journal *journal)
{
	struct bytes left = text_bytes(&journal->text);
	uint64_t lines = journal->lines, missed = 0;

	journal->text.len = 0;
	journal->lines = 0;
	if (!left.len || journal->fd < 0)
		return;
	if (append(journal, &left)) {
		atomic_fetch_add(&journal->written, lines);
		say_state(journal, false, 0);
		return;
	}
	missed = count_lines(left);
	atomic_fetch_add(&journal->written, lines - missed);
	atomic_fetch_add(&journal->lost, missed);
	say_state(journal, true, errno);
}

/* True when the ring may hold more than its turn took. */
static bool take_turn(struct journal *journal, struct ring *ring)
{
	const struct record *record;

	for (int i = 0; i < TURN_MOST; i++) {
		record = ring_peek(ring);
		if (!record)
			return false;
		if (journal->fd >= 0) {
			record_write(&journal->text, record);
			journal->lines++;
		}
		ring_release(ring);
		if (journal->text.room - journal->text.len < RECORD_BYTES)
			flush(journal);
	}
	return true;
}

/* Takes over a file that was opened for us, and tells whether the end was asked for. */
static bool read_wishes(struct journal *journal)
{
	bool is_ending;

	pthread_mutex_lock(&journal->lock);
	is_ending = journal->is_ending;
	if (journal->has_next) {
		if (journal->fd >= 0)
			close(journal->fd);
		journal->fd = journal->next_fd;
		journal->has_next = false;
		journal->is_torn = false;
	}
	pthread_mutex_unlock(&journal->lock);
	return is_ending;
}

static void nap(struct journal *journal, int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&journal->lock);
	if (!journal->is_ending && !journal->has_next)
		pthread_cond_timedwait(&journal->wake, &journal->lock, &until);
	pthread_mutex_unlock(&journal->lock);
}

static void *run(void *arg)
{
	struct journal *journal = arg;
	int nap_ms = NAP_LEAST_MS;

	for (;;) {
		bool is_ending = read_wishes(journal), has_more = false, is_idle = true;

		for (size_t i = 0; i < journal->ring_count; i++) {
			is_idle = is_idle && !ring_peek(journal->rings[i]);
			has_more |= take_turn(journal, journal->rings[i]);
		}
		flush(journal);
		if (has_more)
			continue;
		if (is_ending)
			return NULL;
		nap_ms = is_idle ? nap_ms * 2 : NAP_LEAST_MS;
		if (nap_ms > NAP_MOST_MS)
			nap_ms = NAP_MOST_MS;
		nap(journal, nap_ms);
	}
}

static void set_up_wake(struct journal *journal)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&journal->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&journal->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void free_all(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	if (journal->has_next && journal->next_fd >= 0)
		close(journal->next_fd);
	pthread_cond_destroy(&journal->wake);
	pthread_mutex_destroy(&journal->lock);
	free(journal->text.at);
	free(journal);
}

struct journal *journal_start(
    const char *path, struct ring *const *rings, size_t ring_count, struct fault *fault)
{
	struct journal *journal;
	int error, fd;

	if (open_file(path, &fd, fault))
		return NULL;
	journal = xalloc(sizeof(*journal));
	journal->rings = rings;
	journal->ring_count = ring_count;
	journal->fd = fd;
	journal->text = text_in(xalloc(BATCH_BYTES), BATCH_BYTES);
	set_up_wake(journal);
	error = pthread_create(&journal->thread, NULL, run, journal);
	if (error) {
		fault_say(fault, "the journal's thread cannot start: %s", strerror(error));
		free_all(journal);
		return NULL;
	}
	pthread_setname_np(journal->thread, "journal");
	return journal;
}

int journal_reopen(struct journal *journal, const char *path, struct fault *fault)
{
	int fd;

	if (open_file(path, &fd, fault))
		return -1;
	pthread_mutex_lock(&journal->lock);
	if (journal->has_next && journal->next_fd >= 0)
		close(journal->next_fd);
	journal->next_fd = fd;
	journal->has_next = true;
	pthread_cond_signal(&journal->wake);
	pthread_mutex_unlock(&journal->lock);
	return 0;
}

uint64_t journal_written(const struct journal *journal)
{
	return atomic_load_explicit(&journal->written, memory_order_relaxed);
}

uint64_t journal_lost(const struct journal *journal)
{
	return atomic_load_explicit(&journal->lost, memory_order_relaxed);
}

void journal_stop(struct journal *journal)
{
	if (!journal)
		return;
	pthread_mutex_lock(&journal->lock);
	journal->is_ending = true;
	pthread_cond_signal(&journal->wake);
	pthread_mutex_unlock(&journal->lock);
	pthread_join(journal->thread, NULL);
	free_all(journal);
}
