#ifndef API_DIALECT_H
#define API_DIALECT_H

#include "base/bytes.h"
#include "facts/dialect.h"

/*
 * Which API a request speaks, judged before its body is read. Gateways mount the same APIs
 * below many prefixes, so the ends of paths decide.
 */

/* What the judgement rests on; empty runs and false where a header is absent. */
struct dialect_signs {
	struct bytes method, path; /* a query string is ignored */
	struct bytes content_type, accept;
	bool has_anthropic_version; /* header anthropic-version */
	bool has_goog_api_key;      /* header x-goog-api-key */
	bool is_told;               /* the operator says what is spoken there: */
	enum dialect told;
};

/* The shape of errors a client can read; api/refusal.h writes them. */
enum dialect_voice {
	DIALECT_VOICE_PROBLEM, /* RFC 9457 problem+json */
	DIALECT_VOICE_OPENAI,
	DIALECT_VOICE_ANTHROPIC,
	DIALECT_VOICE_GOOGLE,
	DIALECT_VOICE_COUNT
};

/*
 * The dialect of the request. A method without a body, and known calls that carry no prompt
 * (counting tokens, listing models), are DIALECT_NONE; an unknown POST is OPENAI_COMPATIBLE
 * when its Content-Type says JSON or nothing, else OPAQUE. What was told stands for every call
 * that is not NONE.
 */
enum dialect dialect_of(const struct dialect_signs *signs);

/* The voice in which to refuse it: the dialect's own, else guessed from headers and path.
 * An Accept that names application/problem+json wins. */
enum dialect_voice dialect_voice_of(const struct dialect_signs *signs);

/* The short name used in records, metric labels and the configuration: "openai-chat". */
const char *dialect_name(enum dialect dialect);

/* The dialect of that name; false leaves |dialect| untouched. */
bool dialect_from_name(struct bytes name, enum dialect *dialect);

#endif
