/*
 * The main thread's life: build, open, run, and the same backwards. What fails before the doors
 * are open ends the start with its reason; afterwards only a signal or a drain ends the daemon.
 * No request passes through here, so nothing here is ever in a request's way.
 */
#include "control.h"

#include "admin.h"
#include "base/xalloc.h"
#include "clock.h"
#include "config/complaint.h"
#include "control_inside.h"
#include "crew.h"
#include "engine_thread.h"
#include "inherit.h"
#include "journal.h"
#include "lists.h"
#include "log.h"
#include "magic.h"
#include "refresh.h"
#include "reload.h"
#include "store.h"
#include "version.h"
#include "watchdog.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

static const char *const STATES[CONTROL_STATE_COUNT] = {
	[CONTROL_STATE_STARTING] = "starting",
	[CONTROL_STATE_READY] = "ready",
	[CONTROL_STATE_DRAINING] = "draining",
	[CONTROL_STATE_LEAVING] = "leaving",
};

const char *control_state_name(enum control_state state)
{
	return STATES[state];
}

static void leave(struct control *control)
{
	control->state = CONTROL_STATE_LEAVING;
	event_base_loopbreak(control->base);
}

void control_drain(struct control *control)
{
	struct timeval cap = { 0 };
	int64_t cap_us = control->snapshot->config->timeouts.drain_us;

	if (control->state != CONTROL_STATE_READY) {
		log_say(LOG_LEVEL_NOTICE, "control", "told twice: leaving now");
		leave(control);
		return;
	}
	control->state = CONTROL_STATE_DRAINING;
	cap.tv_sec = cap_us / 1000000;
	cap.tv_usec = cap_us % 1000000;
	log_say(
	    LOG_LEVEL_NOTICE, "control", "draining, for at most %lld s", (long long)cap.tv_sec);
	sd_notifyf(0, "STOPPING=1\nSTATUS=Draining");
	event_add(control->cap, &cap);
	crew_drain(control->crew);
}

static void on_leave_signal(evutil_socket_t number, short what, void *arg)
{
	(void)number, (void)what;
	control_drain(magic_check(arg, MAGIC_CONTROL));
}

static void on_reload_signal(evutil_socket_t number, short what, void *arg)
{
	struct control *control = magic_check(arg, MAGIC_CONTROL);
	struct reload_outcome *outcome = xalloc(sizeof(*outcome));

	(void)number, (void)what;
	reload_now(control, outcome);
	free(outcome);
}

static void on_reopen_signal(evutil_socket_t number, short what, void *arg)
{
	struct control *control = magic_check(arg, MAGIC_CONTROL);
	struct fault fault;

	(void)number, (void)what;
	if (journal_reopen(control->journal, control->snapshot->config->log.decisions, &fault))
		log_fault(LOG_LEVEL_ERROR, "control", &fault);
	else
		log_say(LOG_LEVEL_NOTICE, "control", "log files are opened anew");
}

static void on_drained(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	leave(magic_check(arg, MAGIC_CONTROL));
}

static void on_cap(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = magic_check(arg, MAGIC_CONTROL);

	(void)fd, (void)what;
	log_say(LOG_LEVEL_WARNING, "control", "timeouts.drain is over: what is open is cut");
	leave(control);
}

static struct event *watch_signal(
    struct control *control, int number, event_callback_fn on_signal)
{
	struct event *event = evsignal_new(control->base, number, on_signal, control);

	if (event)
		event_add(event, NULL);
	return event;
}

static void watch(struct control *control)
{
	static const struct {
		int number;
		event_callback_fn on_signal;
	} rows[CONTROL_SIGNALS] = { { SIGTERM, on_leave_signal }, { SIGINT, on_leave_signal },
		{ SIGHUP, on_reload_signal }, { SIGUSR1, on_reopen_signal } };

	for (int i = 0; i < CONTROL_SIGNALS && rows[i].number; i++)
		control->signals[i] = watch_signal(control, rows[i].number, rows[i].on_signal);
	control->cap = evtimer_new(control->base, on_cap, control);
	control->drained = event_new(
	    control->base, crew_drained_fd(control->crew), EV_READ, on_drained, control);
	event_add(control->drained, NULL);
	control->refresh = refresh_start(control);
	control->watchdog = watchdog_start(
	    control->base, crew_metrics(control->crew), crew_workers(control->crew));
}

/* A connection is a descriptor, and its upstream's another. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int open_doors(struct control *control, struct fault *fault)
{
	struct inherit *inherit = inherit_new();
	int outcome = 0;

	control->crew = crew_new(control->booted, inherit, fault);
	if (control->crew)
		control->admin = admin_open(control, inherit, fault);
	if (!control->crew || !control->admin)
		outcome = -1;
	inherit_free(inherit);
	return outcome;
}

/* Threads are started with every signal blocked, so that only the main thread is interrupted.
 */
static int start_threads(struct control *control, struct fault *fault)
{
	const struct snapshot *snapshot = control->snapshot;
	const struct engine_thread_plan plan = { .config = snapshot->config,
		.seed = keyed_hash_mark(snapshot->hash),
		.rings = crew_rings(control->crew),
		.ring_count = crew_workers(control->crew) };
	struct crew_seat seat = { .snapshot = control->snapshot };
	struct ring *const *rings;
	size_t ring_count;

	control->store = store_open(snapshot, fault);
	if (control->store)
		control->engine = engine_thread_start(&plan, fault);
	if (!control->engine)
		return -1;
	rings = engine_thread_rings(control->engine, &ring_count);
	control->journal = journal_start(
	    snapshot->config->log.decisions, rings, ring_count, fault);
	if (!control->journal)
		return -1;
	seat.limits = store_table(control->store);
	seat.share = store_share(control->store);
	seat.board = engine_thread_board(control->engine);
	seat.lists = control->lists;
	return crew_start(control->crew, &seat, fault);
}

