/*
 * The sliding count of distinct elements: an exact set while it is small, one HyperLogLog a
 * pane beyond. It must never hold more memory than its room allows, and merging must never
 * count twice.
 */
#include "window/distinct.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PANE_BITS    15u
#define OWN_BIT      16u
#define LEAST_WORDS  16u
#define MOST_WORDS   1024u
#define CLOCK_SET_US 60000000u /* as in window.c */

_Static_assert(DISTINCT_EXACT == MOST_WORDS / 4 * 3, "the largest set is three quarters full");
_Static_assert(DISTINCT_RING <= PANE_BITS, "a pane's age fits its bits");

static size_t bytes_of_set(unsigned words)
{
	return words * sizeof(uint64_t);
}

/* |bytes| zeroed bytes that count against |room|, or NULL. */
static void *room_alloc(struct distinct_room *room, size_t bytes)
{
	void *block;

	if (bytes > room->most_bytes || room->used_bytes > room->most_bytes - bytes)
		return NULL;
	block = calloc(1, bytes);
	if (block)
		room->used_bytes += bytes;
	return block;
}

void distinct_init(struct distinct *distinct, uint64_t window_us, uint64_t now_us)
{
	memset(distinct, 0, sizeof(*distinct));
	distinct->width_us = window_us <= DISTINCT_PANES
				 ? 1
				 : (window_us + DISTINCT_PANES - 1) / DISTINCT_PANES;
	distinct->newest = now_us / distinct->width_us;
}

void distinct_clear(struct distinct *distinct, struct distinct_room *room)
{
	room->used_bytes -= distinct->is_dense ? sizeof(*distinct->dense)
					       : bytes_of_set(distinct->set_words);
	if (distinct->is_dense)
		free(distinct->dense);
	else
		free(distinct->set);
	distinct->set = NULL;
	distinct->set_words = 0;
	distinct->is_dense = false;
	distinct->count = 0;
}

bool distinct_covers(const struct distinct *distinct, uint64_t number)
{
	return number <= distinct->newest && distinct->newest - number < DISTINCT_RING;
}

/* The set: open addressing by the element's top bits, never more than three quarters full. */

static uint64_t *seek_word(uint64_t *set, unsigned words, uint64_t element)
{
	unsigned mask = words - 1;
	unsigned at = (unsigned)(element >> 40) & mask;

	while (set[at] && (set[at] & DISTINCT_MASK) != element)
		at = (at + 1) & mask;
	return &set[at];
}

static unsigned age_of(const struct distinct *distinct, uint64_t word)
{
	return (unsigned)(distinct->newest - distinct_word_pane(word)) & PANE_BITS;
}

/* Drops the words that are older than |most_age| panes; the others stay, in new places. */
static void sweep_set(struct distinct *distinct, unsigned most_age, struct distinct_room *room)
{
	uint64_t kept[DISTINCT_EXACT];
	unsigned count = 0;

	for (unsigned i = 0; i < distinct->set_words; i++)
		if (distinct->set[i] && age_of(distinct, distinct->set[i]) <= most_age)
			kept[count++] = distinct->set[i];
	memset(distinct->set, 0, bytes_of_set(distinct->set_words));
	for (unsigned i = 0; i < count; i++)
		*seek_word(
		    distinct->set, distinct->set_words, kept[i] & DISTINCT_MASK) = kept[i];
	distinct->count = count;
	if (count == 0)
		distinct_clear(distinct, room);
}

static int grow_set(struct distinct *distinct, struct distinct_room *room)
{
	unsigned words = distinct->set_words ? distinct->set_words * 2u : LEAST_WORDS;
	uint64_t *set = room_alloc(room, bytes_of_set(words));

	if (!set)
		return -1;
	for (unsigned i = 0; i < distinct->set_words; i++) {
		uint64_t word = distinct->set[i];

		if (word)
			*seek_word(set, words, word & DISTINCT_MASK) = word;
	}
	free(distinct->set);
	room->used_bytes -= bytes_of_set(distinct->set_words);
	distinct->set = set;
	distinct->set_words = (uint16_t)words;
	return 0;
}

