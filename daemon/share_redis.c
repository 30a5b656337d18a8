/*
 * The thread that shares the limit table through Redis: when to connect, when to fill a batch,
 * what state to show. It must never hold a stripe while it waits, and never make anybody wait
 * for Redis.
 */
#include "share_redis.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "clock.h"
#include "limit/share_plan.h"
#include "magic.h"
#include "share_link.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#define RETRY_LEAST_US 100000
#define RETRY_MOST_US  3000000
#define STEADY_US      10000000 /* a connection that held so long is no flapping one */
#define STOP_SECONDS   1
#define CLOCK_APART_US 2000000 /* nodes that share windows should share the time */
#define PROBE_EVERY_US 1000000 /* an idle connection is tried so often */

struct share_redis {
	uint32_t magic;
	struct share_redis_settings settings; /* with copies of all it names */
	struct share_state state;
	struct share_plan *plan;
	struct share_link *link;
	struct share_link_plan link_plan;
	char probe_key[128];

	struct event_base *base;
	struct evdns_base *dns; /* NULL: all servers are addresses */
	struct event *tick, *retry, *stop;
	int stop_fd;
	pthread_t thread;

	size_t server;       /* the one that is used or tried next */
	unsigned failures;   /* in a row */
	bool is_open;        /* greeted: batches may go out */
	bool is_shared_told; /* the last change that was told */
	bool is_outage_told, is_stopping;
	int64_t sent_us, opened_us; /* steady time */

	pthread_mutex_t why_lock;
	struct fault why;
};

static struct share_redis *cast_share(void *arg)
{
	return magic_check(arg, MAGIC_SHARE_REDIS);
}

static void set_timer(struct event *timer, int64_t us)
{
	struct timeval after = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 };

	event_add(timer, &after);
}

/* State: every change goes through here. */

static void enter(struct share_redis *share, enum share_status status, const char *words)
{
	enum share_status before = (enum share_status)share->state.status;
	bool is_told = status == SHARE_SHARED  ? !share->is_shared_told
		       : status == SHARE_LOCAL ? !share->is_outage_told
					       : false;

	share->state.status = status;
	if (before == SHARE_SHARED && status != SHARE_SHARED)
		share->state.outages++;
	if (!is_told)
		return;
	share->is_shared_told = status == SHARE_SHARED;
	share->is_outage_told = status == SHARE_LOCAL;
	share->state.since_us = clock_us(CLOCK_REALTIME);
	if (share->settings.on_change)
		share->settings.on_change(share->settings.arg, status, words);
}

static void publish(struct share_redis *share)
{
	const struct share_figures *figures = share_plan_figures(share->plan);

	share->state.batches = figures->batches;
	share->state.commands = figures->commands;
	share->state.keys = figures->keys;
	share->state.sent_bytes = figures->sent_bytes;
	share->state.garbled = figures->garbled;
	share->state.losses = figures->losses;
	share->state.heard_bytes = share_link_heard_bytes(share->link);
	share->state.cpu_us = (uint64_t)clock_us(CLOCK_THREAD_CPUTIME_ID);
}

/* Batches. */

static void end_if_stopping(struct share_redis *share)
{
	if (share->is_stopping)
		event_base_loopbreak(share->base);
}

static void show_shared(struct share_redis *share)
{
	char words[360];

	int64_t ahead_us = share->state.clock_ahead_us;

	if (share->state.status == SHARE_SHARED)
		return;
	snprintf(words, sizeof(words), "counts are shared through redis %s%s",
	    share->settings.servers[share->server].text,
	    llabs(ahead_us) > CLOCK_APART_US ? ", whose clock is not ours" : "");
	enter(share, SHARE_SHARED, words);
}

/* Sends the next batch if there is one. */
static void send_batch(struct share_redis *share)
{
	struct bytes batch;

	do
		batch = share_plan_fill(share->plan, (uint64_t)clock_us(CLOCK_REALTIME));
	while (batch.len == 0 && share_plan_has_more(share->plan));
	if (batch.len > 0) {
		share->sent_us = clock_us(CLOCK_MONOTONIC);
		share_link_send(share->link, batch);
		return;
	}
	show_shared(share);
	end_if_stopping(share);
	if (!share->is_stopping &&
	    clock_us(CLOCK_MONOTONIC) - share->sent_us > PROBE_EVERY_US) {
		share->sent_us = clock_us(CLOCK_MONOTONIC);
		share_link_probe(share->link);
	}
}

