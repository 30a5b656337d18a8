#ifndef WIRE_HTTP1_LINE_H
#define WIRE_HTTP1_LINE_H

#include "wire/http1.h"

/*
 * Reads the header or trailer line that begins at |*at| and moves |*at| behind its CRLF. |end|
 * ends the readable bytes, and CRLF stands right before it. |out| borrows the line. On a fault
 * |*at| stays.
 */
enum http1_fault http1_line_parse(const char **at, const char *end, struct http1_header *out);

/* The fault of a stray |c| where a line may hold no control byte; |other| if it is none. */
enum http1_fault http1_line_stray(char c, enum http1_fault other);

#endif
