#ifndef FINGERPRINT_LINE_HEAD_H
#define FINGERPRINT_LINE_HEAD_H

#include <stdbool.h>

/* What may stand before the words of a line: list marks, heading marks, quotes and the '<' of a
 * tag. */
bool line_head_is_mark(char c);

/*
 * The first words of a line in the text from |at|, where a line begins, to |end| that may be a
 * label of the environment's: their first eight letters say so, or the text ends before them.
 * NULL where there are none: then the last line is surely none of the environment's. Every way
 * gives the same; what a processor lacks is refused by |line_head_find| only.
 */
const char *line_head_find(const char *at, const char *end);

/* Where the line begins whose first words are at |head|, not before |at|. */
const char *line_head_begin(const char *at, const char *head);

const char *line_head_portable(const char *at, const char *end);
#ifdef __x86_64__
const char *line_head_vbmi(const char *at, const char *end);
#endif

#endif
