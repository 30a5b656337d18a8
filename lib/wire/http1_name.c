/*
 * Knows a header name when it sees one: the table is cut by length at compile time, so a
 * look-up compares a handful of candidates at most. No hash, nothing to start.
 */
#include "wire/http1_name.h"

#include "wire/http1_chars.h"

#define NAME_BYTES 32

/* clang-format off */
#define NAME_ROW(id, lower, side, extra) [HTTP1_##id] = lower,
static const char names[HTTP1_NAME_COUNT][NAME_BYTES] = {
	[HTTP1_OTHER] = "other",
	[HTTP1_RETORT] = "retort-",
	[HTTP1_STAINLESS] = "x-stainless-",
	HTTP1_NAMES(NAME_ROW,)
};

#define END false
#define HOP true
#define SIDE_ROW(id, lower, side, extra) [HTTP1_##id] = side,
const bool http1_name_ends_here[HTTP1_NAME_COUNT] = {
	[HTTP1_RETORT] = true,
	HTTP1_NAMES(SIDE_ROW,)
};

/* The first name of at least |n| bytes: one more than there are shorter ones. */
#define SHORTER(id, lower, side, n) + (sizeof(lower) - 1 < (n))
#define START(n) [n] = 1 HTTP1_NAMES(SHORTER, n)
static const uint8_t starts[NAME_BYTES] = {
	START(0), START(1), START(2), START(3), START(4), START(5), START(6), START(7),
	START(8), START(9), START(10), START(11), START(12), START(13), START(14), START(15),
	START(16), START(17), START(18), START(19), START(20), START(21), START(22), START(23),
	START(24), START(25), START(26), START(27), START(28), START(29), START(30), START(31),
};
/* clang-format on */

struct bytes http1_name_text(enum http1_name name)
{
	return bytes_of_text(names[name]);
}

static bool is_of_class(struct bytes name, struct bytes prefix)
{
	return name.len > prefix.len && http1_chars_same(bytes_of(name.at, prefix.len), prefix);
}

/* The table's name that equals |name|, which is not empty; a glance at its last byte spares
 * most comparisons. */
static enum http1_name find_exact(struct bytes name)
{
	char last = name.at[name.len - 1] | 0x20;

	for (int i = starts[name.len]; i < starts[name.len + 1]; i++)
		if (names[i][name.len - 1] == last &&
		    http1_chars_same(name, bytes_of(names[i], name.len)))
			return i;
	return HTTP1_OTHER;
}

enum http1_name http1_name_of(struct bytes name)
{
	enum http1_name found = HTTP1_OTHER;

	if (name.len - 1 < NAME_BYTES - 2) /* an empty name wraps round */
		found = find_exact(name);
	if (found)
		return found;
	if (is_of_class(name, BYTES("x-stainless-")))
		return HTTP1_STAINLESS;
	return is_of_class(name, BYTES("retort-")) ? HTTP1_RETORT : HTTP1_OTHER;
}

bool http1_name_is_twin(struct bytes name)
{
	char twin[NAME_BYTES];
	size_t len = name.len < NAME_BYTES ? name.len : NAME_BYTES; /* a prefix tells a class */

	if (!memchr(name.at, '_', len))
		return false;
	for (size_t i = 0; i < len; i++)
		twin[i] = name.at[i] == '_' ? '-' : name.at[i];
	return http1_name_of(bytes_of(twin, len)) != HTTP1_OTHER;
}
