#ifndef WIRE_HTTP1_H
#define WIRE_HTTP1_H

#include "base/bytes.h"
#include "base/scan.h"
#include "base/text.h"
#include "wire/http1_fault.h"
#include "wire/http1_name.h"

/*
 * The heads of HTTP/1.0 and HTTP/1.1 messages, read strictly (RFC 9112; what it leaves to the
 * recipient's choice is refused): whatever two parsers could read in two ways is a fault.
 * Nothing is copied and nothing allocated: a head borrows the caller's buffer.
 */
#define HTTP1_HEADERS_MAX   128
#define HTTP1_LEADING_LINES 4 /* empty lines that may precede a request line */

struct http1_limits {
	uint32_t head_bytes;   /* of a whole head with its empty line */
	uint32_t target_bytes; /* of the request target */
	uint32_t header_count; /* at most HTTP1_HEADERS_MAX */
};
#define HTTP1_LIMITS_DEFAULT ((struct http1_limits){ 64 << 10, 16 << 10, 100 })

/* How the end of the body is found (RFC 9112 §6.3). */
enum http1_framing {
	HTTP1_FRAMING_NONE,   /* there is no body */
	HTTP1_FRAMING_LENGTH, /* |content_length|, which may be 0 */
	HTTP1_FRAMING_CHUNKED,
	HTTP1_FRAMING_UNTIL_CLOSE, /* responses only */
	HTTP1_FRAMING_COUNT
};

struct http1_header {
	struct bytes name, value; /* as sent; the value without the space around it */
	enum http1_name known;
	/*
	 * Ends here, a proxy must not forward it: by its name; as the twin of a known name; or
	 * because Connection lists it. Only unknown names can be listed: no client takes away
	 * what we or the upstream decide on.
	 */
	bool is_hop_by_hop;
};

/*
 * A parsed head: some 5 KB, meant to live once per worker. |header| stands last, so that a copy
 * of the first http1_size() bytes is a whole head.
 */
struct http1_head {
	struct bytes method, target; /* of a request, as sent */
	struct bytes path, query;    /* of the target; query without '?', its at NULL if none.
					"*" is a path; an absolute form's empty path is "/" */
	struct bytes host;           /* host[:port]; of the absolute form if there is one, else
					Host's; empty only in HTTP/1.0 and in responses */
	struct bytes reason;         /* of a response; may be empty */
	uint64_t content_length;     /* as sent (also when there is no body); else 0 */
	enum http1_framing framing;
	uint16_t status; /* of a response; 0 in a request */
	uint8_t minor;   /* HTTP/1.|minor| */
	bool keeps_alive;
	bool expects_continue;           /* a 1.1 request that waits for a 100 */
	bool wants_upgrade;              /* Connection: upgrade and Upgrade, in HTTP/1.1 */
	uint8_t first[HTTP1_NAME_COUNT]; /* 1 + index of a name's first header; 0 if absent */
	bool repeated[HTTP1_NAME_COUNT]; /* a name came more than once */
	uint8_t count;
	struct http1_header header[HTTP1_HEADERS_MAX];
};

/*
 * Reads a request head: |head| is exactly what the finder measured, from the method to the
 * empty line. HTTP1_FAULT_NONE, or what is wrong, and then |out| is not to be read. HTTP/2's
 * preface is HTTP1_FAULT_PREFACE: the caller may still speak HTTP/2.
 */
enum http1_fault http1_parse_request(
    struct bytes head, const struct http1_limits *limits, struct http1_head *out);

/*
 * Reads a response head in the same way. |answers_head|: the request was HEAD, so there is no
 * body. 1xx, 204 and 304 have none either (a 1xx or 204 that announces one is the last on its
 * connection); a 101 has |wants_upgrade|, and what follows belongs to the new protocol.
 */
enum http1_fault http1_parse_response(struct bytes head, const struct http1_limits *limits,
    bool answers_head, struct http1_head *out);

/* The bytes of |head| that hold something. */
size_t http1_size(const struct http1_head *head);

static inline bool http1_is_repeated(const struct http1_head *head, enum http1_name name)
{
	return head->repeated[name];
}

/* The first header of that name, or NULL. A class (HTTP1_RETORT) gives its first member. */
static inline const struct http1_header *http1_find(
    const struct http1_head *head, enum http1_name name)
{
	return head->first[name] ? &head->header[head->first[name] - 1] : NULL;
}

/* The value of the first header of that name; at is NULL when there is none. */
static inline struct bytes http1_value(const struct http1_head *head, enum http1_name name)
{
	const struct http1_header *header = http1_find(head, name);

	return header ? header->value : (struct bytes){ 0 };
}

/* The next header of the same name as |header|, which is one of |head|, or NULL. */
const struct http1_header *http1_next(
    const struct http1_head *head, const struct http1_header *header);

/* The values of all headers of that name as one list (RFC 9110 §5.3), written to |room| where
 * there are several; "?" where they do not fit. */
struct bytes http1_list(const struct http1_head *head, enum http1_name name, struct text *room);

/* The first header of a name that the table does not have, such as one from the configuration.
 */
const struct http1_header *http1_find_text(const struct http1_head *head, struct bytes name);

#endif