/* The registers. */

static void estimate(struct distinct *distinct)
{
	double count = hll_estimate(distinct->dense->tally);

	distinct->count = count < UINT32_MAX ? (uint32_t)lround(count) : UINT32_MAX;
}

static void tally_all(struct distinct *distinct)
{
	hll_tally(distinct->dense->all, distinct->dense->tally);
	estimate(distinct);
}

/* Whether the pane's register rose. The tally is kept, the estimate is not. */
static bool raise_register(struct distinct_dense *dense, uint64_t number, uint64_t element)
{
	unsigned index = hll_register(element);
	uint8_t rank = hll_rank(element);
	uint8_t *pane = dense->pane[number % DISTINCT_RING];

	if (rank <= pane[index])
		return false;
	pane[index] = rank;
	if (rank > dense->all[index]) {
		dense->tally[dense->all[index]]--;
		dense->tally[rank]++;
		dense->all[index] = rank;
	}
	return true;
}

int distinct_make_dense(struct distinct *distinct, struct distinct_room *room)
{
	struct distinct_dense *dense;
	uint64_t *set = distinct->set;

	if (distinct->is_dense)
		return 0;
	dense = room_alloc(room, sizeof(*dense));
	if (!dense)
		return -1;
	dense->tally[0] = HLL_REGISTERS;
	for (unsigned i = 0; i < distinct->set_words; i++)
		if (set[i])
			raise_register(
			    dense, distinct->newest - age_of(distinct, set[i]), set[i]);
	free(set);
	room->used_bytes -= bytes_of_set(distinct->set_words);
	distinct->set_words = 0;
	distinct->dense = dense;
	distinct->is_dense = true;
	estimate(distinct);
	return 0;
}

static void open_panes(struct distinct *distinct, uint64_t number, struct distinct_room *room)
{
	struct distinct_dense *dense = distinct->dense;

	while (distinct->newest < number)
		memset(dense->pane[++distinct->newest % DISTINCT_RING], 0, HLL_REGISTERS);
	memset(dense->all, 0, HLL_REGISTERS);
	for (unsigned i = 0; i < DISTINCT_RING; i++)
		hll_merge(dense->all, dense->pane[i]);
	tally_all(distinct);
	if (distinct->count == 0)
		distinct_clear(distinct, room);
}

static void step_back(struct distinct *distinct, uint64_t number, struct distinct_room *room)
{
	uint64_t behind = distinct->newest - number;

	if (behind <= DISTINCT_RING ||
	    behind - DISTINCT_RING <= CLOCK_SET_US / distinct->width_us)
		return;
	distinct_clear(distinct, room);
	distinct->newest = number;
}

void distinct_advance(struct distinct *distinct, uint64_t now_us, struct distinct_room *room)
{
	uint64_t number = now_us / distinct->width_us;
	uint64_t step = number - distinct->newest;

	if (number == distinct->newest)
		return;
	if (number < distinct->newest) {
		step_back(distinct, number, room);
		return;
	}
	if (step >= DISTINCT_RING)
		distinct_clear(distinct, room);
	else if (distinct->is_dense)
		open_panes(distinct, number, room);
	else if (distinct->count > 0)
		sweep_set(distinct, DISTINCT_PANES - (unsigned)step, room);
	distinct->newest = number;
}

static uint64_t trim_element(uint64_t element)
{
	element &= DISTINCT_MASK;
	return element ? element : ~DISTINCT_MASK + 1;
}

uint64_t distinct_count_with(const struct distinct *distinct, uint64_t element)
{
	uint16_t tally[HLL_TALLY];
	uint8_t before, rank;

	element = trim_element(element);
	if (!distinct->is_dense) {
		if (distinct->set_words &&
		    *seek_word(distinct->set, distinct->set_words, element))
			return distinct->count;
		return distinct->count + 1ull;
	}
	before = distinct->dense->all[hll_register(element)];
	rank = hll_rank(element);
	if (rank <= before)
		return distinct->count;
	memcpy(tally, distinct->dense->tally, sizeof(tally));
	tally[before]--;
	tally[rank]++;
	return (uint64_t)llround(hll_estimate(tally));
}

