#ifndef CONFIG_QUANTITY_H
#define CONFIG_QUANTITY_H

#include "base/bytes.h"

#include <stdio.h>

/*
 * Numbers with units as they stand in the configuration: a whole number and one unit, no
 * fraction, no sign. Each reader returns NULL, or in words what it wanted instead.
 */

/* "5ms 10s 2h 7d" to µs; units us ms s m h d. */
const char *quantity_read_duration(struct bytes text, int64_t *value_us);

/* "512B 64KiB 4MiB 1GiB" to bytes. */
const char *quantity_read_size(struct bytes text, int64_t *value_bytes);

/* "600", up to 2^53, so that every value is exact as a double too. */
const char *quantity_read_number(struct bytes text, int64_t *value);

/* "0.02", "1e9"; finite. */
const char *quantity_read_float(struct bytes text, double *value);

/* The shortest text that reads as the same value. */
void quantity_print_duration(int64_t value_us, FILE *out);
void quantity_print_size(int64_t value_bytes, FILE *out);
void quantity_print_float(double value, FILE *out);

#endif
