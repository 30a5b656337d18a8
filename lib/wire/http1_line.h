#ifndef WIRE_HTTP1_LINE_H
#define WIRE_HTTP1_LINE_H

#include "wire/http1.h"

/*
 * Reads header or trailer lines, each ending in CRLF, into |out|, which has room for |most|,
 * and counts them in |count|. |out| borrows the lines.
 */
enum http1_fault http1_line_read_all(
    struct bytes lines, struct http1_header *out, uint32_t most, uint32_t *count);

/* The fault of a stray |c| where a line may hold no control byte; |other| if it is none. */
enum http1_fault http1_line_stray(char c, enum http1_fault other);

#endif
