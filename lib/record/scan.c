/*
 * Reading one line of JSON from left to right. Never allocates, never reads past the end, and
 * never accepts what it does not understand; it is a reader of our own records, not of bodies
 * that clients send.
 */
#include "record/scan.h"

#include <math.h>
#include <stdlib.h>

#define SCAN_DEPTH   16
#define SAFE_DIGITS  19 /* of any number that fits 64 bits */
#define EXACT_DIGITS 15 /* of any number that a double holds, and a point among them */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* Our own lines have none, so that is looked at first. */
static inline void skip_space(struct scan *scan)
{
	if (scan->at < scan->end && (unsigned char)*scan->at <= ' ')
		scan_space(scan);
}

void scan_space(struct scan *scan)
{
	while (scan->at < scan->end && is_space(*scan->at))
		scan->at++;
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

/* How many of the eight bytes, the first of them lowest, are digits before one that is none. */
static inline unsigned count_digits(uint64_t eight)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t off = eight ^ ones * '0'; /* below ten for a digit, and only for one */
	uint64_t others = (((off & ones * 0x7F) + ones * (0x80 - 10)) | off) & ones * 0x80;

	return others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
}

/* The value of |count| digits, 1 to 8, that begin at the lowest byte: neighbours are joined to
 * pairs, these to fours, and those to eight. */
static inline uint64_t join_digits(uint64_t eight, unsigned count)
{
	uint64_t digits = (eight << (64 - 8 * count)) & 0x0F0F0F0F0F0F0F0F;
	uint64_t pairs = (digits * 10 + (digits >> 8)) & 0x00FF00FF00FF00FF;
	uint64_t fours = (pairs * 100 + (pairs >> 16)) & 0x0000FFFF0000FFFF;

	return (fours * 10000 + (fours >> 32)) & 0xFFFFFFFF;
}

/* Adds digits to |sum| up to |end|, which is so near that they cannot overflow it. */
static const char *add_digits(const char *at, const char *end, uint64_t *sum)
{
	uint64_t eight;

	for (; end - at >= 8; at += 8) {
		memcpy(&eight, at, sizeof(eight));
		if (count_digits(eight) < 8)
			break;
		*sum = *sum * 100000000 + join_digits(eight, 8);
	}
	for (; at < end && is_digit(*at); at++)
		*sum = *sum * 10 + (uint64_t)(*at - '0');
	return at;
}

static bool read_long_number(struct scan *scan, uint64_t *value)
{
	const char *from = scan->at;
	const char *safe = scan->end - from > SAFE_DIGITS ? from + SAFE_DIGITS : scan->end;
	uint64_t sum = 0;

	scan->at = add_digits(from, safe, &sum);
	for (; scan->at < scan->end && is_digit(*scan->at); scan->at++)
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(*scan->at - '0'), &sum))
			return false;
	*value = sum;
	return scan->at > from;
}

/* Most have few digits, of any number: those are read without a branch for each. */
bool scan_number(struct scan *scan, uint64_t *value)
{
	uint64_t eight;
	unsigned count;

	skip_space(scan);
	if (scan->end - scan->at < 8)
		return read_long_number(scan, value);
	memcpy(&eight, scan->at, sizeof(eight));
	count = count_digits(eight);
	if (count == 8)
		return read_long_number(scan, value);
	if (!count)
		return false;
	*value = join_digits(eight, count);
	scan->at += count;
	return true;
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

/*
 * A plain decimal of few digits, which most are: both its digits and the power of ten below
 * them are exact, so that one division rounds as strtod does (Clinger, "How to Read Floating
 * Point Numbers Accurately", 1990). False, without moving, for all others.
 */
static bool read_short_real(struct scan *scan, double *value)
{
	static const double powers[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
		1e11, 1e12, 1e13, 1e14, 1e15 };
	bool is_negative = scan->at < scan->end && *scan->at == '-';
	const char *from = scan->at + is_negative, *at, *point;
	const char *end = scan->end - from > EXACT_DIGITS + 1 ? from + EXACT_DIGITS + 1
							      : scan->end;
	uint64_t sum = 0;

	at = point = add_digits(from, end, &sum);
	if (at < end && *at == '.')
		at = add_digits(at + 1, end, &sum);
	if (point == from || at == point + 1 || at == end || at - from > EXACT_DIGITS ||
	    *at == '.' || *at == '+' || *at == '-' || (*at | 0x20) == 'e')
		return false;
	*value = (double)sum / powers[at > point ? at - point - 1 : 0];
	if (is_negative)
		*value = -*value;
	scan->at = at;
	return true;
}

bool scan_real(struct scan *scan, double *value)
{
	char digits[40], *end;
	size_t len = 0;

	skip_space(scan);
	if (read_short_real(scan, value))
		return true;
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
