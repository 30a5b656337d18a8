/*
 * The engine's thread: rings in, board and journal out, letters in between. It naps between
 * looks, so that no worker ever pays a wake-up. It must never make anybody wait: not a worker,
 * whose ring may overflow, and not the journal, whose ring may too; both are counted.
 */
#include "engine_thread.h"

#include "answer.h"
#include "base/xalloc.h"
#include "clock.h"
#include "config/config.h"
#include "engine/engine_attest.h"
#include "engine/lookahead.h"
#include "engine_figures.h"
#include "engine_side.h"
#include "log.h"
#include "reference_folder.h"
#include "ring.h"
#include "shelf.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TURN_MOST       512  /* records of one ring before the others get their turn */
#define RECENT_EACH     4096 /* records kept for explanations, of either kind */
#define JOURNAL_RECORDS 8192 /* for each worker, as its own ring has */
#define NAP_LEAST_MS    4
#define NAP_MOST_MS     64 /* a ring must hold what one worker can post in this time */
#define FIGURES_US      1000000
#define QUIET_US        5000000 /* records tell the time; after this the clock does */
#define TICKS_BEHIND    64      /* more are left out: the clock jumped, or the machine slept */

struct letter {
	struct letter *next;
	struct engine_settings live, candidate;
};

struct engine_thread {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_ending; /* these four: under |lock| */
	struct letter *letters;
	struct question *asked, *answered;
	int answered_fd;

	struct ring *const *rings;
	size_t ring_count;
	struct ring *journal;
	struct metrics_block *metrics;

	/* the thread's own */
	uint64_t seed;
	bool has_candidate;
	struct engine_side live, candidate;
	struct lookahead ahead;
	struct envelope *envelope;
	struct recent *recent;
	struct shelf *shelf;
	struct record spare; /* when the journal's ring is full */
	uint64_t began_us;
	int64_t save_every_us, save_at_us, figures_at_us, record_at_us, tick_at_s;
};

static void take_record(
    struct engine_thread *thread, const struct record *record, const struct exchange_seen *seen)
{
	struct record *place = ring_reserve(thread->journal);
	struct record *kept = place ? place : &thread->spare;

	*kept = *record;
	kept->course.run = thread->began_us;
	engine_stamp(thread->live.engine, kept);
	metrics_count(
	    thread->metrics, METRIC_JUDGED, (int)engine_side_see(&thread->live, seen));
	if (thread->has_candidate)
		metrics_count(thread->metrics, METRIC_CANDIDATE_JUDGED,
		    (int)engine_side_see(&thread->candidate, seen));
	engine_attest(thread->live.engine, kept);
	recent_add(thread->recent, kept);
	if (place)
		ring_commit(thread->journal);
}

/* Announces what follows in the ring, at most |most| records. */
static void look_ahead(struct engine_thread *thread, struct ring *ring, uint32_t most)
{
	struct lookahead *ahead = &thread->ahead;
	const struct record *record;

	while (lookahead_count(ahead) < most &&
	       (record = ring_peek_ahead(ring, lookahead_count(ahead)))) {
		const struct exchange_seen seen = engine_seen_of(record);

		lookahead_add(ahead, thread->live.engine, &seen);
	}
}

/* True when the ring may hold more than its turn took. Nothing stays announced behind it. */
static bool take_turn(struct engine_thread *thread, struct ring *ring)
{
	const struct record *record;

	for (uint32_t left = TURN_MOST; left; left--) {
		record = ring_peek(ring);
		if (!record)
			return false;
		look_ahead(thread, ring, left < LOOKAHEAD_MOST ? left : LOOKAHEAD_MOST);
		take_record(thread, record, lookahead_take(&thread->ahead));
		ring_release(ring);
	}
	return true;
}

static void save(struct engine_thread *thread, bool is_last)
{
	struct engine_side *side = &thread->live;
	bool is_saved;

	if (!thread->shelf)
		return;
	is_saved = shelf_save(thread->shelf, side->engine, side->settings.probe_rate, is_last);
	metrics_count(thread->metrics, METRIC_EVIDENCE_SAVES,
	    is_saved ? METRICS_OUTCOME_OK : METRICS_OUTCOME_FAILED);
}

/* Whole seconds, ENGINE_TICK_S apart: few words in the log tell a replay all of them. */
static void tick(struct engine_thread *thread)
{
	int64_t now_s = clock_us(CLOCK_REALTIME) / 1000000, next_s = thread->tick_at_s;

	if (next_s < now_s - TICKS_BEHIND * ENGINE_TICK_S)
		next_s = now_s;
	for (; next_s <= now_s; next_s += ENGINE_TICK_S) {
		engine_side_tick(&thread->live, next_s * 1000000);
		if (thread->has_candidate)
			engine_side_tick(&thread->candidate, next_s * 1000000);
	}
	thread->tick_at_s = next_s;
}

