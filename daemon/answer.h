#ifndef ANSWER_H
#define ANSWER_H

#include "engine/engine.h"
#include "question.h"
#include "recent.h"

/*
 * What the engine says of itself, as JSON: the cohorts, one of them with all its numbers, one
 * request with the cohorts that it matches. Numbers and keyed hashes only; each figure can be
 * made again from the others. The engine's thread only.
 */
struct answer_view {
	const struct engine *engine;
	const struct envelope *envelope;
	const struct recent *recent;
	struct engine_settings settings; /* in force */
};

#define ANSWER_COHORTS 500 /* the gravest; the rest is only counted */

/* Fills status and text of |question|. */
void answer_question(struct question *question, const struct answer_view *view);

#endif
