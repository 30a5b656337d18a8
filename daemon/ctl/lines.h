#ifndef LINES_H
#define LINES_H

#include "base/bytes.h"

#include <stdint.h>

/*
 * A file of lines, read once from its beginning: a window that slides over it and grows up to
 * LINES_MOST for a line that is longer than it.
 */
#define LINES_MOST ((size_t)256 << 20)

struct lines {
	int fd;
	char *window;
	size_t room, from, filled;        /* what was not given out yet */
	uint64_t number;                  /* of the line given last, from 1 */
	uint64_t given_bytes, size_bytes; /* size 0: not a regular file */
	bool has_ended;
};

/* "-" is standard input. False when it cannot be opened. */
bool lines_open(struct lines *lines, const char *path);
void lines_close(struct lines *lines); /* wipes what was read */

/* The next line with its end, borrowed until the next call; the last one may lack its end. A
 * line beyond LINES_MOST comes in pieces of that size. False at the end, or when the file
 * cannot be read on. */
bool lines_next(struct lines *lines, struct bytes *line);

#endif
