#ifndef WIRE_JSON_SPAN_H
#define WIRE_JSON_SPAN_H

#include "wire/json_scan.h"

/* How many of the first |len| bytes at |at| are plain in a JSON string: ASCII, no quote, no
 * backslash, no control byte. */
size_t json_span_portable(const char *at, size_t len);

/* The fastest way this processor has to answer the same. */
json_span_fn *json_span_best(void);

#endif