static void open_lists(struct control *control)
{
	const char *snapshot = control->snapshot->config->store.snapshot;
	char *path = snapshot ? xalloc_format("%s.lists", snapshot) : NULL;

	control->lists = lists_new(path);
	free(path);
}

static int start(struct control *control, struct fault *fault)
{
	sigset_t all, before;
	int outcome;

	control->base = event_base_new();
	if (!control->base)
		return fault_say(fault, "no event loop is to be had");
	if (open_doors(control, fault))
		return -1;
	open_lists(control);
	/* Threads inherit a mask in which every signal is the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	outcome = start_threads(control, fault);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (outcome == 0) {
		watch(control);
		admin_watch_answers(control->admin);
	}
	return outcome;
}

static void say_ready(struct control *control)
{
	for (size_t i = 0; i < crew_listeners(control->crew); i++)
		log_say(LOG_LEVEL_NOTICE, "control", "listening on %s",
		    crew_listener(control->crew, i));
	if (admin_name(control->admin)[0])
		log_say(LOG_LEVEL_NOTICE, "control", "admin on %s", admin_name(control->admin));
	control->state = CONTROL_STATE_READY;
	sd_notify(0, "READY=1\nSTATUS=Serving");
}

static void stop(struct control *control)
{
	if (control->crew)
		crew_stop(control->crew);
	engine_thread_stop(control->engine);
	journal_stop(control->journal);
	store_close(control->store);
	admin_close(control->admin);
	engine_thread_free(control->engine);
	lists_free(control->lists);
	for (int i = 0; i < CONTROL_SIGNALS; i++)
		if (control->signals[i])
			event_free(control->signals[i]);
	if (control->drained)
		event_free(control->drained);
	if (control->cap)
		event_free(control->cap);
	watchdog_stop(control->watchdog);
	refresh_stop(control->refresh);
	crew_free(control->crew);
	if (control->base)
		event_base_free(control->base);
}

static int run(struct control *control)
{
	struct fault fault;
	int status = 0;

	signal(SIGPIPE, SIG_IGN);
	raise_descriptors();
	log_set_level((enum log_level)control->snapshot->config->log.level);
	control->started_us = clock_us(CLOCK_REALTIME);
	log_say(LOG_LEVEL_NOTICE, "control", "retortd %s (%s) starts", RETORT_VERSION,
	    RETORT_BUILD_TYPE);
	if (start(control, &fault)) {
		log_fault(LOG_LEVEL_ERROR, "control", &fault);
		status = 1;
	} else {
		say_ready(control);
		event_base_dispatch(control->base);
	}
	stop(control);
	if (status == 0)
		log_say(LOG_LEVEL_NOTICE, "control", "leaves");
	return status;
}

/* Secrets that are read by others later: a file that is missing should be known now. */
static void try_secret(const struct config *config, const struct config_secret *place,
    const char *key, struct config_list *faults)
{
	char at[4096];
	struct text secret = text_in(at, sizeof(at));
	struct fault fault;

	if ((place->file || place->env) && config_secret_read(place, getenv, &secret, &fault))
		complaint_about(faults, config, place, "%s: %s", key, fault.text);
	explicit_bzero(at, sizeof(at));
}

/* The first snapshot of |path|, or NULL with |status| to leave with; what is wrong is on
 * standard error. */
static struct snapshot *load(const char *path, int *status)
{
	struct config_faults *faults = xalloc(sizeof(*faults));
	struct config *config = config_load(path, faults);
	struct snapshot *snapshot = NULL;

	if (config) {
		try_secret(config, &config->admin.token, "admin.token", &faults->faults);
		try_secret(config, &config->store.redis.password, "store.redis.password",
		    &faults->faults);
		snapshot = snapshot_new(config, NULL, &faults->faults);
	}
	if (snapshot && faults->faults.count) {
		snapshot_unref(snapshot);
		snapshot = NULL;
	}
	config_faults_print(faults, stderr);
	*status = faults->faults.passing < faults->faults.count ? CONTROL_BAD_CONFIG
								: snapshot == NULL;
	free(faults);
	return snapshot;
}

int control_run(const char *config_path)
{
	struct config_faults *faults = xalloc(sizeof(*faults));
	struct control *control = xalloc(sizeof(*control));
	int status;

	control->magic = MAGIC_CONTROL;
	control->config_path = config_path;
	control->metrics = metrics_new();
	control->snapshot = load(config_path, &status);
	/* Read once more to be kept: the snapshot's own goes with the first reload. */
	if (control->snapshot) {
		control->booted = config_load(config_path, faults);
		status = control->booted ? run(control) : CONTROL_BAD_CONFIG;
	}
	config_free(control->booted);
	snapshot_unref(control->snapshot);
	free(control->metrics);
	free(control);
	free(faults);
	return status;
}

int control_test(const char *config_path)
{
	int status;
	struct snapshot *snapshot = load(config_path, &status);

	if (snapshot)
		printf("%s: ok\n", config_path);
	snapshot_unref(snapshot);
	return status;
}

int control_print(const char *config_path)
{
	struct config_faults *faults = xalloc(sizeof(*faults));
	struct config *config = config_load(config_path, faults);
	int status = config ? 0 : CONTROL_BAD_CONFIG;

	config_faults_print(faults, stderr);
	if (config)
		config_print(config, stdout);
	config_free(config);
	free(faults);
	return status;
}
