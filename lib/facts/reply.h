#ifndef FACTS_REPLY_H
#define FACTS_REPLY_H

#include <stdbool.h>
#include <stdint.h>

/* Why a reply ended, in one vocabulary for all dialects. */
enum reply_finish {
	REPLY_FINISH_UNKNOWN, /* nothing said so */
	REPLY_FINISH_STOP,    /* the model was done, or met a stop sequence */
	REPLY_FINISH_LENGTH,  /* max_tokens, or the context was full */
	REPLY_FINISH_TOOL,    /* it calls a tool, or pauses its turn */
	REPLY_FINISH_FILTER,  /* refused or filtered by the upstream */
	REPLY_FINISH_ERROR,   /* an error object or event instead of an answer */
	REPLY_FINISH_CUT,     /* the stream ended before it said so */
	REPLY_FINISH_COUNT
};

#define REPLY_SIGNATURES 4

/*
 * What came back, as the tap saw it (api/reply_tap.h makes it, except for the times, which
 * belong to the corridor). While |is_estimated| the tokens are text bytes / 4; a usage that
 * comes later replaces them. Travels by value, may be copied freely.
 */
struct reply_facts {
	uint16_t status;          /* HTTP status, 0: none came */
	uint8_t finish;           /* enum reply_finish */
	uint8_t is_estimated : 1; /* no usage was seen */
	uint8_t is_stream : 1;    /* server-sent events or an event stream */
	uint8_t is_opaque : 1;    /* the body could not be read; tokens are a guess of 0 */
	uint8_t is_doubtful : 1;  /* usage that lies: under a quarter of what was sent */
	uint32_t input_tokens, output_tokens; /* cached and reasoning tokens included */
	uint32_t events;                      /* of the stream */
	uint64_t body_bytes;                  /* as sent by the upstream */
	uint64_t first_byte_us, last_byte_us; /* since the request's first byte; 0: none came */
	uint8_t signature_count;
	uint64_t signatures[REPLY_SIGNATURES]; /* HASH_SIGNATURE of signed blocks, in order */
};

/* What the tokens of a reply rest on; one metric label each. */
enum reply_meter {
	REPLY_METER_NONE,     /* nothing was metered */
	REPLY_METER_USAGE,    /* the upstream's word */
	REPLY_METER_ESTIMATE, /* the text that passed */
	REPLY_METER_DOUBTFUL, /* the upstream's word, though far more passed */
	REPLY_METER_OPAQUE,   /* nothing: the body could not be read */
	REPLY_METER_COUNT
};

enum reply_meter reply_meter_of(const struct reply_facts *facts);

/* The short names used in records and metric labels: "stop", "length"; "usage", "estimate". */
const char *reply_finish_name(enum reply_finish finish);
const char *reply_meter_name(enum reply_meter meter);

#endif
