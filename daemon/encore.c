/*
 * The request once more, where a kept connection closed in its moment. Must never let a request
 * that may not be repeated reach two servers, nor keep a word of it after the first byte of
 * the reply.
 */
#include "encore.h"

#include "exchange.h"
#include "upstream.h"

#include <stdlib.h>

#define SHARE 4 /* of inspect.held_limit, for all workers */

static size_t most_bytes(const struct worker *worker)
{
	const struct config *config = worker->lease->snapshot->config;

	return (size_t)(config->inspect.held_bytes / SHARE / worker->seat.count);
}

static void unlist(struct encore_shelf *shelf, struct encore *encore)
{
	*(encore->younger ? &encore->younger->elder : &shelf->youngest) = encore->elder;
	*(encore->elder ? &encore->elder->younger : &shelf->eldest) = encore->younger;
	shelf->bytes -= encore->bytes;
}

static void enlist(struct encore_shelf *shelf, struct encore *encore)
{
	encore->elder = shelf->youngest;
	*(encore->elder ? &encore->elder->younger : &shelf->eldest) = encore;
	shelf->youngest = encore;
}

static void wipe(char *at, size_t bytes)
{
	if (at)
		explicit_bzero(at, bytes);
	free(at);
}

void encore_drop(struct exchange *exchange)
{
	struct encore *encore = exchange->encore;

	if (!encore)
		return;
	exchange->encore = NULL;
	unlist(&exchange->worker->encores, encore);
	for (int i = 0; i < encore->count; i++)
		wipe(encore->pieces[i].own, encore->pieces[i].b.len);
	wipe(encore->kept, encore->kept_bytes);
	free(encore);
	hold_discharge(exchange);
}

/* Younger ones are likelier to be asked for: the eldest go until there is room. */
static bool make_room(struct encore *encore, size_t bytes)
{
	struct worker *worker = encore->exchange->worker;
	struct encore_shelf *shelf = &worker->encores;
	size_t most = most_bytes(worker);

	if (encore->bytes + bytes > most)
		return false;
	while (shelf->bytes + bytes > most) {
		struct encore *eldest = shelf->eldest == encore ? encore->younger
								: shelf->eldest;

		encore_drop(eldest->exchange);
	}
	shelf->bytes += bytes;
	encore->bytes += bytes;
	return true;
}

static bool is_of_hold(const struct hold *hold, const struct iovec *span)
{
	const char *at = span->iov_base;

	return hold->kept && at >= hold->kept && at < hold->kept + hold->kept_bytes;
}

static bool add_piece(struct encore *encore, char *own, struct bytes b)
{
	if (encore->count == ENCORE_PIECES || !make_room(encore, b.len)) {
		wipe(own, b.len);
		return false;
	}
	encore->pieces[encore->count++] = (struct encore_piece){ own, b };
	return true;
}

/* One piece out of the first spans that no held body backs; says how many it took. */
static bool copy_spans(struct encore *encore, const struct iovec *spans, int count, int *taken)
{
	const struct hold *hold = &encore->exchange->hold;
	size_t bytes = 0, used = 0;
	char *own;

	for (*taken = 0; *taken < count && !is_of_hold(hold, &spans[*taken]); ++*taken)
		bytes += spans[*taken].iov_len;
	own = malloc(bytes);
	if (!own)
		return false;
	for (int i = 0; i < *taken; i++) {
		memcpy(own + used, spans[i].iov_base, spans[i].iov_len);
		used += spans[i].iov_len;
	}
	return add_piece(encore, own, bytes_of(own, bytes));
}

static bool add_spans(struct encore *encore, const struct iovec *spans, int count)
{
	int taken;

	for (; count > 0; spans += taken, count -= taken) {
		taken = 1;
		if (!is_of_hold(&encore->exchange->hold, spans)) {
			if (!copy_spans(encore, spans, count, &taken))
				return false;
			continue;
		}
		encore->is_of_hold = true;
		if (!add_piece(encore, NULL, bytes_of(spans->iov_base, spans->iov_len)))
			return false;
	}
	return true;
}

static struct encore *open_encore(struct exchange *exchange)
{
	struct encore *encore = calloc(1, sizeof(*encore));

	if (!encore)
		return NULL;
	encore->exchange = exchange;
	enlist(&exchange->worker->encores, encore);
	exchange->encore = encore;
	return encore;
}

void encore_note(struct exchange *exchange)
{
	const struct upstream_conn *conn = exchange->upstream;
	const struct gather *gather = exchange->worker->to_upstream;
	struct encore *encore = exchange->encore;

	if (!conn->is_reused || exchange->is_tunnel || exchange->reply_begun)
		return;
	if (!encore && conn->link.sent_bytes == conn->sent_before &&
	    !link_has_pending(&conn->link))
		encore = open_encore(exchange);
	if (encore && !add_spans(encore, gather->spans, gather->count))
		encore_drop(exchange);
}

bool encore_take_kept(struct exchange *exchange, char *kept, size_t bytes)
{
	struct encore *encore = exchange->encore;

	if (!encore || !encore->is_of_hold || encore->kept)
		return false;
	encore->kept = kept;
	encore->kept_bytes = bytes;
	return true;
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
	struct iovec spans[ENCORE_PIECES];
	int outcome;

	for (int i = 0; i < encore->count; i++)
		spans[i] = (struct iovec){ (void *)encore->pieces[i].b.at,
			encore->pieces[i].b.len };
	outcome = link_write(&exchange->upstream->link, spans, encore->count);
	encore_drop(exchange);
	return outcome;
}
