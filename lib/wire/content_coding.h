#ifndef WIRE_CONTENT_CODING_H
#define WIRE_CONTENT_CODING_H

#include "base/bytes.h"
#include "base/pool.h"

/* One content coding, as content_decode.c drives it: a row each in content_coding.c. */
enum content_step {
	CONTENT_STEP_MORE, /* wants more bytes, or room for what it has */
	CONTENT_STEP_END,  /* the coded stream has ended; it may begin anew where the coding
			      allows */
	CONTENT_STEP_BAD,
	CONTENT_STEP_MEMORY
};

struct content_coding {
	const char *name;
	bool may_follow; /* a coded stream may follow another (RFC 1952 §2.2, RFC 8878 §3.1) */
	void *(*open)(struct pool *pool); /* NULL without memory */
	void (*close)(struct pool *pool, void *state);
	/* Takes from |in| and writes up to |room| bytes; |made| says how many. It goes on until
	 * |in| is empty or the room is full. */
	enum content_step (*step)(
	    void *state, struct bytes *in, char *out, size_t room, size_t *made);
};

/* The row of that name, without regard to case, or NULL. */
const struct content_coding *content_coding_named(struct bytes name);

#endif
