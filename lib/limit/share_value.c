/*
 * The values that nodes write for each other. Reading trusts nothing: a value that another
 * version, another program or a broken store wrote is refused as a whole.
 */
#include "limit/share_value.h"

#include "base/text.h"

#include <endian.h>
#include <string.h>

#define WINDOWS_MOST 16u
#define DAY_US       86400000000u
#define LETTERS      16u
#define PANE_BITS    15u

uint64_t share_value_windows(uint64_t window_us)
{
	uint64_t windows = DAY_US / window_us;

	return windows < 1 ? 1 : windows > WINDOWS_MOST ? WINDOWS_MOST : windows;
}

size_t share_value_write_counts(
    const struct window *window, struct share_range epoch, char out[SHARE_COUNTS_BYTES])
{
	struct text text = text_in(out, SHARE_COUNTS_BYTES);
	uint64_t number = window->newest < WINDOW_SLOTS ? 0 : window->newest - WINDOW_SLOTS;

	for (; number <= window->newest; number++) {
		uint64_t place = number - epoch.first;
		uint32_t count = window->own[window_place(number)];

		if (count == 0 || number < epoch.first || place >= epoch.count)
			continue;
		text_add_char(&text, (char)('a' + place / LETTERS));
		text_add_char(&text, (char)('a' + place % LETTERS));
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

/* Two letters: the place of a slot in its epoch; -1 when they are none. */
static int64_t read_place(const char **at, const char *end)
{
	unsigned high, low;

	if (end - *at < 2)
		return -1;
	high = (unsigned char)(*at)[0] - (unsigned)'a';
	low = (unsigned char)(*at)[1] - (unsigned)'a';
	*at += 2;
	return high < LETTERS && low < LETTERS ? (int64_t)(high * LETTERS + low) : -1;
}

bool share_value_read_counts(
    struct bytes value, struct share_range epoch, uint64_t oldest, uint64_t sums[WINDOW_RING])
{
	uint64_t counts[WINDOW_RING] = { 0 }, count;
	const char *at = value.at, *end = value.at + value.len;
	int64_t last = -1;

	while (at < end) {
		int64_t place = read_place(&at, end);
		uint64_t number = epoch.first + (uint64_t)place;

		if (place <= last || (uint64_t)place >= epoch.count ||
		    !read_number(&at, end, &count))
			return false;
		if (number >= oldest && number - oldest < WINDOW_RING)
			counts[number - oldest] = count;
		last = place;
	}
	for (unsigned i = 0; i < WINDOW_RING; i++)
		sums[i] += counts[i];
	return true;
}

static void write_word(unsigned char *out, uint64_t word)
{
	word = htole64(word);
	memcpy(out, &word, sizeof(word));
}

static uint64_t read_word(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

size_t share_value_write_set(
    const struct distinct *distinct, unsigned char out[SHARE_SET_BYTES])
{
	size_t len = 8;

	write_word(out, distinct->newest);
	for (unsigned i = 0; i < distinct->set_words; i++) {
		uint64_t word = distinct->set[i];

		if (!word || !distinct_word_is_own(word))
			continue;
		write_word(out + len, (word & DISTINCT_MASK) | distinct_word_pane(word));
		len += 8;
	}
	return len > 8 ? len : 0;
}

bool share_value_is_set(struct bytes value)
{
	return value.len > 8 && value.len % 8 == 0 && value.len <= SHARE_SET_BYTES;
}

size_t share_value_elements(struct bytes set)
{
	return set.len / 8 - 1;
}

struct share_element share_value_element(struct bytes set, size_t number)
{
	uint64_t newest = read_word(set.at), word = read_word(set.at + 8 + number * 8);
	uint64_t age = (newest - word) & PANE_BITS;

	return (struct share_element){ .element = word & DISTINCT_MASK,
		.pane = age <= newest ? newest - age : 0 };
}

size_t share_value_write_dense(
    const struct distinct *distinct, unsigned char out[SHARE_SET_BYTES])
{
	out[0] = 'D';
	write_word(out + 1, distinct->newest);
	return 9;
}

bool share_value_is_dense(struct bytes value, uint64_t *newest)
{
	if (value.len != 9 || value.at[0] != 'D')
		return false;
	*newest = read_word(value.at + 1);
	return true;
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
