#ifndef API_MEMBER_WALK_H
#define API_MEMBER_WALK_H

#include "api/members.h"
#include "fingerprint/prompt_shape.h"
#include "wire/json_scan.h"

/*
 * A walk through a body along a dialect's tables: events of the JSON scanner in, meanings out
 * to the prompt's shape. A known member that stands twice in one object is noted: which of the
 * two counts is for every reader to choose, so a body that has one means to be read in two
 * ways.
 */
#define MEMBER_WALK_DEPTH 32

struct member_frame {
	const struct member *of; /* of the object, or of each element */
	enum prompt_field field;
	bool is_array;
	uint64_t seen; /* a bit a row of |of| */
};

struct member_walk {
	struct prompt_shape *shape; /* borrowed */
	bool has_duplicate;
	unsigned depth;
	const struct member *pending; /* the row whose value comes next */
	struct member_frame frames[MEMBER_WALK_DEPTH];
};

void member_walk_init(
    struct member_walk *walk, const struct member *root, struct prompt_shape *shape);

/* What to give to json_scan_init, with the walk as its argument. */
extern const struct json_events member_walk_events;

#endif
