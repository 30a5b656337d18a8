#ifndef FACTS_DIALECT_H
#define FACTS_DIALECT_H

/*
 * The API dialect a request speaks, as judged from its method, path and headers (api/dialect.h
 * has the rows). A closed set: it is a metric label and a column of the record.
 */
enum dialect {
	DIALECT_NONE,               /* not an inference call: a listing, a health check */
	DIALECT_OPENAI_CHAT,        /* /v1/chat/completions, also under Azure's deployments */
	DIALECT_OPENAI_RESPONSES,   /* /v1/responses */
	DIALECT_OPENAI_COMPLETIONS, /* /v1/completions, the legacy one */
	DIALECT_OPENAI_EMBEDDINGS,  /* /v1/embeddings */
	DIALECT_ANTHROPIC_MESSAGES, /* /v1/messages */
	DIALECT_ANTHROPIC_BATCHES,  /* /v1/messages/batches */
	DIALECT_GOOGLE_GENERATE,    /* …:generateContent, …:streamGenerateContent */
	DIALECT_BEDROCK_CONVERSE,   /* /model/ID/converse, converse-stream */
	DIALECT_BEDROCK_INVOKE,     /* /model/ID/invoke, invoke-with-response-stream */
	DIALECT_OPENAI_COMPATIBLE, /* an unknown path with a JSON body: read as OpenAI's members
				    */
	DIALECT_OPAQUE,            /* a body that nobody here can read */
	DIALECT_COUNT
};

#endif
