/*
 * Reading one line of JSON from left to right. Never allocates, never reads past the end, and
 * never accepts what it does not understand; it is a reader of our own records, not of bodies
 * that clients send.
 */
#include "record/scan.h"

#include <math.h>
#include <stdlib.h>

#define SCAN_DEPTH  16
#define SAFE_DIGITS 19 /* of any number that fits 64 bits */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Our own lines have none, so that is looked at first. */
static inline void skip_space(struct scan *scan)
{
	if (scan->at < scan->end && (unsigned char)*scan->at > ' ')
		return;
	while (scan->at < scan->end && is_space(*scan->at))
		scan->at++;
}

bool scan_is(struct scan *scan, char c)
{
	skip_space(scan);
	if (scan->at == scan->end || *scan->at != c)
		return false;
	scan->at++;
	return true;
}

bool scan_char(struct scan *scan, char c)
{
	return scan_is(scan, c);
}

/* What a plain string cannot hold: control bytes, quotes, backslashes. */
static const bool word_ends[256] = { [0 ... 31] = true, ['"'] = true, ['\\'] = true };

/* The plain bytes from here on. */
static inline struct bytes take_run(struct scan *scan)
{
	const char *from = scan->at, *at = from;

	while (at < scan->end && !word_ends[(unsigned char)*at])
		at++;
	scan->at = at;
	return bytes_of(from, (size_t)(at - from));
}

bool scan_word(struct scan *scan, struct bytes *word)
{
	if (!scan_is(scan, '"'))
		return false;
	*word = take_run(scan);
	if (scan->at == scan->end || *scan->at != '"')
		return false;
	scan->at++;
	return true;
}

bool scan_name(struct scan *scan, struct bytes *name)
{
	return scan_word(scan, name) && scan_is(scan, ':');
}

/* Adds digits to |sum| up to |end|, which is so near that they cannot overflow it. */
static const char *add_digits(const char *at, const char *end, uint64_t *sum)
{
	uint64_t value = *sum;

	for (; at < end && (unsigned char)(*at - '0') < 10; at++)
		value = value * 10 + (unsigned char)(*at - '0');
	*sum = value;
	return at;
}

bool scan_number(struct scan *scan, uint64_t *value)
{
	const char *from, *safe;
	uint64_t sum = 0;

	skip_space(scan);
	from = scan->at;
	safe = scan->end - from > SAFE_DIGITS ? from + SAFE_DIGITS : scan->end;
	scan->at = add_digits(from, safe, &sum);
	for (; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++)
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(*scan->at - '0'), &sum))
			return false;
	*value = sum;
	return scan->at > from;
}

bool scan_signed(struct scan *scan, int64_t *value)
{
	bool is_negative = scan_is(scan, '-');
	uint64_t size;

	if (!scan_number(scan, &size) || size > (uint64_t)INT64_MAX + is_negative)
		return false;
	*value = is_negative ? (int64_t)(0 - size) : (int64_t)size;
	return true;
}

bool scan_real(struct scan *scan, double *value)
{
	char digits[40], *end;
	size_t len = 0;

	skip_space(scan);
	if (bytes_start_with(
		bytes_of(scan->at, (size_t)(scan->end - scan->at)), BYTES("null"))) {
		scan->at += 4;
		*value = -INFINITY;
		return true;
	}
	while (len < sizeof(digits) - 1 && scan->at + len < scan->end &&
	       memchr("0123456789+-.eE", scan->at[len], 15))
		len++;
	memcpy(digits, scan->at, len);
	digits[len] = '\0';
	if (!len || memchr("+.eE", digits[0], 4))
		return false;
	*value = strtod(digits, &end);
	scan->at += *end || !isfinite(*value) ? 0 : len;
	return !*end && isfinite(*value);
}

/* Value + 1 of each hex digit, 0 for every other byte. */
static const uint8_t hex_values[256] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
	['A'] = 11,
	['B'] = 12,
	['C'] = 13,
	['D'] = 14,
	['E'] = 15,
	['F'] = 16,
};

