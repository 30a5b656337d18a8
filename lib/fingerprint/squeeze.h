#ifndef FINGERPRINT_SQUEEZE_H
#define FINGERPRINT_SQUEEZE_H

#include <stddef.h>

/* How much more than the text's length must fit in the output. */
#define SQUEEZE_SLACK 64

/* Copies |len| bytes without those ≤ 0x20 to |out|, which holds |len| + SQUEEZE_SLACK and does
 * not overlap; returns how many. Every way gives the same; what a processor lacks is refused by
 * |squeeze_text| only. */
size_t squeeze_text(char *out, const char *at, size_t len);

size_t squeeze_portable(char *out, const char *at, size_t len);
#ifdef __x86_64__
size_t squeeze_avx2(char *out, const char *at, size_t len);
size_t squeeze_vbmi2(char *out, const char *at, size_t len);
#endif

#endif
