#ifndef FINGERPRINT_DECIMAL_H
#define FINGERPRINT_DECIMAL_H

#include "base/bytes.h"

/* A JSON number times a power of ten, cut to whole and kept within 0 … |most|; negative numbers
 * give 0. Never looks at the locale, never rounds through a float. */
uint32_t decimal_scaled(struct bytes digits, int power, uint32_t most);

#endif