static void pass_time(struct engine_thread *thread)
{
	int64_t now_us = clock_us(CLOCK_MONOTONIC);

	if (now_us - thread->record_at_us > QUIET_US)
		tick(thread);
	if (now_us >= thread->figures_at_us) {
		engine_figures(thread->live.engine, thread->live.board, thread->metrics);
		thread->figures_at_us = now_us + FIGURES_US;
	}
	if (now_us >= thread->save_at_us) {
		save(thread, false);
		thread->save_at_us = now_us + thread->save_every_us;
	}
}

static void carry_out(struct engine_thread *thread, struct letter *letter)
{
	int64_t now_us = clock_us(CLOCK_REALTIME);

	engine_side_adopt(&thread->live, &letter->live, now_us);
	if (thread->has_candidate)
		engine_side_adopt(&thread->candidate, &letter->candidate, now_us);
	free(letter);
}

static void answer(struct engine_thread *thread, struct question *question)
{
	const struct answer_view view = { .engine = thread->live.engine,
		.envelope = thread->envelope,
		.recent = thread->recent,
		.settings = thread->live.settings };
	struct question **last;

	answer_question(question, &view);
	question->next = NULL;
	pthread_mutex_lock(&thread->lock);
	for (last = &thread->answered; *last; last = &(*last)->next)
		;
	*last = question;
	pthread_mutex_unlock(&thread->lock);
	eventfd_write(thread->answered_fd, 1);
}

/* Carries out letters and answers questions; whether the end was asked for. */
static bool read_wishes(struct engine_thread *thread)
{
	struct letter *letters, *next_letter;
	struct question *asked, *next;
	bool is_ending;

	pthread_mutex_lock(&thread->lock);
	is_ending = thread->is_ending;
	letters = thread->letters;
	thread->letters = NULL;
	asked = thread->asked;
	thread->asked = NULL;
	pthread_mutex_unlock(&thread->lock);
	for (; letters; letters = next_letter) {
		next_letter = letters->next;
		carry_out(thread, letters);
	}
	for (; asked; asked = next) {
		next = asked->next;
		answer(thread, asked);
	}
	return is_ending;
}

static void nap(struct engine_thread *thread, int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&thread->lock);
	if (!thread->is_ending && !thread->letters && !thread->asked)
		pthread_cond_timedwait(&thread->wake, &thread->lock, &until);
	pthread_mutex_unlock(&thread->lock);
}

static void *run(void *arg)
{
	struct engine_thread *thread = arg;
	int nap_ms = NAP_LEAST_MS;

	for (;;) {
		bool is_ending = read_wishes(thread), has_more = false, is_idle = true;

		for (size_t i = 0; i < thread->ring_count; i++) {
			is_idle = is_idle && !ring_peek(thread->rings[i]);
			has_more |= take_turn(thread, thread->rings[i]);
		}
		if (!is_idle) {
			thread->record_at_us = clock_us(CLOCK_MONOTONIC);
			thread->tick_at_s = 0;
		}
		pass_time(thread);
		if (has_more)
			continue;
		if (is_ending)
			break;
		nap_ms = is_idle ? nap_ms * 2 : NAP_LEAST_MS;
		if (nap_ms > NAP_MOST_MS)
			nap_ms = NAP_MOST_MS;
		nap(thread, nap_ms);
	}
	save(thread, true);
	return NULL;
}

static void load_references(struct engine_thread *thread, const struct config *config)
{
	struct fault fault;
	bool is_sealed = reference_folder_read(
			     config->detection.reference, &thread->envelope, &fault) == 0;

	metrics_set(thread->metrics, METRIC_ENGINE_SEALED, is_sealed);
	if (is_sealed)
		return;
	log_fault(LOG_LEVEL_WARNING, "engine", &fault);
	log_say(LOG_LEVEL_WARNING, "engine",
	    "no references are in force: only probes and hops are evidence");
}

static void load_evidence(struct engine_thread *thread, const struct config *config)
{
	struct engine_side *side = &thread->live;
	struct engine_counts counts;
	char *path;
	double rate;

	thread->save_every_us = config->store.snapshot_interval_us;
	thread->save_at_us = clock_us(CLOCK_MONOTONIC) + thread->save_every_us;
	if (!config->store.snapshot) {
		thread->save_at_us = INT64_MAX;
		return;
	}
	path = xalloc_format("%s.evidence", config->store.snapshot);
	thread->shelf = shelf_new(path);
	if (shelf_load(thread->shelf, side->engine, &rate)) {
		engine_side_resume(side, rate, clock_us(CLOCK_REALTIME));
		engine_counts(side->engine, &counts);
		log_say(LOG_LEVEL_NOTICE, "engine",
		    "%" PRIu64 " cohorts and %" PRIu64 " accounts are known again from %s",
		    counts.cohorts, counts.accounts, path);
	}
	free(path);
}

