/*
 * A worker's loop: its clock, its tick, its letters and its dead. It starts and ends the rooms
 * of the data plane and knows nothing of HTTP. Must never block, and shares nothing with other
 * workers.
 */
#include "worker.h"

#include "base/xalloc.h"
#include "client.h"
#include "clock.h"
#include "forget.h"
#include "hold.h"
#include "listener.h"
#include "log.h"
#include "magic.h"
#include "upstream.h"
#include "worker_inside.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum letter_kind { LETTER_ADOPT, LETTER_DRAIN, LETTER_STOP };

struct letter {
	struct letter *next;
	enum letter_kind kind;
	struct snapshot *snapshot; /* of LETTER_ADOPT, a reference */
	struct server_book *book;  /* likewise */
};

void worker_clock_read(struct worker *worker)
{
	worker->now_us = clock_us(CLOCK_MONOTONIC);
}

static void read_wall_clock(struct worker *worker)
{
	worker_clock_read(worker);
	worker->wall_offset_us = clock_us(CLOCK_REALTIME) - worker->now_us;
}

uint64_t worker_next_exchange(struct worker *worker)
{
	return worker->next_exchange++;
}

void worker_bury_later(
    struct worker *worker, struct grave *grave, void (*bury)(void *dead), void *dead)
{
	grave->bury = bury;
	grave->dead = dead;
	grave->next = worker->graves;
	worker->graves = grave;
}

static void bury_dead(struct worker *worker)
{
	struct grave *grave;

	while ((grave = worker->graves)) {
		worker->graves = grave->next;
		grave->bury(grave->dead);
	}
}

static struct lease *new_lease(
    struct worker *worker, struct snapshot *snapshot, struct server_book *book)
{
	struct lease *lease = xalloc(sizeof(*lease));

	lease->refs = 1;
	lease->snapshot = snapshot;
	lease->book = book;
	lease->hash = keyed_hash_clone(snapshot->hash);
	text_digest_keys_init(&lease->kit.keys, lease->hash);
	lease->kit.elicitation = snapshot->elicitation;
	upstream_bind(worker, lease);
	return lease;
}

struct lease *worker_lease_ref(struct lease *lease)
{
	lease->refs++;
	return lease;
}

void worker_lease_unref(struct worker *worker, struct lease *lease)
{
	(void)worker;
	if (!lease || --lease->refs > 0)
		return;
	for (size_t i = 0; i < lease->snapshot->upstream_count; i++)
		free(lease->pools[i]);
	free(lease->pools);
	free(lease->next_server);
	keyed_hash_free(lease->hash);
	server_book_unref(lease->book);
	snapshot_unref(lease->snapshot);
	free(lease);
}

void worker_note_quiet(struct worker *worker)
{
	listener_note_room(worker);
	if (!worker->is_draining || worker->has_drained || worker->client_count > 0)
		return;
	worker->has_drained = true;
	worker->seat.on_drained(worker->seat.on_drained_arg);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = magic_check(arg, MAGIC_WORKER);

	(void)fd, (void)what;
	read_wall_clock(worker);
	metrics_count(worker->seat.metrics, METRIC_WORKER_TICKS, 0);
	deadline_turn(&worker->wheel, worker_now_ms(worker));
	listener_note_room(worker);
	forget_turns(worker); /* last: what deadlines touched is wiped too */
}

static void adopt(struct worker *worker, struct snapshot *snapshot, struct server_book *book)
{
	struct lease *old = worker->lease;

	worker->client_most =
	    (size_t)(snapshot->config->http.connections / worker->seat.count) + 1;
	worker->lease = new_lease(worker, snapshot, book);
	worker_lease_unref(worker, old);
}

static void drain(struct worker *worker)
{
	struct client *client, *next;

	worker->is_draining = true;
	listener_close_all(worker);
	for (client = worker->clients; client; client = next) {
		next = client->next;
		client_drain(client);
	}
	worker_note_quiet(worker);
}

static void carry_out(struct worker *worker, struct letter *letter)
{
	switch (letter->kind) {
	case LETTER_ADOPT:
		adopt(worker, letter->snapshot, letter->book);
		break;
	case LETTER_DRAIN:
		drain(worker);
		break;
	case LETTER_STOP:
		worker->is_stopping = true;
		break;
	}
	free(letter);
}

static void on_letter(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = magic_check(arg, MAGIC_WORKER);
	struct letter *letters, *next;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	worker_clock_read(worker);
	pthread_mutex_lock(&worker->letter_lock);
	letters = worker->letters;
	worker->letters = NULL;
	pthread_mutex_unlock(&worker->letter_lock);
	for (; letters; letters = next) {
		next = letters->next;
		carry_out(worker, letters);
	}
}

