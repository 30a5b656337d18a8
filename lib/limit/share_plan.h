#ifndef LIMIT_SHARE_PLAN_H
#define LIMIT_SHARE_PLAN_H

#include "base/bytes.h"
#include "base/fault.h"
#include "limit/limit_table.h"

/*
 * What the nodes of a fleet tell each other about their windows, and how they merge it: a
 * state-based replicated counter (Shapiro, Preguiça, Baquero & Zawirski, "Conflict-free
 * replicated data types", 2011). Every node writes its own counts, absolute, under its own
 * name, and adds up what stands under all other names. Sending a batch again, losing its reply,
 * or an empty store after a restart can therefore neither lose nor double a count.
 *
 * Pure: commands come out as bytes, replies go in one by one. One thread owns a plan; it enters
 * the table's stripes one at a time, each for a bounded copy.
 */
struct share_plan;

struct share_settings {
	struct bytes prefix; /* of every key; without braces, at most 64 bytes */
	uint64_t node;       /* this process, drawn at random: a restart is another node */
	uint64_t sync_interval_us;
};

struct share_figures {
	uint64_t batches;        /* answered to their end */
	uint64_t commands, keys; /* asked; keys: how often an entry was shared */
	uint64_t sent_bytes;
	uint64_t garbled; /* values of other nodes that did not read */
	uint64_t losses;  /* keys that the store had forgotten before their time */
};

/* The table must outlive the plan. NULL with a fault when the prefix cannot be used. */
struct share_plan *share_plan_new(
    struct limit_table *table, const struct share_settings *settings, struct fault *fault);
void share_plan_free(struct share_plan *plan); /* NULL is allowed; ends first */

/* A new connection stands: totals are the fleet's once they were heard again, and all that this
 * node counted is told anew, entry by entry. */
void share_plan_begin(struct share_plan *plan);

/* The connection is gone: open questions are forgotten and the table is local. Nothing that was
 * counted is lost. */
void share_plan_end(struct share_plan *plan);

/* The commands of the next batch, valid until the next call; empty when there is nothing to
 * share. Every reply to the last one was heard. */
struct bytes share_plan_fill(struct share_plan *plan, uint64_t now_us);

/* Whether the last batch was full, so that another should follow at once. */
bool share_plan_has_more(const struct share_plan *plan);

/* How many replies are still to come. */
unsigned share_plan_unanswered(const struct share_plan *plan);

/* One element of the reply stream; an array is followed by its elements, depth first. */
enum share_reply_kind {
	SHARE_REPLY_NIL,
	SHARE_REPLY_INTEGER,
	SHARE_REPLY_TEXT,
	SHARE_REPLY_ARRAY,
	SHARE_REPLY_ERROR,
	SHARE_REPLY_COUNT
};
struct share_reply {
	enum share_reply_kind kind;
	int64_t number;    /* of an integer, or an array's elements */
	struct bytes text; /* of a text or an error */
};

/* Hears the next element. -1 with a fault on an error reply or on what does not answer the
 * question: then the connection is of no more use. */
int share_plan_hear(
    struct share_plan *plan, const struct share_reply *reply, struct fault *fault);

const struct share_figures *share_plan_figures(const struct share_plan *plan);

#endif
