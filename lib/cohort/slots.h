#ifndef COHORT_SLOTS_H
#define COHORT_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A table of fixed capacity from a 64-bit key to an entry that never moves: two-choice hashing
 * over buckets of eight (Azar et al., "Balanced Allocations", 1999). The placement is seeded,
 * so nobody outside can aim at one bucket. When both buckets are full the entry of the lowest
 * rank among the sixteen makes way, and is counted. Memory is taken once.
 */
typedef uint64_t slots_rank_fn(const void *entry, void *arg); /* lowest goes first */

struct slots {
	uint32_t *tags; /* 24 bits of hash and the stamp of the last claim; 0 = free */
	unsigned char *entries;
	size_t entry_bytes;
	uint32_t bucket_mask;
	uint64_t seed;
	uint64_t used, evicted;
	uint32_t unit_s;     /* of stamps: what |slots_clock| divides by */
	uint8_t stamp;       /* of now, modulo 256 */
	size_t claimed;      /* number of the entry that was claimed last */
	slots_rank_fn *rank; /* NULL: the one that was claimed longest ago goes */
	void *rank_arg;
};

/*
 * Makes room for at least |capacity| entries of |entry_bytes|, whose first member is their
 * uint64_t key. The caller sets |rank| afterwards where it has one.
 */
void slots_init(struct slots *slots, size_t capacity, size_t entry_bytes, uint64_t seed);
void slots_fini(struct slots *slots);

/* The number that places |key|; the functions below take it so that it is made once. It is the
 * finaliser of MurmurHash3: keys are keyed hashes already, this only adds our seed. */
static inline uint64_t slots_place(const struct slots *slots, uint64_t key)
{
	uint64_t x = key ^ slots->seed;

	x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* Starts the load of the tags; a step later, when they are there, of the entry that a claim
 * will take. */
typedef void slots_prefetch_fn(const struct slots *slots, uint64_t place);
slots_prefetch_fn slots_prefetch, slots_prefetch_entry;

/* The entry of |key|, or NULL; a key of 0 is never there. */
void *slots_find(const struct slots *slots, uint64_t key, uint64_t place);

/* The entry of |key|, made zeroed but for its key when it was not there (|is_new|). A caller
 * who must know what makes way asks |slots_victim| first. */
void *slots_claim(struct slots *slots, uint64_t key, uint64_t place, bool *is_new);

/* Tells the table the time, in which |unit_s| is a stamp: ages beyond 128 stamps wrap around.
 */
void slots_clock(struct slots *slots, uint32_t now_s);

/* Lets the entry claimed last count as claimed |stamps| (at most 100) later than now. */
void slots_hold(struct slots *slots, unsigned stamps);

/* The entry that a claim of an absent key would push out, or NULL when there is room. */
void *slots_victim(const struct slots *slots, uint64_t place);

void slots_drop(struct slots *slots, void *entry);

/* All entries by number, 0 … |slots_capacity|−1; NULL where none is. */
size_t slots_capacity(const struct slots *slots);
void *slots_at(const struct slots *slots, size_t number);
/* The number of the first entry from |from| on, |to| where there is none before it. */
size_t slots_next(const struct slots *slots, size_t from, size_t to);
size_t slots_number(const struct slots *slots, const void *entry);
size_t slots_bytes(const struct slots *slots);

#endif
