/*
 * Knows a header name when it sees one: the table is cut by length at compile time, so a
 * look-up compares a handful of candidates at most. No hash, nothing to start.
 */
#include "wire/http1_name.h"

#define NAME_BYTES 32

enum kind { END, HOP };

#define NAME_ROW(id, lower, side, extra)                                                       \
	[HTTP1_##id] = { .text = lower, .len = sizeof(lower) - 1, .kind = side },
static const struct {
	char text[NAME_BYTES];
	uint8_t len, kind;
} names[HTTP1_NAME_COUNT] = { [HTTP1_OTHER] = { "other", 5, END },
	[HTTP1_RETORT] = { "retort-", 7, END },
	[HTTP1_STAINLESS] = { "x-stainless-", 12, END },
	HTTP1_NAMES(NAME_ROW, ) };

/* The first name of at least |n| bytes: one more than there are shorter ones. */
#define SHORTER(id, lower, side, n) +(sizeof(lower) - 1 < (n))
#define START(n)                    [n] = 1 HTTP1_NAMES(SHORTER, n)
static const uint8_t starts[NAME_BYTES] = { START(0), START(1), START(2), START(3), START(4),
	START(5), START(6), START(7), START(8), START(9), START(10), START(11), START(12),
	START(13), START(14), START(15), START(16), START(17), START(18), START(19), START(20),
	START(21), START(22), START(23), START(24), START(25), START(26), START(27), START(28),
	START(29), START(30), START(31) };

_Static_assert(HTTP1_NAME_COUNT <= 64, "http1_head.repeated has a bit for each name");

/*
 * Equal but for case. Setting bit 5 folds letters; the other bytes that it would confuse with
 * those of our names (CR with '-') are no token characters.
 */
static bool is_same(const char *name, const char *lower, size_t len)
{
	size_t i = 0;

	for (uint64_t a, b; i + 8 <= len; i += 8) {
		memcpy(&a, name + i, 8);
		memcpy(&b, lower + i, 8);
		if ((a | UINT64_MAX / 255 * 0x20) != b)
			return false;
	}
	for (; i < len; i++)
		if ((name[i] | 0x20) != lower[i])
			return false;
	return true;
}

static bool is_of_class(struct bytes name, enum http1_name class)
{
	return name.len > names[class].len &&
	       is_same(name.at, names[class].text, names[class].len);
}

enum http1_name http1_name_of(struct bytes name)
{
	if (name.len + 1 < NAME_BYTES)
		for (int i = starts[name.len]; i < starts[name.len + 1]; i++)
			if (is_same(name.at, names[i].text, name.len))
				return i;
	if (is_of_class(name, HTTP1_RETORT))
		return HTTP1_RETORT;
	return is_of_class(name, HTTP1_STAINLESS) ? HTTP1_STAINLESS : HTTP1_OTHER;
}

struct bytes http1_name_text(enum http1_name name)
{
	return bytes_of(names[name].text, names[name].len);
}

bool http1_name_is_hop(enum http1_name name)
{
	return names[name].kind == HOP;
}
