/*
 * Units in words. It must never guess: a bare number where a unit belongs is refused, because
 * "60" means seconds to one reader and milliseconds to the next.
 */
#include "config/quantity.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define MOST_EXACT (INT64_C(1) << 53)

struct unit {
	const char *word;
	int64_t factor;
};

static const struct unit durations[] = {
	{ "d", INT64_C(86400000000) },
	{ "h", INT64_C(3600000000) },
	{ "m", 60000000 },
	{ "s", 1000000 },
	{ "ms", 1000 },
	{ "us", 1 },
	{ NULL, 0 },
};

static const struct unit sizes[] = {
	{ "GiB", 1 << 30 },
	{ "MiB", 1 << 20 },
	{ "KiB", 1 << 10 },
	{ "B", 1 },
	{ NULL, 0 },
};

static bool read_quantity(struct bytes text, const struct unit *units, int64_t *value)
{
	size_t digits = 0;
	uint64_t number;

	while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
		digits++;
	if (!bytes_to_number(bytes_of(text.at, digits), &number) || number > MOST_EXACT)
		return false;
	text = bytes_of(text.at + digits, text.len - digits);
	for (; units->word; units++) {
		int64_t product;

		if (!bytes_equal(text, bytes_of_text(units->word)))
			continue;
		if (__builtin_mul_overflow((int64_t)number, units->factor, &product) ||
		    product > MOST_EXACT)
			return false;
		*value = product;
		return true;
	}
	return false;
}

const char *quantity_read_duration(struct bytes text, int64_t *value_us)
{
	return read_quantity(text, durations, value_us)
		   ? NULL
		   : "a whole number with a unit (us, ms, s, m, h, d), as in 500ms or 2h";
}

const char *quantity_read_size(struct bytes text, int64_t *value_bytes)
{
	return read_quantity(text, sizes, value_bytes)
		   ? NULL
		   : "a whole number with a unit (B, KiB, MiB, GiB), as in 64KiB";
}

const char *quantity_read_number(struct bytes text, int64_t *value)
{
	uint64_t number;

	if (!bytes_to_number(text, &number) || number > MOST_EXACT)
		return "a whole number, as in 600";
	*value = (int64_t)number;
	return NULL;
}

const char *quantity_read_float(struct bytes text, double *value)
{
	char copy[40], *end;
	double number;

	if (text.len == 0 || text.len >= sizeof(copy))
		return "a number, as in 0.02 or 1e9";
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	/* strtod also takes hex, "inf" and "nan": only plain decimal figures reach it. */
	if (strspn(copy, "0123456789.eE+-") < text.len)
		return "a number, as in 0.02 or 1e9";
	number = strtod(copy, &end);
	if (*end || !isfinite(number))
		return "a number, as in 0.02 or 1e9";
	*value = number;
	return NULL;
}

static void print_quantity(int64_t value, const struct unit *units, FILE *out)
{
	while (units[1].word && (value == 0 || value % units->factor))
		units++;
	fprintf(out, "%" PRId64 "%s", value / units->factor, units->word);
}

void quantity_print_duration(int64_t value_us, FILE *out)
{
	print_quantity(value_us, durations, out);
}

void quantity_print_size(int64_t value_bytes, FILE *out)
{
	print_quantity(value_bytes, sizes, out);
}

/* "1e+09" as people write it, "1e9". */
static void shorten_exponent(char *text)
{
	char *mark = strchr(text, 'e'), *from = mark ? mark + 1 : NULL;

	if (!mark)
		return;
	if (*from == '-')
		mark++;
	from += strspn(from, "+-0");
	memmove(mark + 1, from, strlen(from) + 1);
}

void quantity_print_float(double value, FILE *out)
{
	char text[40];

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	shorten_exponent(text);
	fputs(text, out);
}
