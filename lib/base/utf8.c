/*
 * Strict UTF-8, a byte at a time across chunks. Never looks beyond the bytes it was given.
 */
#include "base/utf8.h"

#include <stdbool.h>
#include <stddef.h>

static bool begin(struct utf8_walk *walk, unsigned char c)
{
	if (c < 0xC2 || c > 0xF4)
		return false;
	walk->need = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
	walk->low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	walk->high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	return true;
}

const char *utf8_skip(struct utf8_walk *walk, const char *at, const char *end)
{
	for (; at < end; at++) {
		unsigned char c = (unsigned char)*at;

		if (walk->need) {
			if (c < walk->low || c > walk->high)
				return NULL;
			walk->low = 0x80;
			walk->high = 0xBF;
			walk->need--;
		} else if (c < 0x80) {
			break;
		} else if (!begin(walk, c)) {
			return NULL;
		}
	}
	return at;
}
