#ifndef WINDOW_DISTINCT_H
#define WINDOW_DISTINCT_H

#include "window/hll.h"

#include <stddef.h>

/*
 * How many distinct elements were seen in a sliding window of panes, each an eighth of it and
 * numbered by the wall clock as slots are (window/window.h). As there, the oldest, partly
 * covered pane counts in full: an element is forgotten between one window and 9/8 of a window
 * after it was last seen.
 *
 * Up to DISTINCT_EXACT elements the count is exact: a set of hashes, each with the pane it was
 * last seen in. Beyond, every pane is a HyperLogLog and the count is an estimate (3.25 %
 * standard error). Both merge with what other nodes saw without ever counting twice.
 *
 * Elements are uniform 64-bit hashes. The set or the registers lie on the heap, accounted for
 * in a |struct distinct_room| that many counts share; zeroed bytes are not a count: call
 * distinct_init.
 */
#define DISTINCT_PANES 8
#define DISTINCT_RING  (DISTINCT_PANES + 1)
#define DISTINCT_EXACT 768
#define DISTINCT_MASK  (~0ull << HLL_SPARE) /* what is kept of an element */

struct distinct_dense {
	uint16_t tally[HLL_TALLY]; /* of |all| */
	uint8_t all[HLL_REGISTERS];
	uint8_t pane[DISTINCT_RING][HLL_REGISTERS]; /* by pane number modulo DISTINCT_RING */
};

struct distinct {
	uint64_t newest; /* the number of the pane that elements go to */
	uint64_t width_us;
	union {
		uint64_t *set; /* |set_words| words, 0 = free; see distinct_word_* */
		struct distinct_dense *dense;
	};
	uint32_t count;
	uint16_t set_words; /* a power of two, or 0: nothing allocated yet */
	bool is_dense;
};

struct distinct_room {
	size_t used_bytes, most_bytes;
};

/* A word of the set: the element's upper bits, whether this node saw it, and its pane. */
static inline unsigned distinct_word_pane(uint64_t word)
{
	return word & 15;
}

static inline bool distinct_word_is_own(uint64_t word)
{
	return word & 16;
}

/* The number of the pane that a live word was last seen in. */
static inline uint64_t distinct_word_number(const struct distinct *distinct, uint64_t word)
{
	return distinct->newest - ((distinct->newest - distinct_word_pane(word)) & 15);
}

/* An empty count whose newest pane is that of |now_us|. */
void distinct_init(struct distinct *distinct, uint64_t window_us, uint64_t now_us);

/* Gives its memory back; the count is empty and usable. */
void distinct_clear(struct distinct *distinct, struct distinct_room *room);

/* Opens the pane of |now_us| and forgets what left the window; times that go back as in
 * window_advance. Everything below speaks of the time of the last advance. */
void distinct_advance(struct distinct *distinct, uint64_t now_us, struct distinct_room *room);

/* How many there would be with |element|: the present count if it is known already. The one
 * element that turns a set to registers still counts as one. */
uint64_t distinct_count_with(const struct distinct *distinct, uint64_t element);

/*
 * Adds |element| to the newest pane. 1 if this node's elements changed by it, 0 if it was there
 * already, -1 when |room| has no more memory: then nothing changed.
 */
int distinct_add(struct distinct *distinct, uint64_t element, struct distinct_room *room);

/* Adds what another node saw in pane |number|; panes outside the window are passed over. 0, or
 * -1 as above. */
int distinct_merge_element(
    struct distinct *distinct, uint64_t element, uint64_t number, struct distinct_room *room);
int distinct_merge_registers(struct distinct *distinct, const uint8_t registers[HLL_REGISTERS],
    uint64_t number, struct distinct_room *room);

/* Turns to registers. 0, or -1 when |room| has no more memory. */
int distinct_make_dense(struct distinct *distinct, struct distinct_room *room);

/* The time from |now_us| until a new element may fit: exact for a set, for registers until the
 * oldest pane leaves that holds anything. 0 if it fits now. */
uint64_t distinct_wait_us(const struct distinct *distinct, uint64_t quota, uint64_t now_us);

bool distinct_covers(const struct distinct *distinct, uint64_t number);

#endif
