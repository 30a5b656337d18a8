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

/* Is one of the eight bytes below 0x20, or 0x7F? Exact, but says not which (H. Warren, Hacker's
 * Delight, §6-1). A tab counts: the byte loop decides on it. */
static bool has_control(uint64_t word)
{
	const uint64_t ones = UINT64_MAX / 255, high = ones * 0x80;
	uint64_t del = word ^ ones * 0x7F;

	return (((word - ones * 0x20) & ~word) | ((del - ones) & ~del)) & high;
}

const char *http1_chars_skip_value(const char *at, const char *end)
{
	for (uint64_t word; end - at >= 8; at += 8) {
		memcpy(&word, at, 8);
		if (has_control(word))
			break;
	}
	return http1_chars_skip(at, HTTP1_CHAR_VALUE);
}
