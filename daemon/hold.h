#ifndef HOLD_H
#define HOLD_H

#include "api/prompt_reader.h"
#include "base/arena.h"

/*
 * The part of a request's body that a decision needs: held back until it was read, or its bound
 * was reached. What came in this turn of the loop is only borrowed; a copy is made when the
 * turn ends and more must come. A body that is whole by then is never copied.
 */
#define HOLD_SPANS 64

struct exchange;

/* What one turn brought for the exchange that is held; one a worker. */
struct hold_turn {
	int count;
	struct bytes spans[HOLD_SPANS];
};

struct hold {
	bool is_on;  /* the body is being held */
	bool is_fed; /* the reader wants no more, or the bound is reached */
	struct prompt_reader *reader;
	struct arena arena; /* of the reader; wiped when it ends */
	char *kept;         /* earlier turns; malloc'd, wiped */
	size_t kept_bytes, kept_room;
	uint64_t bytes;
	uint64_t charged_bytes; /* of the workers' common allowance */
};

/* Begins to hold where the body may say something; else nothing is held. */
void hold_begin(struct exchange *exchange);

/* Takes the next span of the body. False when it is not taken, for the exchange has gone on. */
bool hold_take(struct exchange *exchange, struct bytes span);

/* The turn ends: what it brought, and the head, are copied if they are still needed. Where all
 * workers together hold too much, the exchange goes on instead, with facts of what was read. */
void hold_end_turn(struct exchange *exchange);

/* Nothing more is needed: writes the prompt's facts. |is_cut|: the client will send no more. */
void hold_finish(struct exchange *exchange, bool is_cut);

/* Gathers what was held for the upstream. The kept part is let go by hold_let_go, after a
 * flush. */
void hold_forward(struct exchange *exchange);

/* Wipes and frees everything; allowed at any time. */
void hold_let_go(struct exchange *exchange);

/* What was held counts until the upstream has taken it and it is not to be said again: to be
 * called when that may be so. */
void hold_discharge(struct exchange *exchange);

#endif
