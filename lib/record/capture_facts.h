#ifndef RECORD_CAPTURE_FACTS_H
#define RECORD_CAPTURE_FACTS_H

#include "facts/asn.h"
#include "facts/identity.h"
#include "fingerprint/digest.h"
#include "fingerprint/prompt_shape.h"
#include "record/capture.h"
#include "record/record.h"

/*
 * From a capture to the facts the daemon would have had: the same functions over the same
 * bytes. The peer of a capture is the client itself: no proxy's word is asked.
 */
struct capture_kit {
	struct prompt_kit prompt;        /* keys and phrases */
	const struct identity *identity; /* where credentials stand */
	const struct asn_table *asn;     /* NULL: numbers stay 0 */
	struct digest *digest;           /* for raw ClientHellos; NULL: they are not read */
	uint64_t body_limit, decoded_limit;
};

/* Fills |record|: facts, prompt, reply as far as the capture has it, method, label, times.
 * Never fails: what cannot be read is absent or said in |prompt.state|. */
void capture_facts_fill(struct record *record, const struct capture *capture,
    struct arena *arena, const struct capture_kit *kit);

#endif