static bool read_hex(struct scan *scan, int digits, uint64_t *value)
{
	uint64_t sum = 0;
	const unsigned char *at = (const unsigned char *)scan->at;
	bool is_bad = false;

	if (scan->end - scan->at < digits)
		return false;
	for (int i = 0; i < digits; i++) {
		uint8_t digit = hex_values[at[i]];

		is_bad |= !digit;
		sum = sum << 4 | (uint8_t)(digit - 1);
	}
	*value = sum;
	scan->at += is_bad ? 0 : digits;
	return !is_bad;
}

typedef uint8_t sixteen __attribute__((vector_size(16)));
typedef uint16_t eight __attribute__((vector_size(16)));
typedef uint8_t small_eight __attribute__((vector_size(8)));

/* Sixteen lower-case digits at once: 0–9 stand 48 below their byte, a–f 87. A pair of them is a
 * byte, and the first pair the highest. */
static bool read_sixteen(const char *at, uint64_t *value)
{
	sixteen text, digits, letters, is_letter, is_good;
	uint64_t parts[2];
	eight pairs;
	small_eight bytes;

	memcpy(&text, at, sizeof(text));
	digits = text - '0';
	letters = text - 'a';
	is_letter = (sixteen)(letters < 6);
	is_good = (sixteen)(digits < 10) | is_letter;
	memcpy(parts, &is_good, sizeof(parts));
	if ((parts[0] & parts[1]) != UINT64_MAX)
		return false;
	pairs = (eight)((digits & ~is_letter) | ((letters + 10) & is_letter));
	bytes = __builtin_convertvector((pairs << 4 | pairs >> 8) & 0xFF, small_eight);
	memcpy(value, &bytes, sizeof(*value));
	*value = __builtin_bswap64(*value);
	return true;
}

bool scan_hex(struct scan *scan, uint64_t *value)
{
	if (!scan_is(scan, '"'))
		return false;
	if (scan->end - scan->at > 16 && read_sixteen(scan->at, value))
		scan->at += 16;
	else if (!read_hex(scan, 16, value))
		return false;
	return scan->at < scan->end && *scan->at++ == '"';
}

static bool read_escape(struct scan *scan, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	uint64_t value;

	if (scan->at == scan->end)
		return false;
	if (*scan->at == 'u') {
		scan->at++;
		if (!read_hex(scan, 4, &value) || value > 0xFF)
			return false;
		*out = (char)value;
		return true;
	}
	found = *scan->at ? strchr(from, *scan->at) : NULL;
	if (!found)
		return false;
	scan->at++;
	*out = to[found - from];
	return true;
}

bool scan_text(struct scan *scan, char *out, size_t room)
{
	size_t len = 0;

	if (!scan_is(scan, '"'))
		return false;
	for (;;) {
		struct bytes run = take_run(scan);

		if (run.len >= room - len)
			return false;
		memcpy(out + len, run.at, run.len);
		len += run.len;
		if (scan->at == scan->end || *scan->at != '\\')
			break;
		scan->at++;
		if (room - len < 2 || !read_escape(scan, out + len) || !out[len++])
			return false;
	}
	out[len] = '\0';
	return scan->at < scan->end && *scan->at++ == '"';
}

static bool skip_string(struct scan *scan)
{
	for (; scan->at < scan->end && *scan->at != '"'; scan->at++)
		if ((unsigned char)*scan->at < 0x20 ||
		    (*scan->at == '\\' && ++scan->at == scan->end))
			return false;
	return scan_is(scan, '"');
}

static bool skip_literal(struct scan *scan)
{
	const char *from = scan->at;

	while (scan->at < scan->end && (hex_values[(unsigned char)*scan->at] ||
					   (*scan->at && strchr("+-.Eelnrstu", *scan->at))))
		scan->at++;
	return scan->at > from;
}

bool scan_skip(struct scan *scan)
{
	int depth = 0;

	do {
		skip_space(scan);
		if (scan->at == scan->end)
			return false;
		switch (*scan->at) {
		case '"':
			scan->at++;
			if (!skip_string(scan))
				return false;
			break;
		case '{':
		case '[':
			if (++depth > SCAN_DEPTH)
				return false;
			scan->at++;
			break;
		case '}':
		case ']':
			if (--depth < 0)
				return false;
			scan->at++;
			break;
		case ',':
		case ':':
			if (!depth)
				return false;
			scan->at++;
			break;
		default:
			if (!skip_literal(scan))
				return false;
		}
	} while (depth);
	return true;
}
