#ifndef RECORD_SCAN_H
#define RECORD_SCAN_H

#include "base/bytes.h"

/*
 * A cursor over one flat line of JSON (RFC 8259) for the reader of records: enough for what
 * this house writes, strict about it, and able to skip any other valid value. Nothing is
 * copied but texts. Each function moves |at| past what it read, or returns false and leaves it
 * at the fault.
 */
struct scan {
	const char *at, *end;
};

void scan_space(struct scan *scan);

/* Past it, when the next character behind white space is |c|; our own lines have no such space,
 * so that is looked at first. */
static inline bool scan_is(struct scan *scan, char c)
{
	if (scan->at < scan->end && (unsigned char)*scan->at <= ' ')
		scan_space(scan);
	if (scan->at == scan->end || *scan->at != c)
		return false;
	scan->at++;
	return true;
}

/* A member's name without escapes: the bytes between the quotes, borrowed; and its colon. */
bool scan_name(struct scan *scan, struct bytes *name);

bool scan_number(struct scan *scan, uint64_t *value); /* digits only */
bool scan_signed(struct scan *scan, int64_t *value);

/* A number with a fraction or an exponent as it may be; `null` is -INFINITY. */
bool scan_real(struct scan *scan, double *value);

/* A string of exactly 16 hex digits. */
bool scan_hex(struct scan *scan, uint64_t *value);

/* A string into |out| of |room| bytes, terminated; false when it is longer. \u00XX stands for
 * the byte XX; higher escapes are refused. */
bool scan_text(struct scan *scan, char *out, size_t room);

/* A string without escapes, borrowed. */
bool scan_word(struct scan *scan, struct bytes *word);

/* Any value, nested up to 16 deep. */
bool scan_skip(struct scan *scan);

#endif
