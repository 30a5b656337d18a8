#ifndef LIMIT_SHARE_BATCH_H
#define LIMIT_SHARE_BATCH_H

#include "base/text.h"
#include "limit/share_command.h"
#include "limit/share_plan.h"
#include "limit/share_value.h"

/* What a plan is made of; for the rooms share_plan, share_tell and share_hear only. */
#define SHARE_BATCH_BYTES     (256u * 1024)
#define SHARE_BATCH_QUESTIONS 4096u
#define SHARE_ENTRY_BYTES     (32u * 1024) /* the most that one entry adds beyond the above */
#define SHARE_ENTRY_QUESTIONS 64u

enum share_ask {
	SHARE_ASK_WRITTEN, /* HSET: was the field new? */
	SHARE_ASK_LASTS,   /* PEXPIRE: is the key there? */
	SHARE_ASK_WINDOW,  /* HGETALL of an epoch's slots */
	SHARE_ASK_SET,     /* HGETALL of an epoch's elements */
	SHARE_ASK_PANE,    /* HGETALL of a pane's registers */
	SHARE_ASK_COUNT
};

struct share_question {
	uint64_t id;     /* of the entry */
	uint64_t number; /* ASK: the epoch or pane; else the window that was written in */
	uint64_t oldest; /* ASK_WINDOW: the first of the slots that count */
	uint32_t place, incarnation;
	uint16_t slots; /* ASK_WINDOW: of an epoch */
	uint8_t ask;    /* enum share_ask */
	bool is_known;  /* what we wrote to is there already, unless the store lost it */
	bool is_last;   /* with its answer the entry is up to date */
};

/* An entry as it was when its stripe was left, with its set or registers in |scratch|. */
struct share_note {
	struct limit_entry entry;
	uint32_t place; /* in its stripe */
	bool is_fresh;  /* this connection knows nothing of it yet */
	bool is_told;   /* it has something to tell */
	bool is_asked;  /* it wants to know the others' totals */
};

struct share_plan {
	struct limit_table *table;
	char prefix[64];
	size_t prefix_bytes;
	uint64_t node, sync_interval_us;
	uint32_t generation, last_generation; /* 0: no connection */
	struct share_figures figures;

	uint64_t began_us; /* the first batch of this connection; 0 before it */

	/* filling */
	struct text out;
	struct share_question *questions;
	unsigned asked, answered;
	unsigned next_stripe; /* where the next batch begins */
	bool has_more;
	struct share_note note;
	union {
		uint64_t set[1024];
		struct distinct_dense dense;
	} scratch;

	/* the walk over all entries that a new connection begins with */
	bool is_walking, is_walks_turn;
	bool is_retelling; /* also what this connection knows already */
	unsigned walk_stripe;
	uint32_t walk_place;
	uint64_t retold_us;

	/* hearing */
	int64_t awaited; /* elements of the present array */
	bool is_own_field, is_loss_seen;
	uint64_t unsettled_id;        /* the entry that must be asked for again */
	uint64_t written_id, written; /* an entry, and the window it was told in, plus 1 */
	char own_field[SHARE_FIELD_BYTES];
	size_t own_field_bytes;
	uint64_t sums[WINDOW_RING];
};

/* Appends the commands for |plan->note|. */
void share_tell_note(struct share_plan *plan);

#endif
