#ifndef LIMIT_LIMIT_TABLE_H
#define LIMIT_LIMIT_TABLE_H

#include "window/distinct.h"
#include "window/window.h"

/*
 * Every window of every rule and key, in a memory that is fixed at the start: when it is full,
 * the window that was touched longest ago makes room (to within a second) and is counted as
 * evicted. Cut into LIMIT_STRIPES parts by the id's upper bits; whoever touches a stripe has
 * entered it. Pages are taken from the system only as they fill.
 *
 * The table creates no thread and knows no lock: |struct limit_guard| brings it one (or
 * nothing, where one thread owns the table). Stripes are entered in ascending order, never the
 * same twice.
 */
#define LIMIT_STRIPES 64

struct limit_guard {
	void (*enter)(void *arg, unsigned stripe); /* NULL: nobody else is there */
	void (*leave)(void *arg, unsigned stripe);
	void *arg;
};

enum limit_kind { LIMIT_KIND_FREE, LIMIT_KIND_WINDOW, LIMIT_KIND_DISTINCT, LIMIT_KIND_COUNT };

struct limit_entry {
	uint64_t id;   /* of the rule and the key: the fleet agrees on it */
	uint64_t rule; /* of the rule alone */
	uint64_t touched_us;
	uint64_t heard_us;           /* when it was last shared */
	uint64_t written;            /* the last window's number that it was told in, plus 1 */
	uint32_t next, newer, older; /* places in the stripe; 0 = none */
	uint32_t queued;             /* the next that waits to be shared; see limit_queue.h */
	uint32_t generation;         /* of the shared totals that it holds; 0 = none */
	uint32_t incarnation;        /* an id that was evicted and came back has a new one */
	uint8_t kind;                /* enum limit_kind */
	bool is_held;                /* by an evaluation: not to be evicted */
	bool is_queued, is_changed;  /* waits to be shared; has something to tell */
	bool is_dense_told;          /* the fleet knows that this count has registers */
	union {
		struct window window;
		struct distinct distinct;
	};
};

/* What a new entry is to be. */
struct limit_spot {
	uint64_t id, rule, window_us;
	enum limit_kind kind;
};

struct limit_table;

/* A table of at most |memory_bytes| (but never less than 128 entries and 64 KiB of sets a
 * stripe): three quarters for entries, one for sets and registers of distinct counts. Dies
 * without memory. */
struct limit_table *limit_table_new(size_t memory_bytes, struct limit_guard guard);
void limit_table_free(struct limit_table *table); /* NULL is allowed */

static inline unsigned limit_table_stripe(uint64_t id)
{
	return (unsigned)(id >> 58);
}

void limit_table_enter(struct limit_table *table, unsigned stripe);
void limit_table_leave(struct limit_table *table, unsigned stripe);

/* Asks the processor for what will be read first: without having entered the stripe, then in
 * it.
 */
void limit_table_expect(const struct limit_table *table, uint64_t id);
void limit_table_expect_entry(const struct limit_table *table, uint64_t id);

/* The entry, or NULL. As every entry below it is valid until the stripe is left. */
struct limit_entry *limit_table_find(struct limit_table *table, uint64_t id);

/* Where the entry lies in its stripe, and what lies there now. */
uint32_t limit_table_place(struct limit_table *table, const struct limit_entry *entry);
struct limit_entry *limit_table_at(struct limit_table *table, uint64_t id, uint32_t place);

/* The entry, made if need be, as the newest touched. NULL only if all are held. */
struct limit_entry *limit_table_touch(
    struct limit_table *table, const struct limit_spot *spot, uint64_t now_us);

/* Moves the entry's window on to |now_us|. */
void limit_table_advance(struct limit_table *table, struct limit_entry *entry, uint64_t now_us);

/*
 * The memory that sets and registers of this stripe are taken from, and how to get more of it:
 * the distinct counts that were touched longest ago are evicted until some is free. False when
 * only |keep| and what is held is left; that is counted as unheard.
 */
struct distinct_room *limit_table_room(struct limit_table *table, uint64_t id);
bool limit_table_make_room(
    struct limit_table *table, const struct limit_entry *keep, uint64_t now_us);

/* Walks a stripe from the entry that was touched longest ago to the newest; NULL at the end. */
struct limit_entry *limit_table_oldest(
    struct limit_table *table, unsigned stripe, enum limit_kind kind);
struct limit_entry *limit_table_newer(
    struct limit_table *table, unsigned stripe, const struct limit_entry *entry);

struct limit_figures {
	uint64_t entries, entries_most; /* in use, and how many fit */
	uint64_t set_bytes, set_bytes_most;
	uint64_t evictions; /* of windows that still counted something */
	uint64_t unheard;   /* elements that found no memory */
};

/* Adds up all stripes, entering one after the other. */
void limit_table_figures(struct limit_table *table, struct limit_figures *figures);

#endif
