#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A borrowed run of bytes: never owned, never terminated, may hold NUL. |at| may be NULL only
 * when |len| is 0. Whoever hands one out says how long it lives.
 */
struct bytes {
	const char *at;
	size_t len;
};

/* A string literal as bytes, without its terminator. */
#define BYTES(literal) ((struct bytes){ (literal), sizeof(literal) - 1 })

static inline struct bytes bytes_of(const void *at, size_t len)
{
	return (struct bytes){ at, len };
}

/* The bytes of a terminated string; NULL gives the empty run. */
static inline struct bytes bytes_of_text(const char *text)
{
	return (struct bytes){ text, text ? strlen(text) : 0 };
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* Equal but for ASCII case; never looks at the locale. */
bool bytes_equal_nocase(struct bytes a, struct bytes b);
bool bytes_start_with(struct bytes whole, struct bytes head);
bool bytes_start_with_nocase(struct bytes whole, struct bytes head);
bool bytes_end_with(struct bytes whole, struct bytes tail);

/* Without spaces and tabs at either end (the OWS of RFC 9110 §5.6.3). */
struct bytes bytes_trim(struct bytes b);

/*
 * Splits at the first |separator|: returns what stands before it and leaves what follows in
 * |rest|. Without a separator the whole is returned and |rest| is emptied.
 */
struct bytes bytes_split(struct bytes *rest, char separator);

/*
 * Reads a whole unsigned decimal number: digits only, no sign, no space, no overflow. False
 * leaves |value| untouched.
 */
bool bytes_to_number(struct bytes b, uint64_t *value);

/* Writes |len| bytes as lower-case hex and a terminator into |out|, which holds 2·len + 1. */
void bytes_to_hex(const void *at, size_t len, char *out);

/* Reads 2·len hex digits of either case into |out|; false when |hex| is not just that. */
bool bytes_from_hex(struct bytes hex, void *out, size_t len);

#endif
