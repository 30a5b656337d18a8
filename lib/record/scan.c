/*
 * Reading one line of JSON from left to right. Never allocates, never reads past the end, and
 * never accepts what it does not understand; it is a reader of our own records, not of bodies
 * that clients send.
 */
#include "record/scan.h"

#include <math.h>
#include <stdlib.h>

#define SCAN_DEPTH 16

static void skip_space(struct scan *scan)
{
	while (
	    scan->at < scan->end && (unsigned char)*scan->at <= ' ' &&
	    (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r' || *scan->at == '\n'))
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

bool scan_word(struct scan *scan, struct bytes *word)
{
	const char *from;

	if (!scan_is(scan, '"'))
		return false;
	from = scan->at;
	while (scan->at < scan->end && !word_ends[(unsigned char)*scan->at])
		scan->at++;
	if (scan->at == scan->end || *scan->at != '"')
		return false;
	*word = bytes_of(from, (size_t)(scan->at++ - from));
	return true;
}

bool scan_name(struct scan *scan, struct bytes *name)
{
	return scan_word(scan, name) && scan_is(scan, ':');
}

bool scan_number(struct scan *scan, uint64_t *value)
{
	uint64_t sum = 0;
	const char *from;

	skip_space(scan);
	from = scan->at;
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

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* Eight lower-case digits in one word: each byte's value is its low nibble, and 9 more for a
 * letter; written back, it must give the byte again. */
static bool read_eight(const char *at, uint64_t *value)
{
	uint64_t text, letters, values;

	memcpy(&text, at, sizeof(text));
	letters = text >> 6 & EACH(1);
	values = (text & EACH(0x0F)) + letters * 9;
	if (((values + EACH(6)) >> 4 & EACH(1)) != letters || (values & EACH(0xF0)) ||
	    values + EACH(0x30) + letters * 0x27 != text)
		return false;
	values = (values << 4 | values >> 8) & 0x00FF00FF00FF00FFULL;
	values = (values | values >> 8) & 0x0000FFFF0000FFFFULL;
	*value = __builtin_bswap32((uint32_t)(values | values >> 16));
	return true;
}

bool scan_hex(struct scan *scan, uint64_t *value)
{
	uint64_t high, low;

	if (!scan_is(scan, '"'))
		return false;
	if (scan->end - scan->at > 16 && read_eight(scan->at, &high) &&
	    read_eight(scan->at + 8, &low)) {
		*value = high << 32 | low;
		scan->at += 16;
	} else if (!read_hex(scan, 16, value)) {
		return false;
	}
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
	while (scan->at < scan->end && *scan->at != '"') {
		if (len + 1 >= room || (unsigned char)*scan->at < 0x20)
			return false;
		if (*scan->at == '\\') {
			scan->at++;
			if (!read_escape(scan, out + len) || !out[len])
				return false;
			len++;
		} else {
			out[len++] = *scan->at++;
		}
	}
	out[len] = '\0';
	return scan_is(scan, '"');
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
