/*
 * The bytes of HTTP by class: one table that every check of a name, a target, a host or a value
 * reads.
 */
#include "wire/http1_chars.h"

#define T     HTTP1_CHAR_TOKEN
#define G     HTTP1_CHAR_TARGET
#define H     HTTP1_CHAR_HOST
#define V     HTTP1_CHAR_VALUE
#define X     HTTP1_CHAR_IPV6
#define EVERY (T | G | H | V)

/* clang-format off */
const unsigned char http1_chars[256] = {
	['\t'] = V,      [' '] = V,       ['!'] = EVERY,   ['"'] = G | V,
	['#'] = T | V,   ['$'] = EVERY,   ['%'] = T | G | V, ['&'] = EVERY,
	['\''] = EVERY,  ['('] = G | H | V, [')'] = G | H | V, ['*'] = EVERY,
	['+'] = EVERY,   [','] = G | H | V, ['-'] = EVERY,   ['.'] = EVERY | X,
	['/'] = G | V,   ['0' ... '9'] = EVERY | X,
	[':'] = G | V | X, [';'] = G | H | V, ['<'] = G | V, ['='] = G | H | V,
	['>'] = G | V,   ['?'] = G | V,   ['@'] = G | V,
	['A' ... 'F'] = EVERY | X, ['G' ... 'Z'] = EVERY,
	['['] = G | V,   ['\\'] = G | V,  [']'] = G | V,   ['^'] = T | G | V,
	['_'] = EVERY,   ['`'] = T | G | V,
	['a' ... 'f'] = EVERY | X, ['g' ... 'z'] = EVERY,
	['{'] = G | V,   ['|'] = T | G | V, ['}'] = G | V, ['~'] = EVERY,
	[0x80 ... 0xFF] = V,
};
/* clang-format on */

bool http1_chars_all(struct bytes b, enum http1_char kind)
{
	const char *at = b.at, *end = at + b.len;

	while (at < end && http1_chars_is(*at, kind))
		at++;
	return at == end && b.len;
}