static void on_answered(void *arg)
{
	struct share_redis *share = cast_share(arg);

	share->state.round_trip_us = (uint64_t)(clock_us(CLOCK_MONOTONIC) - share->sent_us);
	show_shared(share);
	if (share_plan_has_more(share->plan) || share->is_stopping)
		send_batch(share);
	publish(share);
}

static bool is_idle(const struct share_redis *share)
{
	return share->is_open && share_plan_unanswered(share->plan) == 0 &&
	       share_link_is_idle(share->link);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct share_redis *share = cast_share(arg);

	(void)fd, (void)what;
	if (is_idle(share))
		send_batch(share);
	publish(share);
}

static int on_reply(void *arg, const struct share_reply *reply, struct fault *fault)
{
	return share_plan_hear(cast_share(arg)->plan, reply, fault);
}

static bool is_waiting(void *arg)
{
	return share_plan_unanswered(cast_share(arg)->plan) > 0;
}

/* Connecting. */

static void try_server(struct share_redis *share)
{
	if (share->state.status != SHARE_CONNECTING)
		enter(share, SHARE_CONNECTING, "");
	share_link_open(share->link, &share->settings.servers[share->server]);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	try_server(cast_share(arg));
}

/* Longer after every round of all servers, and never the same for two nodes. */
static int64_t retry_after_us(const struct share_redis *share)
{
	size_t rounds = share->failures / share->settings.server_count;
	int64_t us = rounds > 5 ? RETRY_MOST_US : RETRY_LEAST_US << rounds;
	uint32_t random;

	if (us > RETRY_MOST_US)
		us = RETRY_MOST_US;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = (uint32_t)clock_us(CLOCK_MONOTONIC);
	return us / 2 + (int64_t)(random % (uint64_t)us);
}

static void on_lost(void *arg, const struct fault *fault)
{
	struct share_redis *share = cast_share(arg);
	char words[FAULT_TEXT + 60];

	share_plan_end(share->plan);
	if (share->is_open && clock_us(CLOCK_MONOTONIC) - share->opened_us > STEADY_US)
		share->failures = 0;
	share->is_open = false;
	share->failures++;
	share->state.failures++;
	share->server = (share->server + 1) % share->settings.server_count;
	pthread_mutex_lock(&share->why_lock);
	share->why = *fault;
	pthread_mutex_unlock(&share->why_lock);
	snprintf(words, sizeof(words), "%s; limits go on with this node's counts", fault->text);
	enter(share, SHARE_LOCAL, words);
	publish(share);
	end_if_stopping(share);
	set_timer(share->retry, retry_after_us(share));
}

static void on_open(void *arg, int64_t clock_ahead_us)
{
	struct share_redis *share = cast_share(arg);

	share->is_open = true;
	share->opened_us = share->sent_us = clock_us(CLOCK_MONOTONIC);
	share->state.clock_ahead_us = clock_ahead_us;
	share_plan_begin(share->plan);
	send_batch(share);
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct share_redis *share = cast_share(arg);

	(void)fd, (void)what;
	share->is_stopping = true;
	event_base_loopexit(share->base, &(struct timeval){ .tv_sec = STOP_SECONDS });
	if (!share->is_open)
		event_base_loopbreak(share->base);
	else if (is_idle(share))
		send_batch(share);
}

/* Starting and stopping. */

static void *run(void *arg)
{
	struct share_redis *share = cast_share(arg);

	try_server(share);
	event_base_dispatch(share->base);
	share_link_close(share->link);
	share_plan_end(share->plan);
	return NULL;
}

