#ifndef WIRE_HTTP1_CHARS_H
#define WIRE_HTTP1_CHARS_H

#include <endian.h>

#include "base/bytes.h"

/*
 * What a byte may be part of. CR, LF and NUL are in no class, so a run of any class ends at the
 * end of its line at the latest.
 */
enum http1_char {
	HTTP1_CHAR_TOKEN = 1,  /* RFC 9110 §5.6.2 */
	HTTP1_CHAR_TARGET = 2, /* visible ASCII but '#': no fragment is sent (RFC 9112 §3.2) */
	HTTP1_CHAR_HOST = 4,   /* names and IPv4 addresses, unescaped (RFC 3986 §3.2.2) */
	HTTP1_CHAR_VALUE = 8,  /* all but control bytes: tab, space and high bytes too */
	HTTP1_CHAR_IPV6 = 16   /* inside brackets */
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

/* Eight bytes as a number whose lowest byte is the first, whatever the machine. */
static inline uint64_t http1_chars_load(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/*
 * Whether |word| is |lower| but for the case of letters. Bit 5 is ignored just where |lower|
 * has a letter (bit 6), so that nothing but a letter's other case passes for it.
 */
static inline bool http1_chars_same_word(uint64_t word, uint64_t lower)
{
	return (word | (lower & UINT64_MAX / 255 * 0x40) >> 1) == lower;
}

/* True when |b| is |lower| but for ASCII case. |lower| holds lower-case letters, digits and
 * '-'. Words overlap at the end rather than run over it. */
static inline bool http1_chars_same(struct bytes b, struct bytes lower)
{
	size_t at = 0, last = b.len - 8;

	if (b.len != lower.len)
		return false;
	if (b.len < 8) {
		while (at < b.len && http1_chars_same_word(
					 (unsigned char)b.at[at], (unsigned char)lower.at[at]))
			at++;
		return at == b.len;
	}
	for (; at < last; at += 8)
		if (!http1_chars_same_word(
			http1_chars_load(b.at + at), http1_chars_load(lower.at + at)))
			return false;
	return http1_chars_same_word(
	    http1_chars_load(b.at + last), http1_chars_load(lower.at + last));
}

#endif
