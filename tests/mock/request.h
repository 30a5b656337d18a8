#ifndef MOCK_REQUEST_H
#define MOCK_REQUEST_H

#include "pile.h"

#include <openssl/evp.h>

#define REQUEST_FIELDS     256
#define REQUEST_HEAD_BYTES (1u << 20)

/* One field line as it came: the name keeps its case, the value has no OWS around it. */
struct request_field {
	struct bytes name, value;
};

enum request_part {
	REQUEST_IN_HEAD,
	REQUEST_IN_BODY, /* counted by Content-Length */
	REQUEST_IN_CHUNK_SIZE,
	REQUEST_IN_CHUNK,
	REQUEST_IN_CHUNK_END,
	REQUEST_IN_TRAILER,
	REQUEST_AT_END
};

/* What one |request_take| found. */
enum request_scan {
	REQUEST_MORE, /* everything eaten, not whole yet */
	REQUEST_HEAD, /* the head just became known: take again for the body */
	REQUEST_WHOLE,
	REQUEST_BAD
};

/*
 * One HTTP/1 request as it arrives. Slices point into |head| and live until |request_reset|.
 * |body| holds everything received, |digest| is set by whoever wants a SHA-256 of it.
 */
struct request {
	enum request_part part;
	struct pile head, body, line, trailers;
	struct bytes method, target, version;
	struct request_field fields[REQUEST_FIELDS];
	size_t field_count;
	uint64_t left; /* of the body or of the chunk */
	uint64_t body_bytes;
	EVP_MD_CTX *digest;
};

/* Eats bytes from the front of |in|. */
enum request_scan request_take(struct request *request, struct bytes *in);

/* The value of the first field of that name in any case; at == NULL when there is none. */
struct bytes request_field(const struct request *request, const char *name);

/* Whether the list value of field |name| holds |token|, in any case. */
bool request_has_token(const struct request *request, const char *name, const char *token);

/* The value of a member of the body's top JSON object, as raw JSON; at == NULL when absent. */
struct bytes request_member(const struct request *request, const char *key);

/* The same inside |object|, which is raw JSON. */
struct bytes request_member_in(struct bytes object, const char *key);

/* Ready for the next request on the same connection; |request_fini| gives the memory back. */
void request_reset(struct request *request);
void request_fini(struct request *request);

#endif
