#ifndef FINGERPRINT_SORT16_H
#define FINGERPRINT_SORT16_H

#include <stddef.h>
#include <stdint.h>

/* Sorts a short list in place, ascending: no allocation, and no input of 512 values that makes
 * it slow (libc's qsort may allocate, an insertion sort is quadratic). */
void sort16(uint16_t *list, size_t count);

#endif
