/*
 * Lines of a file without a copy of each. What is read may hold prompts and credentials: it is
 * wiped before its memory goes.
 */
#include "lines.h"

#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM (256u << 10) /* at first: what a core's own cache still holds */

bool lines_open(struct lines *lines, const char *path)
{
	struct stat status;

	*lines = (struct lines){ .fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC)
							 : STDIN_FILENO };
	if (lines->fd < 0)
		return false;
	if (fstat(lines->fd, &status) == 0 && S_ISREG(status.st_mode))
		lines->size_bytes = (uint64_t)status.st_size;
	lines->room = ROOM;
	lines->window = xalloc(ROOM);
	return true;
}

void lines_close(struct lines *lines)
{
	OPENSSL_cleanse(lines->window, lines->room);
	free(lines->window);
	if (lines->fd != STDIN_FILENO)
		close(lines->fd);
	*lines = (struct lines){ .fd = -1 };
}

/* Twice the room; the smaller window is wiped. */
static void widen(struct lines *lines)
{
	char *wider = xalloc(lines->room * 2);

	memcpy(wider, lines->window, lines->filled);
	OPENSSL_cleanse(lines->window, lines->room);
	free(lines->window);
	lines->window = wider;
	lines->room *= 2;
}

/* Reads more behind the line under way, which moves to the beginning. */
static void fill(struct lines *lines)
{
	ssize_t got;

	memmove(lines->window, lines->window + lines->from, lines->filled - lines->from);
	lines->filled -= lines->from;
	lines->from = 0;
	if (lines->filled == lines->room)
		widen(lines);
	do
		got = read(
		    lines->fd, lines->window + lines->filled, lines->room - lines->filled);
	while (got < 0 && errno == EINTR);
	lines->has_ended = got <= 0;
	lines->filled += got > 0 ? (size_t)got : 0;
}

bool lines_next(struct lines *lines, struct bytes *line)
{
	size_t looked = 0, len;
	const char *end;

	for (;;) {
		const char *at = lines->window + lines->from;

		len = lines->filled - lines->from;
		end = memchr(at + looked, '\n', len - looked);
		if (end || lines->has_ended || len >= LINES_MOST)
			break;
		looked = len;
		fill(lines);
	}
	if (end)
		len = (size_t)(end + 1 - lines->window) - lines->from;
	*line = bytes_of(lines->window + lines->from, len);
	lines->from += len;
	lines->given_bytes += len;
	lines->number += len != 0;
	return len != 0;
}
