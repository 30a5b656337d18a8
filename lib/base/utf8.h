#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdint.h>

/* A walk over UTF-8 that may stop inside a sequence and go on in the next chunk (RFC 3629). */
struct utf8_walk {
	uint8_t need;      /* continuation bytes still to come; 0: between sequences */
	uint8_t low, high; /* the bounds of the next one */
};

/*
 * Walks over sequences beyond ASCII from |at| to the first ASCII byte between sequences, or to
 * |end|, and returns where it stands. NULL when a byte cannot stand where it does: overlong
 * forms, surrogates, beyond U+10FFFF, a sequence cut short.
 */
const char *utf8_skip(struct utf8_walk *walk, const char *at, const char *end);

#endif
