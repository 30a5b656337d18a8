#ifndef API_REPLY_TAP_H
#define API_REPLY_TAP_H

#include "base/arena.h"
#include "facts/dialect.h"
#include "facts/reply.h"
#include "fingerprint/text_digest.h"

/*
 * The meter on a reply: bytes are shown to it as they pass, and it never holds one back. Reads
 * usage, finish reason and signed blocks of every dialect, whole or streamed, through the
 * Content-Encoding if there is one. While no usage has been seen, tokens are estimated as text
 * bytes / 4.
 */
struct reply_tap;

struct reply_tap_ask {
	enum dialect dialect; /* of the request */
	uint16_t status;
	struct bytes content_type, content_encoding; /* of the reply; read here only */
	uint32_t
	    prompt_text_bytes;  /* the request's |text_bytes|: what input is estimated from */
	uint64_t decoded_limit; /* beyond it the tap looks away */
};

/* A tap in |arena| (some 3 KB there, and a decoder's memory apart); |keys| must outlive it.
 * NULL when the arena is full; the other calls take that NULL. Ends with reply_tap_finish. */
struct reply_tap *reply_tap_new(
    struct arena *arena, const struct text_digest_keys *keys, const struct reply_tap_ask *ask);

void reply_tap_take(struct reply_tap *tap, struct bytes chunk);

/* What is known so far: limits charge the difference to what they charged before. Leaves the
 * times alone. */
void reply_tap_look(const struct reply_tap *tap, struct reply_facts *facts);

/* The reply ended, |is_cut| when not as it should. Writes all of |facts| but its times, and
 * frees what stands outside the arena; the tap is then dead. */
void reply_tap_finish(struct reply_tap *tap, bool is_cut, struct reply_facts *facts);

#endif
