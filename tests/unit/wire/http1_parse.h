#ifndef HTTP1_PARSE_H
#define HTTP1_PARSE_H

/* For the tests of heads: parses an exact heap copy, so that a read beyond it is seen by the
 * sanitizer. The head lives until the next call. */
#include "unit.h"
#include "wire/http1.h"

static struct http1_head head;

static inline struct bytes exact_copy(struct bytes text)
{
	static char *copy;

	free(copy);
	copy = malloc(text.len ? text.len : 1);
	ck_assert(copy != NULL);
	memcpy(copy, text.at, text.len);
	return bytes_of(copy, text.len);
}

static inline enum http1_fault request(struct bytes text)
{
	return http1_parse_request(exact_copy(text), &HTTP1_LIMITS_DEFAULT, &head);
}

static inline enum http1_fault response(struct bytes text)
{
	return http1_parse_response(exact_copy(text), &HTTP1_LIMITS_DEFAULT, false, &head);
}

/* A request with these lines, each with its CRLF, after its Host. */
#define WITH(lines)  request(BYTES("POST / HTTP/1.1\r\nHost: a\r\n" lines "\r\n"))

/* A 200 with these lines. */
#define REPLY(lines) response(BYTES("HTTP/1.1 200 OK\r\n" lines "\r\n"))

#define ck_fault(actual, wanted)                                                               \
	do {                                                                                   \
		enum http1_fault fault_ = (actual);                                            \
		ck_assert_msg(fault_ == (wanted), "%s, not %s", http1_fault_code(fault_),      \
		    http1_fault_code(wanted));                                                 \
	} while (0)
#define ck_fine(actual) ck_fault(actual, HTTP1_FAULT_NONE)
#define ck_bytes(actual, wanted)                                                               \
	do {                                                                                   \
		struct bytes bytes_ = (actual);                                                \
		ck_assert_msg(bytes_equal(bytes_, BYTES(wanted)), "\"%.*s\", not \"%s\"",      \
		    (int)bytes_.len, bytes_.at, wanted);                                       \
	} while (0)

#endif
