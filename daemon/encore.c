/*
 * The request once more, where a kept connection closed in its moment. Must never let a request
 * that may not be repeated reach two servers, keep a word of it after the first byte of the
 * reply, or copy a body that is merely passing.
 */
#include "encore.h"

#include "exchange.h"
#include "upstream.h"

#include <assert.h>
#include <stdlib.h>

#define COPIED_MOST (8 * 1024) /* bytes of a request of which nothing was held */
#define SPANS       8
#define KEPT_SHARE  4 /* of inspect.held_limit, for the bodies of all workers' encores */

struct encore {
	struct encore *younger, *elder; /* of the worker's that keep a held body */
	struct exchange *exchange;
	int count;
	struct iovec spans[SPANS]; /* in |kept| or in |copy| */
	char *kept; /* the held body, taken over; malloc'd; NULL = not yet, or none */
	size_t kept_bytes, copied;
	bool is_of_hold; /* some span lies in what the exchange holds, or in |kept| */
	char copy[];     /* the rest of it */
};

static void wipe(void *at, size_t bytes)
{
	if (at)
		explicit_bzero(at, bytes);
	free(at);
}

static void unlist(struct encore_shelf *shelf, struct encore *encore)
{
	*(encore->younger ? &encore->younger->elder : &shelf->youngest) = encore->elder;
	*(encore->elder ? &encore->elder->younger : &shelf->eldest) = encore->younger;
	shelf->kept_bytes -= encore->kept_bytes;
}

static void enlist(struct encore_shelf *shelf, struct encore *encore)
{
	encore->elder = shelf->youngest;
	*(encore->elder ? &encore->elder->younger : &shelf->eldest) = encore;
	shelf->youngest = encore;
	shelf->kept_bytes += encore->kept_bytes;
}

void encore_drop(struct exchange *exchange)
{
	struct encore *encore = exchange->encore;

	if (!encore)
		return;
	exchange->encore = NULL;
	if (encore->kept)
		unlist(&exchange->worker->encores, encore);
	wipe(encore->kept, encore->kept_bytes);
	wipe(encore, sizeof(*encore) + encore->copied);
	hold_discharge(exchange);
}

static bool is_of_hold(const struct hold *hold, const struct iovec *span)
{
	const char *at = span->iov_base;

	return hold->kept && at >= hold->kept && at < hold->kept + hold->kept_bytes;
}

/* How much of it would be copied. */
static size_t copied_bytes(const struct hold *hold, const struct gather *gather)
{
	size_t bytes = 0;

	for (int i = 0; i < gather->count; i++)
		if (!is_of_hold(hold, &gather->spans[i]))
			bytes += gather->spans[i].iov_len;
	return bytes;
}

/* False when the spans are too many. */
static bool add_span(struct encore *encore, char *at, size_t bytes)
{
	struct iovec *last = encore->spans + encore->count - 1;

	if (encore->count && (char *)last->iov_base + last->iov_len == at) {
		last->iov_len += bytes;
		return true;
	}
	if (encore->count == SPANS)
		return false;
	encore->spans[encore->count++] = (struct iovec){ at, bytes };
	return true;
}

static bool add_spans(
    struct encore *encore, const struct hold *hold, const struct gather *gather)
{
	for (int i = 0; i < gather->count; i++) {
		const struct iovec *span = &gather->spans[i];
		bool is_held = is_of_hold(hold, span);
		char *at = is_held ? span->iov_base : encore->copy + encore->copied;

		if (!is_held) {
			memcpy(at, span->iov_base, span->iov_len);
			encore->copied += span->iov_len;
		}
		encore->is_of_hold |= is_held;
		if (!add_span(encore, at, span->iov_len))
			return false;
	}
	return true;
}

/* Whether what is gathered is all of the request, and the first of it on a kept connection. */
static bool is_whole(const struct exchange *exchange)
{
	const struct upstream_conn *conn = exchange->upstream;

	return conn->is_reused && exchange->request_done && !exchange->is_tunnel &&
	       !exchange->reply_begun && conn->link.sent_bytes == conn->sent_before &&
	       !link_has_pending(&conn->link);
}

void encore_note(struct exchange *exchange)
{
	const struct gather *gather = exchange->worker->to_upstream;
	const struct hold *hold = &exchange->hold;
	struct encore *encore;
	size_t copied;

	encore_drop(exchange);
	if (!is_whole(exchange))
		return;
	copied = copied_bytes(hold, gather);
	if (copied > COPIED_MOST && copied > hold->kept_bytes)
		return;
	encore = malloc(sizeof(*encore) + copied);
	if (!encore)
		return;
	*encore = (struct encore){ .exchange = exchange };
	exchange->encore = encore;
	if (!add_spans(encore, hold, gather))
		encore_drop(exchange);
}

/* The eldest wait for a model that thinks, and their connections live: they give way. */
static bool make_room(struct worker *worker, size_t bytes)
{
	const struct config *config = worker->lease->snapshot->config;
	size_t most = (size_t)(config->inspect.held_bytes / KEPT_SHARE / worker->seat.count);

	if (bytes > most)
		return false;
	while (worker->encores.kept_bytes + bytes > most) {
		assert(worker->encores.eldest);
		encore_drop(worker->encores.eldest->exchange);
	}
	return true;
}

bool encore_take_kept(struct exchange *exchange, char *kept, size_t bytes)
{
	struct encore *encore = exchange->encore;

	if (!encore || !encore->is_of_hold || encore->kept)
		return false;
	if (!make_room(exchange->worker, bytes)) {
		encore_drop(exchange);
		return false;
	}
	encore->kept = kept;
	encore->kept_bytes = bytes;
	enlist(&exchange->worker->encores, encore);
	return true;
}

size_t encore_kept_bytes(const struct exchange *exchange)
{
	return exchange->encore ? exchange->encore->kept_bytes : 0;
}

static bool is_repeatable(const struct exchange *exchange)
{
	static const char *const methods[] = { "GET", "HEAD", "OPTIONS", "TRACE", "PUT",
		"DELETE" };

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strcmp(exchange->record.method, methods[i]) == 0)
			return true;
	return false;
}

bool encore_may_play(const struct exchange *exchange)
{
	const struct upstream_conn *conn = exchange->upstream;

	return exchange->encore && conn->phase == UPSTREAM_PHASE_HEAD &&
	       (is_repeatable(exchange) || link_is_unheard(&conn->link, conn->wire_before));
}

int encore_play(struct exchange *exchange)
{
	const struct encore *encore = exchange->encore;
	int outcome = link_write(&exchange->upstream->link, encore->spans, encore->count);

	encore_drop(exchange);
	return outcome;
}
