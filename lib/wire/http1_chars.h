#ifndef WIRE_HTTP1_CHARS_H
#define WIRE_HTTP1_CHARS_H

#include "base/bytes.h"

/*
 * What a byte may be part of. CR, LF and NUL are in no class, so a run of any class ends at the
 * end of its line at the latest.
 */
enum http1_char {
	HTTP1_CHAR_TOKEN = 1, /* RFC 9110 §5.6.2 */
	HTTP1_CHAR_TARGET =
	    2, /* visible ASCII but '#': fragments are not sent (RFC 9112 §3.2) */
	HTTP1_CHAR_HOST =
	    4, /* a registered name or IPv4 address, unescaped (RFC 3986 §3.2.2) */
	HTTP1_CHAR_VALUE = 8, /* anything but control bytes; tab, space and high bytes too */
	HTTP1_CHAR_IPV6 = 16, /* inside brackets */
};

extern const unsigned char http1_chars[256];

static inline bool http1_chars_is(char c, enum http1_char kind)
{
	return http1_chars[(unsigned char)c] & kind;
}

/* The first byte from |at| on that is not of |kind|. A byte of no kind must follow. */
static inline const char *http1_chars_skip(const char *at, enum http1_char kind)
{
	while (http1_chars_is(*at, kind))
		at++;
	return at;
}

/* True when |b| is not empty and all of it is of |kind|. */
bool http1_chars_all(struct bytes b, enum http1_char kind);

/* The same as http1_chars_skip for HTTP1_CHAR_VALUE, eight bytes at a time up to |end|. */
const char *http1_chars_skip_value(const char *at, const char *end);

#endif
