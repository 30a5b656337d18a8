#ifndef MOCK_DIALECT_H
#define MOCK_DIALECT_H

#include "plan.h"

/* What a dialect needs to know to tell a reply. */
struct reply {
	struct bytes model; /* raw, without quotes */
	uint64_t number;    /* of the request in this process: makes every id */
	unsigned events, text_bytes;
	unsigned input_tokens, output_tokens;
	bool wants_usage, is_stream;
};

/* Whose error bodies and request id fields a path uses. */
enum family { FAMILY_PLAIN, FAMILY_OPENAI, FAMILY_ANTHROPIC, FAMILY_GOOGLE, FAMILY_COUNT };

/* One API endpoint: a row of |dialect_of|'s table. */
struct dialect {
	const char *method, *path, *suffix; /* |suffix| makes |path| a prefix */
	enum family family;
	bool is_always_stream;
	void (*add_whole)(struct pile *, const struct reply *);
	/* Adds event |step|, counted from 0; false when there is none left. NULL: no streams.
	 */
	bool (*add_event)(struct pile *, const struct reply *, unsigned step);
};

/* The endpoint of a request, NULL where there is none. */
const struct dialect *dialect_of(const struct request *request);

/* Whose errors a request without an endpoint gets. */
enum family dialect_family(const struct request *request);

/* An error body as that family sends it. */
void dialect_add_error(struct pile *page, enum family family, unsigned status, uint64_t number);

/* The field lines, with CRLF, that such an API sends along: the request id. */
void dialect_add_fields(struct pile *page, enum family family, uint64_t number);

/* The text of delta |step| of |reply|, and of the whole of it, without quotes. */
void dialect_add_delta(struct pile *page, const struct reply *reply, unsigned step);
void dialect_add_text(struct pile *page, const struct reply *reply);

/* The endpoints' tellers, one file a family. */
void openai_add_chat(struct pile *page, const struct reply *reply);
bool openai_add_chat_event(struct pile *page, const struct reply *reply, unsigned step);
void openai_add_embedding(struct pile *page, const struct reply *reply);
void openai_add_models(struct pile *page, const struct reply *reply);
void responses_add(struct pile *page, const struct reply *reply);
bool responses_add_event(struct pile *page, const struct reply *reply, unsigned step);
void anthropic_add_message(struct pile *page, const struct reply *reply);
bool anthropic_add_event(struct pile *page, const struct reply *reply, unsigned step);
void anthropic_add_count(struct pile *page, const struct reply *reply);
void anthropic_add_models(struct pile *page, const struct reply *reply);
void google_add_content(struct pile *page, const struct reply *reply);
bool google_add_event(struct pile *page, const struct reply *reply, unsigned step);

#endif
