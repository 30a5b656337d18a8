#ifndef VECTORS_H
#define VECTORS_H

/*
 * Vector files for tests: NDJSON whose strings hold no escapes, and whole files in memory.
 */
#include "base/bytes.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define VECTOR_PATH(name) RETORT_SOURCE_DIR "/tests/vectors/" name

/* The whole file, to be freed by |vectors_free|; a missing file fails the test. */
static inline struct bytes vectors_load(const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t len = 0, room = 1 << 22;
	char *at = malloc(room);

	ck_assert_msg(file && at, "cannot read %s", path);
	len = fread(at, 1, room, file);
	ck_assert(len > 0 && len < room);
	fclose(file);
	return bytes_of(at, len);
}

static inline void vectors_free(struct bytes file)
{
	free((void *)(uintptr_t)file.at);
}

/* The string value of |key| in a JSON line; the empty run when it has none. */
static inline struct bytes vectors_string(struct bytes line, const char *key)
{
	char pattern[64];
	int len = snprintf(pattern, sizeof(pattern), "\"%s\":\"", key);
	const char *at = memmem(line.at, line.len, pattern, (size_t)len);
	struct bytes rest;

	if (!at)
		return bytes_of(NULL, 0);
	at += len;
	rest = bytes_of(at, line.len - (size_t)(at - line.at));
	return bytes_split(&rest, '"');
}

/* The bytes behind |hex| in |out|; returns their count. */
static inline size_t vectors_unhex(struct bytes hex, void *out, size_t room)
{
	ck_assert(hex.len / 2 <= room);
	ck_assert(bytes_from_hex(hex, out, hex.len / 2));
	return hex.len / 2;
}

#endif
