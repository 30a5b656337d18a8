#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "base/fault.h"
#include "config/key.h"

#include <stdio.h>

/*
 * One value of one kind: read from text, written as YAML, compared, measured. Sections and item
 * lists have no value of their own.
 */

/* Where texts are copied to, and the folder that relative paths are joined to ("" = none). */
struct value_room {
	struct arena *arena;
	struct bytes folder;
};

#define VALUE_MOST_BYTES 1024

/*
 * Reads |text| for |key| (for a list: one element) into |at|. |is_null| says that it stood
 * there as YAML's null. 0, or -1 with what was wanted; the fault never repeats a secret.
 */
struct value_text {
	struct bytes text;
	bool is_null;
};
int value_read(const struct config_key *key, struct value_text text,
    const struct value_room *room, void *at, struct fault *fault);

/* Writes the value (for a list: one element) so that it reads as the same. */
void value_print(const struct config_key *key, const void *at, FILE *out);

bool value_is_equal(const struct config_key *key, const void *a, const void *b);

/* Bytes of one element in memory. */
size_t value_bytes(const struct config_key *key);

/* The kind in one word, for faults and the reference file: "duration". */
const char *value_kind_word(enum key_kind kind);

/* Whether |count| elements, or the number in |at|, lie outside the range of |key|. */
bool value_is_outside(const struct config_key *key, const void *at);
bool value_count_is_outside(const struct config_key *key, size_t count);

/* Whether the file must give it. */
bool value_is_required(const struct config_key *key);

#endif