/* 1 if the set changed; 0 if it did not; -1 when there is no room. */
static int put_word(struct distinct *distinct, uint64_t element, uint64_t number, uint64_t own,
    struct distinct_room *room)
{
	uint64_t fresh = element | own | (number & PANE_BITS);
	uint64_t *word = distinct->set_words
			     ? seek_word(distinct->set, distinct->set_words, element)
			     : NULL;

	if (word && *word) {
		unsigned age = (unsigned)(distinct->newest - number);

		if (age > age_of(distinct, *word) || *word == fresh ||
		    (age == age_of(distinct, *word) && !own))
			return 0;
		*word = fresh;
		return 1;
	}
	if (distinct->count >= distinct->set_words / 4u * 3u) {
		if (grow_set(distinct, room) < 0)
			return -1;
		word = seek_word(distinct->set, distinct->set_words, element);
	}
	assert(word); /* a set that has grown has room */
	*word = fresh;
	distinct->count++;
	return 1;
}

static int put_element(struct distinct *distinct, uint64_t element, uint64_t number,
    uint64_t own, struct distinct_room *room)
{
	uint32_t risen;
	bool is_new;

	element = trim_element(element);
	if (!distinct->is_dense && (distinct->count < DISTINCT_EXACT ||
				       *seek_word(distinct->set, distinct->set_words, element)))
		return put_word(distinct, element, number, own, room);
	if (distinct_make_dense(distinct, room) < 0)
		return -1;
	risen = distinct->dense->all[hll_register(element)];
	is_new = raise_register(distinct->dense, number, element);
	if (distinct->dense->all[hll_register(element)] != risen)
		estimate(distinct);
	return is_new;
}

int distinct_add(struct distinct *distinct, uint64_t element, struct distinct_room *room)
{
	return put_element(distinct, element, distinct->newest, OWN_BIT, room);
}

int distinct_merge_element(
    struct distinct *distinct, uint64_t element, uint64_t number, struct distinct_room *room)
{
	if (!distinct_covers(distinct, number))
		return 0;
	return put_element(distinct, element, number, 0, room) < 0 ? -1 : 0;
}

int distinct_merge_registers(struct distinct *distinct, const uint8_t registers[HLL_REGISTERS],
    uint64_t number, struct distinct_room *room)
{
	if (!distinct_covers(distinct, number))
		return 0;
	if (distinct_make_dense(distinct, room) < 0)
		return -1;
	if (!hll_merge(distinct->dense->pane[number % DISTINCT_RING], registers))
		return 0;
	if (hll_merge(distinct->dense->all, registers))
		tally_all(distinct);
	return 0;
}

static bool pane_is_empty(const uint8_t pane[HLL_REGISTERS])
{
	return pane[0] == 0 && memcmp(pane, pane + 1, HLL_REGISTERS - 1) == 0;
}

/* The age of the oldest pane whose end lets a new element in. */
static unsigned age_to_leave(const struct distinct *distinct, uint64_t quota)
{
	unsigned by_age[DISTINCT_RING] = { 0 }, age = DISTINCT_PANES;
	uint64_t count = distinct->count;

	if (distinct->is_dense) {
		while (
		    age > 0 &&
		    (distinct->newest < age ||
			pane_is_empty(
			    distinct->dense->pane[(distinct->newest - age) % DISTINCT_RING])))
			age--;
		return age;
	}
	for (unsigned i = 0; i < distinct->set_words; i++)
		if (distinct->set[i])
			by_age[age_of(distinct, distinct->set[i])]++;
	for (; age > 0; age--) {
		count -= by_age[age];
		if (count < quota)
			break;
	}
	return age;
}

uint64_t distinct_wait_us(const struct distinct *distinct, uint64_t quota, uint64_t now_us)
{
	uint64_t leaves_us;

	if (distinct->count < quota)
		return 0;
	leaves_us = (distinct->newest + DISTINCT_RING - age_to_leave(distinct, quota)) *
		    distinct->width_us;
	return leaves_us > now_us ? leaves_us - now_us : 0;
}
