/* Dialects are told by the end of the path; voices by dialect, header or path. */
#include "api/dialect.h"

#include "unit.h"

static enum dialect dialect_at(const char *path)
{
	struct dialect_signs signs = {
		.method = BYTES("POST"),
		.path = bytes_of_text(path),
		.content_type = BYTES("application/json; charset=utf-8"),
	};

	return dialect_of(&signs);
}

START_TEST(paths_of_real_deployments_name_their_dialect)
{
	static const struct {
		const char *path;
		enum dialect dialect;
	} rows[] = {
		{ "/v1/chat/completions", DIALECT_OPENAI_CHAT },
		{ "/api/v1/chat/completions", DIALECT_OPENAI_CHAT },
		{ "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
		    DIALECT_OPENAI_CHAT },
		{ "/v1beta/openai/chat/completions", DIALECT_OPENAI_CHAT },
		{ "/openai/v1/responses?api-version=preview", DIALECT_OPENAI_RESPONSES },
		{ "/v1/completions", DIALECT_OPENAI_COMPLETIONS },
		{ "/v1/embeddings/", DIALECT_OPENAI_EMBEDDINGS },
		{ "/v1/messages", DIALECT_ANTHROPIC_MESSAGES },
		{ "/anthropic/v1/messages?beta=true", DIALECT_ANTHROPIC_MESSAGES },
		{ "/v1/projects/p/locations/l/publishers/anthropic/models/m:streamRawPredict",
		    DIALECT_ANTHROPIC_MESSAGES },
		{ "/v1/messages/batches", DIALECT_ANTHROPIC_BATCHES },
		{ "/v1/messages/count_tokens", DIALECT_NONE },
		{ "/v1beta/models/gemini-2.5-pro:generateContent", DIALECT_GOOGLE_GENERATE },
		{ "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
		    DIALECT_GOOGLE_GENERATE },
		{ "/model/anthropic.claude-3-sonnet/converse-stream",
		    DIALECT_BEDROCK_CONVERSE },
		{ "/model/x/invoke", DIALECT_BEDROCK_INVOKE },
		{ "/v1/threads/t/messages", DIALECT_OPENAI_COMPATIBLE },
		{ "/generate", DIALECT_OPENAI_COMPATIBLE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(dialect_at(rows[i].path) == rows[i].dialect, "%s is %s",
		    rows[i].path, dialect_name(dialect_at(rows[i].path)));
}
END_TEST

START_TEST(a_body_that_is_not_json_is_opaque_and_a_listing_is_none)
{
	struct dialect_signs signs = {
		.method = BYTES("POST"),
		.path = BYTES("/v1/audio/transcriptions"),
		.content_type = BYTES("multipart/form-data; boundary=x"),
	};

	ck_assert_int_eq(dialect_of(&signs), DIALECT_OPAQUE);
	signs.method = BYTES("GET");
	ck_assert_int_eq(dialect_of(&signs), DIALECT_NONE);
	signs.method = BYTES("POST");
	signs.path = BYTES("/relay/messages");
	signs.content_type = (struct bytes){ 0 };
	ck_assert_int_eq(dialect_of(&signs), DIALECT_OPENAI_COMPATIBLE);
	signs.has_anthropic_version = true;
	ck_assert_int_eq(dialect_of(&signs), DIALECT_ANTHROPIC_MESSAGES);
}
END_TEST

START_TEST(a_client_is_refused_in_its_own_voice)
{
	struct dialect_signs signs = { .method = BYTES("GET"), .path = BYTES("/v1/models") };

	ck_assert_int_eq(dialect_voice_of(&signs), DIALECT_VOICE_OPENAI);
	signs.has_anthropic_version = true;
	ck_assert_int_eq(dialect_voice_of(&signs), DIALECT_VOICE_ANTHROPIC);
	signs = (struct dialect_signs){ .method = BYTES("GET"),
		.path = BYTES("/v1beta/models") };
	ck_assert_int_eq(dialect_voice_of(&signs), DIALECT_VOICE_GOOGLE);
	signs.path = BYTES("/healthz");
	ck_assert_int_eq(dialect_voice_of(&signs), DIALECT_VOICE_PROBLEM);
	signs.method = BYTES("POST");
	signs.path = BYTES("/v1/messages");
	ck_assert_int_eq(dialect_voice_of(&signs), DIALECT_VOICE_ANTHROPIC);
	signs.accept = BYTES("text/html, application/problem+json;q=.9");
	ck_assert_int_eq(dialect_voice_of(&signs), DIALECT_VOICE_PROBLEM);
}
END_TEST

START_TEST(what_the_operator_tells_stands_for_every_prompt)
{
	struct dialect_signs signs = { .method = BYTES("POST"),
		.path = BYTES("/relay/say"),
		.content_type = BYTES("text/plain"),
		.is_told = true,
		.told = DIALECT_ANTHROPIC_MESSAGES };

	ck_assert_int_eq(dialect_of(&signs), DIALECT_ANTHROPIC_MESSAGES);
	ck_assert_int_eq(dialect_voice_of(&signs), DIALECT_VOICE_ANTHROPIC);
	signs.path = BYTES("/v1/chat/completions");
	ck_assert_int_eq(dialect_of(&signs), DIALECT_ANTHROPIC_MESSAGES);
	signs.path = BYTES("/v1/messages/count_tokens");
	ck_assert_int_eq(dialect_of(&signs), DIALECT_NONE);
	signs.method = BYTES("GET");
	signs.path = BYTES("/relay/models");
	ck_assert_int_eq(dialect_of(&signs), DIALECT_NONE);
	ck_assert_int_eq(dialect_voice_of(&signs), DIALECT_VOICE_ANTHROPIC);
	signs.accept = BYTES("application/problem+json");
	ck_assert_int_eq(dialect_voice_of(&signs), DIALECT_VOICE_PROBLEM);
}
END_TEST

START_TEST(names_go_there_and_back)
{
	enum dialect dialect = DIALECT_COUNT;

	for (int i = 0; i < DIALECT_COUNT; i++) {
		ck_assert(dialect_from_name(bytes_of_text(dialect_name(i)), &dialect));
		ck_assert_int_eq(dialect, i);
	}
	ck_assert(!dialect_from_name(BYTES("openai"), &dialect));
}
END_TEST

UNIT_MAIN("dialect", paths_of_real_deployments_name_their_dialect,
    a_body_that_is_not_json_is_opaque_and_a_listing_is_none,
    a_client_is_refused_in_its_own_voice, what_the_operator_tells_stands_for_every_prompt,
    names_go_there_and_back)
