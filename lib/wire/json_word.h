#ifndef WIRE_JSON_WORD_H
#define WIRE_JSON_WORD_H

#include "wire/json_scan.h"

/* Whether |c| can stand in a number or a literal name. */
static inline bool json_word_has(char c)
{
	unsigned char folded = (unsigned char)(c | 0x20);

	return (unsigned char)(c - '0') <= 9 || (unsigned char)(folded - 'a') <= 'z' - 'a' ||
	       c == '-' || c == '+' || c == '.';
}

/* Reads a whole word by RFC 8259 §3 and §6: false when it is neither a literal name nor a
 * number (NaN, Infinity, 01, 1., +1). */
bool json_word_read(struct bytes word, enum json_word *kind);

#endif
