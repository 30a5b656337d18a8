#ifndef JSON_OUT_H
#define JSON_OUT_H

#include "base/fault.h"

#include <stdio.h>

/* Writing JSON to a stream. Texts are escaped as RFC 8259 wants; NULL is null. */
void json_out_text(FILE *out, const char *text);

/* The fault as one text: "file:line:col: text". */
void json_out_fault(FILE *out, const struct fault *fault);

#endif
