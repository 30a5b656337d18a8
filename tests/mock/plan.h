#ifndef MOCK_PLAN_H
#define MOCK_PLAN_H

#include "base/fault.h"
#include "request.h"

/* How an answer misbehaves. Names: the enum's in lower case with '-' for '_'. */
enum behaviour {
	BEHAVIOUR_NONE,
	BEHAVIOUR_HANG,        /* takes the request, never answers */
	BEHAVIOUR_RESET,       /* takes the request, sends RST */
	BEHAVIOUR_CLOSE,       /* takes the request, closes without a byte */
	BEHAVIOUR_GARBAGE,     /* answers bytes that are not HTTP */
	BEHAVIOUR_EARLY,       /* answers at the head, then takes the body, stays */
	BEHAVIOUR_EARLY_CLOSE, /* answers at the head and closes */
	BEHAVIOUR_CLOSE_MID,   /* closes half way through the answer */
	BEHAVIOUR_RESET_MID,   /* the same with RST */
	BEHAVIOUR_STALL,       /* stops half way and stays open */
	BEHAVIOUR_TRUNCATE,    /* all but the last byte, or but the last chunk, then closes */
	BEHAVIOUR_NO_LENGTH,   /* HTTP/1.1 framed by the end of the connection */
	BEHAVIOUR_HTTP10,      /* HTTP/1.0 framed by the end of the connection */
	BEHAVIOUR_CHUNKED,     /* chunks also where a length would do */
	BEHAVIOUR_TRAILERS,    /* chunks with a trailer */
	BEHAVIOUR_1XX,         /* 103 Early Hints first */
	BEHAVIOUR_BAD_CHUNK,   /* a chunk size that is not a number */
	BEHAVIOUR_TWO_LENGTHS, /* two Content-Length that differ */
	BEHAVIOUR_LONG_HEAD,   /* 256 KB of header fields */
	BEHAVIOUR_NO_CONTINUE, /* leaves Expect: 100-continue unanswered until the body came */
	BEHAVIOUR_ECHO,        /* answers what was received */
	BEHAVIOUR_COUNT
};

/* How one request is answered: the options' defaults, then the request's `mock-*` fields. */
struct plan {
	enum behaviour behaviour;
	unsigned status;
	unsigned events;
	unsigned pace_ms;       /* between two events, and before the first */
	unsigned delay_ms;      /* before the answer begins */
	unsigned read_after_ms; /* the body is left in the kernel for so long */
	unsigned split_bytes;   /* an event goes out in sends of so many bytes; 0: one send */
	unsigned reply_bytes;   /* of the whole body, or of all events' text; 0: as it comes */
	unsigned input_tokens, output_tokens; /* 0: from the body's size, from |events| */
	unsigned retry_after;                 /* seconds, on a 429 or 503; 0: absent */
	unsigned fail_first;                  /* the first so many requests of a key fail … */
	unsigned fail_status;                 /* … with this status */
	unsigned fail_every;                  /* every so many-th request fails */
};

void plan_init(struct plan *plan);

/* Sets one value by its name without the `mock-`: "pace-ms". False: unknown name or value. */
bool plan_set(struct plan *plan, struct bytes name, struct bytes value);

/* |defaults| with what the request's `mock-*` fields say. A field that means nothing makes the
 * status 400: a test with a spelling mistake must not pass. `mock-key` (whose failures are
 * counted) and `mock-reply-field` ("Name: value", added to the reply) are read elsewhere. */
struct plan plan_of(const struct plan *defaults, const struct request *request);

#endif
