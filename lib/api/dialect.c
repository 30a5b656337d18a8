/*
 * The dialects' names and paths, one row each. This room judges by the request head alone and
 * must never look at a body; the members of a body are read through the tables of
 * api/members.h. A client may lie about its path only by not reaching the API it wants.
 */
#include "api/dialect.h"

#include <assert.h>

struct dialect_row {
	const char *name;
	enum dialect_voice voice;
};

static const struct dialect_row rows[] = {
	[DIALECT_NONE] = { "none", DIALECT_VOICE_PROBLEM },
	[DIALECT_OPENAI_CHAT] = { "openai-chat", DIALECT_VOICE_OPENAI },
	[DIALECT_OPENAI_RESPONSES] = { "openai-responses", DIALECT_VOICE_OPENAI },
	[DIALECT_OPENAI_COMPLETIONS] = { "openai-completions", DIALECT_VOICE_OPENAI },
	[DIALECT_OPENAI_EMBEDDINGS] = { "openai-embeddings", DIALECT_VOICE_OPENAI },
	[DIALECT_ANTHROPIC_MESSAGES] = { "anthropic-messages", DIALECT_VOICE_ANTHROPIC },
	[DIALECT_ANTHROPIC_BATCHES] = { "anthropic-batches", DIALECT_VOICE_ANTHROPIC },
	[DIALECT_GOOGLE_GENERATE] = { "google-generate", DIALECT_VOICE_GOOGLE },
	[DIALECT_BEDROCK_CONVERSE] = { "bedrock-converse", DIALECT_VOICE_PROBLEM },
	[DIALECT_BEDROCK_INVOKE] = { "bedrock-invoke", DIALECT_VOICE_PROBLEM },
	[DIALECT_OPENAI_COMPATIBLE] = { "openai-compatible", DIALECT_VOICE_PROBLEM },
	[DIALECT_OPAQUE] = { "opaque", DIALECT_VOICE_PROBLEM },
};
_Static_assert(sizeof(rows) / sizeof(*rows) == DIALECT_COUNT, "a row each");

/* The first row that fits decides. |within| must occur before |end|; NULL asks for nothing. */
struct path_row {
	const char *within, *end;
	enum dialect dialect;
};

static const struct path_row path_rows[] = {
	{ NULL, "/chat/completions", DIALECT_OPENAI_CHAT },
	{ NULL, "/completions", DIALECT_OPENAI_COMPLETIONS },
	{ NULL, "/responses", DIALECT_OPENAI_RESPONSES },
	{ NULL, "/embeddings", DIALECT_OPENAI_EMBEDDINGS },
	{ NULL, "/v1/messages/batches", DIALECT_ANTHROPIC_BATCHES },
	{ NULL, "/v1/messages", DIALECT_ANTHROPIC_MESSAGES },
	{ "/publishers/anthropic/", ":rawPredict", DIALECT_ANTHROPIC_MESSAGES },
	{ "/publishers/anthropic/", ":streamRawPredict", DIALECT_ANTHROPIC_MESSAGES },
	{ NULL, ":generateContent", DIALECT_GOOGLE_GENERATE },
	{ NULL, ":streamGenerateContent", DIALECT_GOOGLE_GENERATE },
	{ "/model/", "/converse", DIALECT_BEDROCK_CONVERSE },
	{ "/model/", "/converse-stream", DIALECT_BEDROCK_CONVERSE },
	{ "/model/", "/invoke", DIALECT_BEDROCK_INVOKE },
	{ "/model/", "/invoke-with-response-stream", DIALECT_BEDROCK_INVOKE },
	{ NULL, "/count_tokens", DIALECT_NONE },
	{ NULL, ":countTokens", DIALECT_NONE },
	{ NULL, "/input_tokens", DIALECT_NONE },
	{ NULL, "/cancel", DIALECT_NONE },
};

/* Paths below which errors are read in a known voice although no prompt travels there. */
static const struct {
	const char *within;
	enum dialect_voice voice;
} voice_rows[] = {
	{ "/v1/messages", DIALECT_VOICE_ANTHROPIC },
	{ "/v1beta/openai/", DIALECT_VOICE_OPENAI },
	{ "/v1beta/", DIALECT_VOICE_GOOGLE },
	{ "/openai/", DIALECT_VOICE_OPENAI },
	{ "/v1/", DIALECT_VOICE_OPENAI },
};

static struct bytes path_of(const struct dialect_signs *signs)
{
	struct bytes rest = signs->path, path = bytes_split(&rest, '?');

	if (path.len > 1 && path.at[path.len - 1] == '/')
		path.len--;
	return path;
}

static bool is_within(struct bytes path, const char *part)
{
	return path.len && memmem(path.at, path.len, part, strlen(part));
}

static bool fits(const struct path_row *row, struct bytes path)
{
	return bytes_end_with(path, bytes_of_text(row->end)) &&
	       (!row->within || is_within(path, row->within));
}

static bool may_be_json(struct bytes content_type)
{
	struct bytes rest = content_type, type = bytes_trim(bytes_split(&rest, ';'));

	return type.len == 0 || bytes_equal_nocase(type, BYTES("application/json")) ||
	       (type.len > 5 &&
		   bytes_equal_nocase(bytes_of(type.at + type.len - 5, 5), BYTES("+json")));
}

static enum dialect guess(const struct dialect_signs *signs)
{
	struct bytes path = path_of(signs);

	if (!bytes_equal(signs->method, BYTES("POST")))
		return DIALECT_NONE;
	for (size_t i = 0; i < sizeof(path_rows) / sizeof(*path_rows); i++)
		if (fits(&path_rows[i], path))
			return path_rows[i].dialect;
	if (signs->has_anthropic_version && bytes_end_with(path, BYTES("/messages")))
		return DIALECT_ANTHROPIC_MESSAGES;
	return may_be_json(signs->content_type) ? DIALECT_OPENAI_COMPATIBLE : DIALECT_OPAQUE;
}

enum dialect dialect_of(const struct dialect_signs *signs)
{
	enum dialect guessed = guess(signs);

	return signs->is_told && guessed != DIALECT_NONE ? signs->told : guessed;
}

enum dialect_voice dialect_voice_of(const struct dialect_signs *signs)
{
	enum dialect spoken = signs->is_told ? signs->told : guess(signs);
	enum dialect_voice voice = rows[spoken].voice;
	struct bytes path = path_of(signs);

	if (is_within(signs->accept, "application/problem+json"))
		return DIALECT_VOICE_PROBLEM;
	if (voice != DIALECT_VOICE_PROBLEM)
		return voice;
	if (signs->has_anthropic_version)
		return DIALECT_VOICE_ANTHROPIC;
	if (signs->has_goog_api_key)
		return DIALECT_VOICE_GOOGLE;
	for (size_t i = 0; i < sizeof(voice_rows) / sizeof(*voice_rows); i++)
		if (is_within(path, voice_rows[i].within))
			return voice_rows[i].voice;
	return DIALECT_VOICE_PROBLEM;
}

const char *dialect_name(enum dialect dialect)
{
	assert(dialect < DIALECT_COUNT);
	return rows[dialect].name;
}

bool dialect_from_name(struct bytes name, enum dialect *dialect)
{
	for (int i = 0; i < DIALECT_COUNT; i++)
		if (bytes_equal(name, bytes_of_text(rows[i].name))) {
			*dialect = i;
			return true;
		}
	return false;
}
