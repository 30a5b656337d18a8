/*
 * What "explain" remembers. Two rings, so that a busy daemon's unremarkable requests do not
 * push out the few that somebody will ask about. It must never hold more than it was made for.
 */
#include "recent.h"

#include "base/pages.h"
#include "base/xalloc.h"

#include <stdlib.h>

struct ring_of_records {
	size_t count, room; /* |count| of all that ever came */
	uint64_t *ids;      /* apart, so that a search touches little */
	struct record *at;
};

struct recent {
	struct ring_of_records plain, remarkable;
};

static void init(struct ring_of_records *ring, size_t room)
{
	*ring = (struct ring_of_records){ .room = room };
	ring->ids = xalloc_array(room, sizeof(*ring->ids));
	ring->at = pages_new(room, sizeof(*ring->at));
}

struct recent *recent_new(size_t each)
{
	struct recent *recent = xalloc(sizeof(*recent));

	init(&recent->plain, each);
	init(&recent->remarkable, each);
	return recent;
}

static void fini(struct ring_of_records *ring)
{
	free(ring->ids);
	pages_free(ring->at, ring->room, sizeof(*ring->at));
}

void recent_free(struct recent *recent)
{
	if (!recent)
		return;
	fini(&recent->plain);
	fini(&recent->remarkable);
	free(recent);
}

void recent_add(struct recent *recent, const struct record *record)
{
	bool is_plain = record->verdict == RECORD_VERDICT_PASS && !record->cohort &&
			!record->reasons[0];
	struct ring_of_records *ring = is_plain ? &recent->plain : &recent->remarkable;
	size_t place = ring->count++ % ring->room;

	ring->ids[place] = record->facts.exchange;
	ring->at[place] = *record;
}

static const struct record *find(const struct ring_of_records *ring, uint64_t exchange)
{
	size_t filled = ring->count < ring->room ? ring->count : ring->room;

	for (size_t i = 0; i < filled; i++)
		if (ring->ids[i] == exchange)
			return &ring->at[i];
	return NULL;
}

const struct record *recent_find(const struct recent *recent, uint64_t exchange)
{
	const struct record *found = find(&recent->remarkable, exchange);

	return found ? found : find(&recent->plain, exchange);
}
