/*
 * Numbers of a request as the whole numbers that facts keep.
 */
#include "fingerprint/decimal.h"

#define EXPONENT_MOST 400

static int read_exponent(struct bytes *digits)
{
	const char *mark = memchr(digits->at, 'e', digits->len);
	struct bytes rest;
	uint64_t value = 0;
	bool is_negative;

	if (!mark)
		mark = memchr(digits->at, 'E', digits->len);
	if (!mark)
		return 0;
	rest = bytes_of(mark + 1, digits->len - (size_t)(mark + 1 - digits->at));
	digits->len = (size_t)(mark - digits->at);
	is_negative = rest.len && rest.at[0] == '-';
	if (rest.len && (rest.at[0] == '-' || rest.at[0] == '+'))
		rest = bytes_of(rest.at + 1, rest.len - 1);
	if (!bytes_to_number(rest, &value) || value > EXPONENT_MOST)
		value = EXPONENT_MOST;
	return is_negative ? -(int)value : (int)value;
}

uint32_t decimal_scaled(struct bytes digits, int power, uint32_t most)
{
	uint64_t value = 0;
	bool is_fraction = false;
	int left; /* digits still to take; negative: past the last whole one */

	if (digits.len == 0 || digits.at[0] == '-')
		return 0;
	left = power + read_exponent(&digits);
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.at[i] == '.') {
			is_fraction = true;
			continue;
		}
		if (is_fraction && left <= 0)
			break;
		left -= is_fraction;
		value = value * 10 + (uint64_t)(digits.at[i] - '0');
		if (value > UINT32_MAX)
			value = UINT32_MAX; /* one more digit still fits 64 bits */
	}
	for (; left > 0 && value && value <= most; left--)
		value *= 10;
	for (; left < 0 && value; left++)
		value /= 10;
	return value > most ? most : (uint32_t)value;
}
