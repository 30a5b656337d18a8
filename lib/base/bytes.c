/*
 * Runs of bytes: compare, split, read numbers and hex. Nothing here copies to the heap, looks
 * at the locale or trusts a terminator.
 */
#include "base/bytes.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

#define ONES (UINT64_MAX / 255) /* a one in every byte */

/* Eight bytes at once. Seven bits of each are looked at with room for the carry: bit 7 is then
 * set from 'A' on, or from behind 'Z' on. */
static uint64_t lower_word(const char *at)
{
	uint64_t word, seven, upper;

	memcpy(&word, at, sizeof(word));
	seven = word & ONES * 0x7F;
	upper = (seven + ONES * (0x80 - 'A')) ^ (seven + ONES * (0x7F - 'Z'));
	return word | (upper & ~word & ONES * 0x80) >> 2;
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
	return a.len == b.len && bytes_start_with_nocase(a, b);
}

bool bytes_start_with(struct bytes whole, struct bytes head)
{
	return whole.len >= head.len && bytes_equal(bytes_of(whole.at, head.len), head);
}

bool bytes_start_with_nocase(struct bytes whole, struct bytes head)
{
	size_t i = 0;

	if (whole.len < head.len)
		return false;
	if (head.len >= 8) { /* words overlap at the end rather than run over it */
		for (; i < head.len - 8; i += 8)
			if (lower_word(whole.at + i) != lower_word(head.at + i))
				return false;
		i = head.len - 8;
		return lower_word(whole.at + i) == lower_word(head.at + i);
	}
	for (; i < head.len; i++)
		if (lower(whole.at[i]) != lower(head.at[i]))
			return false;
	return true;
}

bool bytes_end_with(struct bytes whole, struct bytes tail)
{
	return whole.len >= tail.len &&
	       bytes_equal(bytes_of(whole.at + whole.len - tail.len, tail.len), tail);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct bytes bytes_trim(struct bytes b)
{
	while (b.len && is_blank(b.at[0])) {
		b.at++;
		b.len--;
	}
	while (b.len && is_blank(b.at[b.len - 1]))
		b.len--;
	return b;
}

struct bytes bytes_split(struct bytes *rest, char separator)
{
	const char *cut = rest->len ? memchr(rest->at, separator, rest->len) : NULL;
	struct bytes head = *rest;

	if (!cut) {
		*rest = (struct bytes){ 0 };
		return head;
	}
	head.len = (size_t)(cut - head.at);
	*rest = bytes_of(cut + 1, rest->len - head.len - 1);
	return head;
}

bool bytes_to_number(struct bytes b, uint64_t *value)
{
	uint64_t sum = 0;

	if (b.len == 0)
		return false;
	for (size_t i = 0; i < b.len; i++) {
		uint64_t digit = (uint64_t)(unsigned char)b.at[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	*value = sum;
	return true;
}

void bytes_to_hex(const void *at, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = at;

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[from[i] >> 4];
		*out++ = digits[from[i] & 15];
	}
	*out = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool bytes_from_hex(struct bytes hex, void *out, size_t len)
{
	unsigned char *to = out;

	if (hex.len != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = hex_value(hex.at[2 * i]), low = hex_value(hex.at[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}