static void set_up_lock(struct engine_thread *thread)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&thread->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void set_up_sides(struct engine_thread *thread, const struct config *config)
{
	struct engine_settings settings;

	engine_side_settings(&settings, config, false, thread->seed);
	engine_side_init(&thread->live, &settings, thread->envelope);
	thread->has_candidate = config->detection.has_candidate;
	if (!thread->has_candidate)
		return;
	engine_side_settings(&settings, config, true, thread->seed);
	engine_side_init(&thread->candidate, &settings, thread->envelope);
	thread->candidate.is_candidate = true;
}

static struct engine_thread *new_thread(const struct engine_thread_plan *plan)
{
	struct engine_thread *thread = xalloc(sizeof(*thread));

	set_up_lock(thread);
	thread->seed = plan->seed;
	thread->began_us = (uint64_t)clock_us(CLOCK_REALTIME);
	thread->rings = plan->rings;
	thread->ring_count = plan->ring_count;
	thread->journal = ring_new(plan->ring_count * JOURNAL_RECORDS, sizeof(struct record));
	thread->metrics = metrics_new();
	thread->recent = recent_new(RECENT_EACH);
	thread->record_at_us = clock_us(CLOCK_MONOTONIC);
	thread->answered_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	load_references(thread, plan->config);
	set_up_sides(thread, plan->config);
	load_evidence(thread, plan->config);
	return thread;
}

struct engine_thread *engine_thread_start(
    const struct engine_thread_plan *plan, struct fault *fault)
{
	struct engine_thread *thread = new_thread(plan);
	int error = thread->answered_fd < 0
			? errno
			: pthread_create(&thread->thread, NULL, run, thread);

	if (error) {
		fault_say(fault, "the engine's thread cannot start: %s", strerror(error));
		engine_thread_free(thread);
		return NULL;
	}
	pthread_setname_np(thread->thread, "engine");
	return thread;
}

struct board *engine_thread_board(const struct engine_thread *thread)
{
	return thread->live.board;
}

struct ring *const *engine_thread_rings(const struct engine_thread *thread, size_t *count)
{
	*count = 1;
	return &thread->journal;
}

const struct metrics_block *engine_thread_metrics(const struct engine_thread *thread)
{
	return thread->metrics;
}

void engine_thread_adopt(struct engine_thread *thread, const struct config *config)
{
	struct letter *letter = xalloc(sizeof(*letter)), **last;

	engine_side_settings(&letter->live, config, false, thread->seed);
	engine_side_settings(&letter->candidate, config, true, thread->seed);
	pthread_mutex_lock(&thread->lock);
	for (last = &thread->letters; *last; last = &(*last)->next)
		;
	*last = letter;
	pthread_cond_signal(&thread->wake);
	pthread_mutex_unlock(&thread->lock);
}

void engine_thread_ask(struct engine_thread *thread, struct question *question)
{
	struct question **last;

	question->next = NULL;
	pthread_mutex_lock(&thread->lock);
	for (last = &thread->asked; *last; last = &(*last)->next)
		;
	*last = question;
	pthread_cond_signal(&thread->wake);
	pthread_mutex_unlock(&thread->lock);
}

int engine_thread_answered_fd(const struct engine_thread *thread)
{
	return thread->answered_fd;
}

struct question *engine_thread_answers(struct engine_thread *thread)
{
	struct question *answers;
	eventfd_t count;

	eventfd_read(thread->answered_fd, &count);
	pthread_mutex_lock(&thread->lock);
	answers = thread->answered;
	thread->answered = NULL;
	pthread_mutex_unlock(&thread->lock);
	return answers;
}

void engine_thread_stop(struct engine_thread *thread)
{
	if (!thread)
		return;
	pthread_mutex_lock(&thread->lock);
	thread->is_ending = true;
	pthread_cond_signal(&thread->wake);
	pthread_mutex_unlock(&thread->lock);
	pthread_join(thread->thread, NULL);
	/* What was asked after the thread's last look; only the main thread asks, and stops. */
	read_wishes(thread);
}

void engine_thread_free(struct engine_thread *thread)
{
	if (!thread)
		return;
	if (thread->answered_fd >= 0)
		close(thread->answered_fd);
	shelf_free(thread->shelf);
	engine_side_fini(&thread->live);
	engine_side_fini(&thread->candidate);
	envelope_free(thread->envelope);
	recent_free(thread->recent);
	ring_free(thread->journal);
	free(thread->metrics);
	pthread_cond_destroy(&thread->wake);
	pthread_mutex_destroy(&thread->lock);
	free(thread);
}