/* Appended, so that letters are carried out in the order in which they were sent. */
static void send_letter(struct worker *worker, enum letter_kind kind, struct snapshot *snapshot)
{
	struct letter *letter = xalloc(sizeof(*letter)), **last;
	uint64_t one = 1;

	letter->kind = kind;
	letter->snapshot = snapshot ? snapshot_ref(snapshot) : NULL;
	letter->book = snapshot ? server_book_ref(snapshot->book) : NULL;
	pthread_mutex_lock(&worker->letter_lock);
	for (last = &worker->letters; *last; last = &(*last)->next)
		;
	*last = letter;
	pthread_mutex_unlock(&worker->letter_lock);
	if (write(worker->letter_fd, &one, sizeof(one)) < 0)
		log_say(LOG_LEVEL_ERROR, "worker", "a letter was not delivered: %s",
		    strerror(errno));
}

void worker_adopt(struct worker *worker, struct snapshot *snapshot)
{
	send_letter(worker, LETTER_ADOPT, snapshot);
}

void worker_drain(struct worker *worker)
{
	send_letter(worker, LETTER_DRAIN, NULL);
}

void worker_stop(struct worker *worker)
{
	send_letter(worker, LETTER_STOP, NULL);
}

static void *run(void *arg)
{
	struct worker *worker = magic_check(arg, MAGIC_WORKER);

	while (!worker->is_stopping) {
		event_base_loop(worker->base, EVLOOP_ONCE);
		bury_dead(worker);
	}
	listener_close_all(worker);
	while (worker->clients)
		client_close(worker->clients, true);
	upstream_close_all(worker);
	bury_dead(worker);
	return NULL;
}

static struct event_base *new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

static void add_events(struct worker *worker)
{
	struct timeval tick = { .tv_usec = DEADLINE_TICK_MS * 1000 };

	worker->tick = event_new(worker->base, -1, EV_PERSIST, on_tick, worker);
	event_add(worker->tick, &tick);
	worker->letter_event = event_new(
	    worker->base, worker->letter_fd, EV_READ | EV_PERSIST, on_letter, worker);
	event_add(worker->letter_event, NULL);
}

static void free_worker(struct worker *worker)
{
	if (worker->tick)
		event_free(worker->tick);
	if (worker->letter_event)
		event_free(worker->letter_event);
	worker_lease_unref(worker, worker->lease);
	if (worker->base)
		event_base_free(worker->base);
	if (worker->letter_fd >= 0)
		close(worker->letter_fd);
	digest_free(worker->digest);
	pthread_mutex_destroy(&worker->letter_lock);
	explicit_bzero(worker->input, WORKER_INPUT_BYTES);
	explicit_bzero(worker->scratch, WORKER_SCRATCH_BYTES);
	free(worker->input);
	free(worker->scratch);
	free(worker->to_client);
	free(worker->to_upstream);
	free(worker->request);
	free(worker->response);
	free(worker->held);
	worker->magic = 0;
	free(worker);
}

struct worker *worker_start(const struct worker_seat *seat, struct fault *fault)
{
	struct worker *worker = xalloc(sizeof(*worker));

	worker->magic = MAGIC_WORKER;
	worker->seat = *seat;
	worker->input = xalloc(WORKER_INPUT_BYTES);
	worker->scratch = xalloc(WORKER_SCRATCH_BYTES);
	worker->to_client = xalloc(sizeof(*worker->to_client));
	worker->to_upstream = xalloc(sizeof(*worker->to_upstream));
	worker->request = xalloc(sizeof(*worker->request));
	worker->response = xalloc(sizeof(*worker->response));
	worker->held = xalloc(sizeof(*worker->held));
	pthread_mutex_init(&worker->letter_lock, NULL);
	worker->letter_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	worker->base = new_base();
	worker->digest = digest_new(fault);
	read_wall_clock(worker);
	deadline_wheel_init(&worker->wheel, worker_now_ms(worker));
	RAND_bytes((unsigned char *)&worker->next_exchange, sizeof(worker->next_exchange));
	if (!worker->base || worker->letter_fd < 0 || !worker->digest) {
		if (worker->digest)
			fault_say(fault, "no event loop is to be had: %s", strerror(errno));
		free_worker(worker);
		return NULL;
	}
	add_events(worker);
	adopt(worker, snapshot_ref(seat->snapshot), server_book_ref(seat->snapshot->book));
	listener_open_all(worker);
	if (pthread_create(&worker->thread, NULL, run, worker) == 0)
		return worker;
	fault_say(fault, "no thread is to be had: %s", strerror(errno));
	free_worker(worker);
	return NULL;
}

void worker_join(struct worker *worker)
{
	pthread_join(worker->thread, NULL);
	while (worker->letters) {
		struct letter *letter = worker->letters;

		worker->letters = letter->next;
		server_book_unref(letter->book);
		snapshot_unref(letter->snapshot);
		free(letter);
	}
	free_worker(worker);
}
