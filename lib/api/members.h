#ifndef API_MEMBERS_H
#define API_MEMBERS_H

#include "api/reply_field.h"
#include "fingerprint/prompt_field.h"

#include <stdint.h>

/*
 * How a dialect names things: a table for each object, a row for each member that means
 * something. Arrays are seen through: a row speaks of each element as it would of a single
 * value. What has no row is checked as JSON and skipped.
 */
struct member {
	const char *name;
	uint8_t field;           /* enum prompt_field; in tables of replies enum reply_field */
	const struct member *of; /* the members of an object here; NULL: objects are skipped */
};

/* Ends a table. */
#define MEMBER_END                                                                             \
	{                                                                                      \
		0                                                                              \
	}

/* A name that stands for any; the last row of its table. A table may lead to itself. */
extern const char member_any[];

/* Free values: every member below is the field itself. */
extern const struct member member_arguments[], member_results[];

/* The tables of the dialects, in the file of that name. */
extern const struct member openai_chat_members[], openai_responses_members[],
    openai_completions_members[], openai_embeddings_members[], anthropic_messages_members[],
    anthropic_batches_members[], google_generate_members[], bedrock_converse_members[],
    bedrock_invoke_members[], openai_compatible_members[];

/* The same for what comes back: whole bodies, and the data of stream events. */
extern const struct member openai_chat_reply[], openai_responses_reply[],
    anthropic_messages_reply[], google_generate_reply[], bedrock_converse_reply[];

#endif
