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
#define MEMBER_WALK_DEPTH 24

/* Who takes the meanings; |field| is what the row says. */
struct member_sink {
	bool (*on_open)(void *arg, int field); /* an object; are its members wanted? */
	void (*on_close)(
	    void *arg, int field); /* of one whose members were wanted or have no row */
	void (*on_name)(void *arg, struct bytes name); /* inside a free value */
	void (*on_text)(void *arg, int field, struct bytes piece, bool is_last);
	void (*on_word)(void *arg, int field, enum json_word word, struct bytes digits);
};

struct member_frame {
	const struct member *of; /* of the object, or of each element */
	uint32_t seen;           /* a bit a row of |of|: no table has more than 32 */
	uint8_t field;
	bool is_array;
};

struct member_walk {
	const struct member_sink *sink;
	void *arg;
	const struct member *pending; /* the row whose value comes next */
	bool has_duplicate;
	unsigned depth;
	struct member_frame frames[MEMBER_WALK_DEPTH];
};

void member_walk_init(struct member_walk *walk, const struct member *root,
    const struct member_sink *sink, void *arg);

/* What to give to json_scan_init, with the walk as its argument. */
extern const struct json_events member_walk_events;

#endif
