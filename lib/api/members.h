#ifndef API_MEMBERS_H
#define API_MEMBERS_H

#include "fingerprint/prompt_field.h"

/*
 * How a dialect names things: a table for each object, a row for each member that means
 * something. Arrays are seen through: a row speaks of each element as it would of a single
 * value. What has no row is checked as JSON and skipped.
 */
struct member {
	const char *name;
	enum prompt_field field;
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

#endif
