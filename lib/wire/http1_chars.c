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
	for (size_t i = 0; i < b.len; i++)
		if (!http1_chars_is(b.at[i], kind))
			return false;
	return b.len > 0;
}

bool http1_chars_same_short(const char *at, const char *lower, size_t len)
{
	uint64_t word = 0, wanted = 0;

	if (len < 4) {
		for (size_t i = 0; i < len; i++) {
			word = word << 8 | (unsigned char)at[i];
			wanted = wanted << 8 | (unsigned char)lower[i];
		}
		return http1_chars_same_word(word, wanted);
	}
	memcpy(&word, at, 4);
	memcpy(&wanted, lower, 4);
	return http1_chars_same_word(word, wanted) &&
	       (memcpy(&word, at + len - 4, 4), memcpy(&wanted, lower + len - 4, 4),
		   http1_chars_same_word(word, wanted));
}
