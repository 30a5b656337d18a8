#ifndef WIRE_JSON_TEXT_H
#define WIRE_JSON_TEXT_H

#include <stddef.h>

/* The inside of JSON strings, copied with its one-letter escapes resolved. */
#define JSON_TEXT_SLACK 64 /* behind |limit| there is this much room */

struct json_text {
	const char *at, *end;
	char *to, *limit;
};

/*
 * Copies from |at| to |to| as long as |to| is before |limit|, and moves both. It stops before
 * |end| where it cannot go on: at a quote, a control byte, or a backslash that begins no
 * one-letter escape here. It may also stop where a sequence beyond ASCII begins, and never
 * takes one that is not sound (RFC 3629): the caller walks over it byte by byte.
 */
typedef void json_text_fn(struct json_text *text);

/* The fastest that this processor has; the others are for the tests, which ask it first. */
json_text_fn *json_text_best(void);
json_text_fn json_text_portable;
#ifdef __x86_64__
json_text_fn json_text_avx2, json_text_vbmi2;
#endif

/* What a one-letter escape stands for, by its letter; 0 for no such. */
extern const char json_text_escapes[256];

#endif
