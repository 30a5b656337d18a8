#ifndef QUESTION_H
#define QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the main thread asks the engine's thread. A question is the asker's memory; from
 * engine_thread_ask until it comes back among the answers the engine's thread owns it. Each
 * comes back exactly once, with a status and a text, also when the engine's thread ends.
 */
enum question_kind {
	QUESTION_NONE,
	QUESTION_COHORTS, /* all that are not quiet */
	QUESTION_COHORT,  /* the one of |id| */
	QUESTION_EXPLAIN, /* the request of |id| */
	QUESTION_KIND_COUNT
};

struct question {
	struct question *next;
	enum question_kind kind;
	uint64_t id;
	uint64_t generation; /* of the configuration, for the explanation */
	bool is_shared;      /* whether counts are those of the fleet */

	int status; /* HTTP's */
	char *text; /* JSON; the asker frees it */
	size_t text_bytes;
};

#endif
