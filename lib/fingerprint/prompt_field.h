#ifndef FINGERPRINT_PROMPT_FIELD_H
#define FINGERPRINT_PROMPT_FIELD_H

/* What a member of a request body means, whatever the dialect calls it. The tables in api/ map
 * names to these; fingerprint/prompt_shape.h takes them. */
enum prompt_field {
	PROMPT_FIELD_NONE, /* only a way to members below it */
	PROMPT_FIELD_MODEL,
	PROMPT_FIELD_MESSAGE, /* one turn; as a string, the user's */
	PROMPT_FIELD_ROLE,
	PROMPT_FIELD_TEXT,        /* content of a message */
	PROMPT_FIELD_SYSTEM,      /* system text that is not in a message */
	PROMPT_FIELD_IMAGE,       /* one image, sound or file */
	PROMPT_FIELD_IMAGE_BYTES, /* its content or address */
	PROMPT_FIELD_CALL_NAME,   /* a tool the assistant called */
	PROMPT_FIELD_ARGUMENTS,   /* with what; a string, or any value below it */
	PROMPT_FIELD_RESULT,      /* what a tool returned; a string, or any value below it */
	PROMPT_FIELD_RESULT_ONE,  /* stands once in every result: its object or the call's name
				   */
	PROMPT_FIELD_SIGNATURE,   /* of a thinking block, or an encrypted one whole */
	PROMPT_FIELD_ITEM_TYPE,   /* what a message is where it may be something else */
	PROMPT_FIELD_TOOL_NAME,   /* a tool on offer */
	PROMPT_FIELD_BEFORE,      /* names a conversation that the server keeps */
	PROMPT_FIELD_REQUEST,     /* one request of a batch */
	PROMPT_FIELD_MAX_TOKENS,
	PROMPT_FIELD_TEMPERATURE,
	PROMPT_FIELD_TOP_P,
	PROMPT_FIELD_N,
	PROMPT_FIELD_STREAM,
	PROMPT_FIELD_LOGPROBS,
	PROMPT_FIELD_THINKING,
	PROMPT_FIELD_STRUCTURED,
	PROMPT_FIELD_COUNT
};

#endif
