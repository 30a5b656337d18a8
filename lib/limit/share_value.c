/*
 * The values that nodes write for each other. Reading trusts nothing: a value that another
 * version, another program or a broken store wrote is refused as a whole.
 */
#include "limit/share_value.h"

#include "base/text.h"

#include <endian.h>
#include <string.h>

#define PLACE_BITS 31u

_Static_assert(DISTINCT_PANES - 1 <= PLACE_BITS, "a pane's place fits an element's low bits");
_Static_assert((~DISTINCT_MASK & ~(uint64_t)PLACE_BITS) == 0, "the low bits are free");

size_t share_value_write_counts(
    const struct window *window, uint64_t epoch, char out[SHARE_COUNTS_BYTES])
{
	struct text text = text_in(out, SHARE_COUNTS_BYTES);

	for (unsigned i = 0; i < WINDOW_SLOTS; i++) {
		uint64_t number = epoch * WINDOW_SLOTS + i;
		uint32_t count = window->own[window_place(number)];

		if (count == 0 || !window_covers(window, number))
			continue;
		text_add_char(&text, (char)('a' + i));
		text_add_number(&text, count);
	}
	return text.len;
}

/* The number at |*at|, which is moved behind it: no leading zero, at most UINT32_MAX. */
static bool read_number(const char **at, const char *end, uint64_t *number)
{
	const char *begin = *at;

	*number = 0;
	for (; *at < end && **at >= '0' && **at <= '9'; ++*at) {
		*number = *number * 10 + (uint64_t)(**at - '0');
		if (*number > UINT32_MAX)
			return false;
	}
	return *at > begin && *begin != '0';
}

bool share_value_read_counts(struct bytes value, uint64_t sums[WINDOW_SLOTS])
{
	uint64_t counts[WINDOW_SLOTS] = { 0 };
	const char *at = value.at, *end = value.at + value.len;
	int last = -1;

	while (at < end) {
		int place = *at++ - 'a';

		if (place <= last || place >= WINDOW_SLOTS ||
		    !read_number(&at, end, &counts[place]))
			return false;
		last = place;
	}
	for (unsigned i = 0; i < WINDOW_SLOTS; i++)
		sums[i] += counts[i];
	return true;
}

size_t share_value_write_set(
    const struct distinct *distinct, uint64_t epoch, unsigned char out[SHARE_SET_BYTES])
{
	size_t len = 0;

	for (unsigned i = 0; !distinct->is_dense && i < distinct->set_words; i++) {
		uint64_t word = distinct->set[i], number, element;

		if (!word || !distinct_word_is_own(word))
			continue;
		number = distinct_word_number(distinct, word);
		if (number / DISTINCT_PANES != epoch)
			continue;
		element = htole64((word & DISTINCT_MASK) | number % DISTINCT_PANES);
		memcpy(out + len, &element, sizeof(element));
		len += sizeof(element);
	}
	return len;
}

bool share_value_is_set(struct bytes value)
{
	return value.len > 0 && value.len % 8 == 0 && value.len <= SHARE_SET_BYTES;
}

bool share_value_is_dense(struct bytes value)
{
	return bytes_equal(value, BYTES(SHARE_DENSE));
}

struct share_element share_value_element(struct bytes set, size_t number, uint64_t epoch)
{
	uint64_t word;

	memcpy(&word, set.at + number * sizeof(word), sizeof(word));
	word = le64toh(word);
	return (struct share_element){ .element = word & DISTINCT_MASK,
		.pane = epoch * DISTINCT_PANES + (word & (DISTINCT_PANES - 1)) };
}

bool share_value_is_registers(struct bytes value)
{
	unsigned char most = 0;

	if (value.len != HLL_REGISTERS)
		return false;
	for (size_t i = 0; i < HLL_REGISTERS; i++)
		most = (unsigned char)value.at[i] > most ? (unsigned char)value.at[i] : most;
	return most <= HLL_RANK_MOST;
}
