/*
 * Reading one line of JSON from left to right. Never allocates, never reads past the end, and
 * never accepts what it does not understand; it is a reader of our own records, not of bodies
 * that clients send.
 */
#include "record/scan.h"

#define SCAN_DEPTH 16

static void skip_space(struct scan *scan)
{
	while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' ||
					   *scan->at == '\r' || *scan->at == '\n'))
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

bool scan_word(struct scan *scan, struct bytes *word)
{
	const char *from;

	if (!scan_is(scan, '"'))
		return false;
	from = scan->at;
	while (scan->at < scan->end && *scan->at != '"' && *scan->at != '\\' &&
	       (unsigned char)*scan->at >= 0x20)
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

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex(struct scan *scan, int digits, uint64_t *value)
{
	*value = 0;
	if (scan->end - scan->at < digits)
		return false;
	for (int i = 0; i < digits; i++) {
		int digit = hex_digit(scan->at[i]);

		if (digit < 0)
			return false;
		*value = *value << 4 | (uint64_t)digit;
	}
	scan->at += digits;
	return true;
}

bool scan_hex(struct scan *scan, uint64_t *value)
{
	return scan_is(scan, '"') && read_hex(scan, 16, value) && scan->at < scan->end &&
	       *scan->at++ == '"';
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

	while (scan->at < scan->end &&
	       (hex_digit(*scan->at) >= 0 || (*scan->at && strchr("+-.Eelnrstu", *scan->at))))
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
