/*
 * Building text in place, for heads and records: bounded, no allocation, no locale.
 */
#include "base/text.h"

#include <endian.h>
#include <stdarg.h>
#include <stdio.h>

/* Two digits of each number below a hundred. */
static const char pairs[200] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

void text_add_number(struct text *text, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	if (value < 10) {
		text_add_char(text, (char)('0' + value));
		return;
	}
	for (; value >= 10; value /= 100) {
		at -= 2;
		memcpy(digits + at, pairs + value % 100 * 2, 2);
	}
	if (value)
		digits[--at] = (char)('0' + value);
	text_add(text, bytes_of(digits + at, sizeof(digits) - at));
}

void text_add_signed(struct text *text, int64_t value)
{
	if (value < 0)
		text_add_char(text, '-');
	text_add_number(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

#define ONES (UINT64_MAX / 255) /* a one in every byte */

/* Eight digits at once: a half byte to a byte each, then the letters are raised to their place
 * behind the digits. */
static void put_hex32(char *at, uint32_t value)
{
	uint64_t v = value, is_letter;

	v = (v << 16 | v) & 0x0000FFFF0000FFFFu;
	v = (v << 8 | v) & 0x00FF00FF00FF00FFu;
	v = (v << 4 | v) & ONES * 0x0F;
	is_letter = (v + ONES * 6) >> 4 & ONES;
	v = htobe64(v + ONES * '0' + is_letter * ('a' - '0' - 10));
	memcpy(at, &v, sizeof(v));
}

void text_add_hex64(struct text *text, uint64_t value)
{
	char hex[16];

	put_hex32(hex, (uint32_t)(value >> 32));
	put_hex32(hex + 8, (uint32_t)value);
	text_add(text, bytes_of(hex, sizeof(hex)));
}

void text_add_format(struct text *text, const char *format, ...)
{
	size_t room = text->room - text->len;
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(text->at + text->len, room, format, list);
	va_end(list);
	if (len < 0 || (size_t)len >= room)
		text->is_cut = true;
	else
		text->len += (size_t)len;
}

/* The length of the valid UTF-8 sequence at |at|, 0 when there is none (RFC 3629). */
static size_t utf8_sequence(const unsigned char *at, size_t len)
{
	static const unsigned char first_low[] = { [0xE0 - 0xC0] = 0xA0, [0xF0 - 0xC0] = 0x90 };
	size_t need = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
	unsigned char low = 0x80, high = 0xBF;

	if (at[0] < 0xC2 || at[0] > 0xF4 || len < need)
		return 0;
	if (at[0] - 0xC0u < sizeof(first_low) && first_low[at[0] - 0xC0])
		low = first_low[at[0] - 0xC0];
	if (at[0] == 0xED)
		high = 0x9F;
	if (at[0] == 0xF4)
		high = 0x8F;
	for (size_t i = 1; i < need; i++, low = 0x80, high = 0xBF)
		if (at[i] < low || at[i] > high)
			return 0;
	return need;
}

static void add_json_byte(struct text *text, unsigned char c)
{
	if (c == '"' || c == '\\') {
		text_add_char(text, '\\');
		text_add_char(text, (char)c);
	} else {
		text_add_format(text, "\\u%04x", c);
	}
}

#define HIGHS (ONES * 0x80)

/* The high bit of a byte that is zero; those above the first may be set falsely. */
static uint64_t marks_zero(uint64_t word)
{
	return (word - ONES) & ~word & HIGHS;
}

/* Not 0 when a byte of the eight is not plain in a JSON string. */
static uint64_t marks_special(const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return (word & HIGHS) | ((word - ONES * 0x20) & ~word & HIGHS) |
	       marks_zero(word ^ ONES * '"') | marks_zero(word ^ ONES * '\\') |
	       marks_zero(word ^ ONES * 0x7F);
}

static size_t count_plain(const unsigned char *at, size_t len)
{
	size_t i = 0;

	while (len - i >= 8 && !marks_special(at + i))
		i += 8;
	while (i < len && at[i] >= 0x20 && at[i] < 0x7F && at[i] != '"' && at[i] != '\\')
		i++;
	return i;
}

void text_add_json(struct text *text, struct bytes b)
{
	const unsigned char *at = (const unsigned char *)b.at;
	size_t i = 0;

	text_add_char(text, '"');
	while (i < b.len) {
		size_t plain = i, sequence;

		do {
			i += count_plain(at + i, b.len - i);
			sequence = i < b.len && at[i] >= 0x80 ? utf8_sequence(at + i, b.len - i)
							      : 0;
			i += sequence;
		} while (sequence);
		text_add(text, bytes_of(b.at + plain, i - plain));
		if (i < b.len)
			add_json_byte(text, at[i++]);
	}
	text_add_char(text, '"');
}