static void free_share(struct share_redis *share)
{
	struct event *events[] = { share->tick, share->retry, share->stop };

	share_link_free(share->link);
	share_plan_free(share->plan);
	for (size_t i = 0; i < 3; i++)
		if (events[i])
			event_free(events[i]);
	if (share->dns)
		evdns_base_free(share->dns, 0);
	if (share->base)
		event_base_free(share->base);
	if (share->stop_fd >= 0)
		close(share->stop_fd);
	share_settings_free(&share->settings);
	pthread_mutex_destroy(&share->why_lock);
	share->magic = 0;
	free(share);
}

static int make_plan(struct share_redis *share, struct fault *fault)
{
	struct text key = text_in(share->probe_key, sizeof(share->probe_key));
	struct share_settings plan = { .prefix = bytes_of_text(share->settings.prefix),
		.sync_interval_us = (uint64_t)share->settings.sync_interval_us };

	if (getrandom(&plan.node, sizeof(plan.node), 0) != sizeof(plan.node))
		return fault_say(fault, "the system gives no random number");
	share->plan = share_plan_new(share->settings.table, &plan, fault);
	if (!share->plan)
		return -1;
	text_add(&key, plan.prefix);
	text_add_char(&key, '{');
	text_add_hex64(&key, plan.node);
	text_add(&key, BYTES("}:probe"));
	share->link_plan = (struct share_link_plan){ .base = share->base,
		.dns = share->dns,
		.credentials = { .username = share->settings.username,
		    .password = share->settings.password,
		    .probe_key = text_bytes(&key) },
		.tls = share->settings.tls,
		.sni = share->settings.sni,
		.is_verified = share->settings.is_verified,
		.timeout_us = share->settings.timeout_us,
		.on_open = on_open,
		.on_reply = on_reply,
		.on_answered = on_answered,
		.on_lost = on_lost,
		.is_waiting = is_waiting,
		.arg = share };
	share->link = share_link_new(&share->link_plan);
	return 0;
}

static int make_events(struct share_redis *share, struct fault *fault)
{
	bool has_names = false;

	share->base = event_base_new();
	share->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!share->base || share->stop_fd < 0)
		return fault_say(fault, "no event base for sharing is to be had");
	for (size_t i = 0; i < share->settings.server_count; i++)
		has_names |= !share_settings_is_address(&share->settings.servers[i]);
	if (has_names)
		share->dns = evdns_base_new(share->base,
		    EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (has_names && !share->dns)
		return fault_say(
		    fault, "no name server is known to resolve redis servers with");
	share->tick = event_new(share->base, -1, EV_PERSIST, on_tick, share);
	share->retry = evtimer_new(share->base, on_retry, share);
	share->stop = event_new(share->base, share->stop_fd, EV_READ, on_stop, share);
	event_add(share->stop, NULL);
	set_timer(share->tick, share->settings.sync_interval_us);
	return 0;
}

struct share_redis *share_redis_start(
    const struct share_redis_settings *settings, struct fault *fault)
{
	struct share_redis *share;

	if (share_settings_check(settings, fault) < 0)
		return NULL;
	share = xalloc(sizeof(*share));
	share->magic = MAGIC_SHARE_REDIS;
	share->stop_fd = -1;
	pthread_mutex_init(&share->why_lock, NULL);
	share_settings_copy(&share->settings, settings);
	if (make_events(share, fault) < 0 || make_plan(share, fault) < 0) {
		free_share(share);
		return NULL;
	}
	if (pthread_create(&share->thread, NULL, run, share) != 0) {
		fault_say(fault, "no thread for sharing is to be had");
		free_share(share);
		return NULL;
	}
	return share;
}

void share_redis_stop(struct share_redis *share)
{
	const uint64_t one = 1;

	if (!share)
		return;
	while (write(share->stop_fd, &one, sizeof(one)) < 0)
		;
	pthread_join(share->thread, NULL);
	free_share(share);
}

struct share_state *share_redis_state(struct share_redis *share)
{
	return &share->state;
}

void share_redis_why(struct share_redis *share, struct fault *why)
{
	pthread_mutex_lock(&share->why_lock);
	*why = share->why;
	pthread_mutex_unlock(&share->why_lock);
}
