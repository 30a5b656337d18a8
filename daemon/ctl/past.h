#ifndef PAST_H
#define PAST_H

#include "engine/board.h"

/*
 * The board as it stood: a worker judges when an exchange begins, and its record comes when it
 * ends, so a replay must look back. Keeps the latest changes, each with its edition; how far
 * back that goes is bounded, and what lies beyond is as if it had not been there.
 */
struct past;

struct past *past_new(void);
void past_free(struct past *past); /* NULL is allowed */

/* Notes what |edition| changed. */
void past_note(struct past *past, uint64_t edition, const struct verdict_change *change);

/* Notes that |edition| took away the lines of which |is_standing| says no. */
void past_clear(struct past *past, uint64_t edition, board_standing_fn *is_standing, void *arg);

/* What board_judge would have said in |edition|. */
struct verdict past_judge(const struct past *past, uint64_t edition, const struct facts *facts,
    const struct prompt_facts *prompt);

#endif
