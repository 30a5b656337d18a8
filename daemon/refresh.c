/*
 * Asking for names again. One round at a time: a resolver that hangs delays the next round and
 * nothing else. Must never leave an upstream without the addresses it had.
 */
#include "refresh.h"

#include "base/xalloc.h"
#include "clock.h"
#include "control_inside.h"
#include "crew.h"
#include "log.h"
#include "magic.h"
#include "resolve.h"

#include <stdlib.h>

#define LATE_US (15 * 1000 * 1000) /* one silent server costs glibc less */

struct refresh_name {
	struct lookup_name name;
	int64_t asked_us;
	bool is_failing; /* and that was said */
};

struct refresh {
	uint32_t magic;
	struct control *control;
	struct event *tick, *answered;
	struct lookup *round; /* under way, or NULL */
	int64_t began_us;
	bool is_late; /* and that was said */
	size_t name_count;
	struct refresh_name *names; /* all that were ever in a book that was looked at */
};

/* What is known of a name; one that is new was resolved just now, with its snapshot. */
static struct refresh_name *note_of(struct refresh *refresh, const struct lookup_name *name)
{
	for (size_t i = 0; i < refresh->name_count; i++)
		if (lookup_name_equal(&refresh->names[i].name, name))
			return &refresh->names[i];
	refresh->names = xalloc_grow(
	    refresh->names, refresh->name_count + 1, sizeof(*refresh->names));
	refresh->names[refresh->name_count] = (struct refresh_name){ *name,
		clock_us(CLOCK_MONOTONIC), false };
	return &refresh->names[refresh->name_count++];
}

static void say_outcome(struct refresh *refresh, struct refresh_name *note)
{
	struct metrics_block *metrics = refresh->control->metrics;
	struct fault fault;
	bool is_failing = !lookup_found(refresh->round, &note->name, &fault);

	metrics_count(metrics, METRIC_RESOLUTIONS,
	    is_failing ? METRICS_OUTCOME_FAILED : METRICS_OUTCOME_OK);
	if (is_failing && !note->is_failing)
		log_say(LOG_LEVEL_WARNING, "resolve", "%s; its addresses stay as they are",
		    fault.text);
	else if (!is_failing && note->is_failing)
		log_say(LOG_LEVEL_NOTICE, "resolve", "%s is resolved again", note->name.host);
	note->is_failing = is_failing;
}

static void put_in_force(struct refresh *refresh, struct server_book *book)
{
	struct control *control = refresh->control;
	struct server_book *old = control->snapshot->book;

	for (size_t i = 0; i < book->name_count; i++) {
		const struct server_name *name = &book->names[i];

		if (!server_book_same(name, server_book_find(old, &name->name)))
			log_say(LOG_LEVEL_NOTICE, "resolve",
			    "%s has other addresses, %zu of them", name->name.host,
			    name->count);
	}
	control->snapshot->book = book;
	crew_adopt(control->crew, control->snapshot);
	server_book_unref(old);
}

static void end_round(struct refresh *refresh)
{
	if (refresh->answered)
		event_free(refresh->answered);
	lookup_end(refresh->round);
	refresh->answered = NULL;
	refresh->round = NULL;
	refresh->is_late = false;
}

/* Names that a reload took away meanwhile are nobody's any more. */
static void on_answered(evutil_socket_t fd, short what, void *arg)
{
	struct refresh *refresh = magic_check(arg, MAGIC_REFRESH);
	const struct server_book *book = refresh->control->snapshot->book;
	struct server_book *next;

	(void)fd, (void)what;
	for (size_t i = 0; i < book->name_count; i++) {
		struct refresh_name *note = note_of(refresh, &book->names[i].name);

		if (note->asked_us == refresh->began_us)
			say_outcome(refresh, note);
	}
	next = resolve_again(refresh->control->snapshot, refresh->round);
	if (next)
		put_in_force(refresh, next);
	end_round(refresh);
}

static void begin_round(struct refresh *refresh, const struct lookup_name *names, size_t count)
{
	struct fault fault;

	refresh->round = lookup_begin(names, count, &fault);
	if (!refresh->round) {
		log_fault(LOG_LEVEL_WARNING, "resolve", &fault);
		return;
	}
	refresh->answered = event_new(
	    refresh->control->base, lookup_fd(refresh->round), EV_READ, on_answered, refresh);
	event_add(refresh->answered, NULL);
}

static void ask_for_due(struct refresh *refresh)
{
	const struct server_book *book = refresh->control->snapshot->book;
	struct lookup_name *due = xalloc_array(book->name_count + 1, sizeof(*due));
	size_t count = 0;

	refresh->began_us = clock_us(CLOCK_MONOTONIC);
	for (size_t i = 0; i < book->name_count; i++) {
		const struct server_name *name = &book->names[i];
		struct refresh_name *note;

		if (name->is_literal || name->every_us == 0)
			continue;
		note = note_of(refresh, &name->name);
		if (refresh->began_us - note->asked_us < name->every_us)
			continue;
		note->asked_us = refresh->began_us;
		due[count++] = name->name;
	}
	if (count)
		begin_round(refresh, due, count);
	free(due);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct refresh *refresh = magic_check(arg, MAGIC_REFRESH);

	(void)fd, (void)what;
	if (!refresh->round) {
		ask_for_due(refresh);
	} else if (!refresh->is_late &&
		   clock_us(CLOCK_MONOTONIC) - refresh->began_us > LATE_US) {
		refresh->is_late = true;
		log_say(LOG_LEVEL_WARNING, "resolve",
		    "the resolver does not answer; addresses stay as they are");
	}
}

struct refresh *refresh_start(struct control *control)
{
	struct refresh *refresh = xalloc(sizeof(*refresh));
	struct timeval second = { .tv_sec = 1 };

	refresh->magic = MAGIC_REFRESH;
	refresh->control = control;
	refresh->tick = event_new(control->base, -1, EV_PERSIST, on_tick, refresh);
	event_add(refresh->tick, &second);
	return refresh;
}

void refresh_stop(struct refresh *refresh)
{
	if (!refresh)
		return;
	end_round(refresh);
	event_free(refresh->tick);
	free(refresh->names);
	refresh->magic = 0;
	free(refresh);
}
