/* Refusals have the exact bytes that each API's clients parse. */
#include "api/refusal.h"

#include "unit.h"

#include <stdio.h>

static struct refusal refusal;

static void refuse(enum refusal_kind kind, enum dialect_voice voice, unsigned retry_after_ms)
{
	refusal_write(&refusal, kind, voice, BYTES("req_1"), retry_after_ms);
}

static void check_body(const char *body)
{
	ck_assert_uint_eq(refusal.body_len, strlen(body));
	ck_assert_int_eq(memcmp(refusal.body, body, refusal.body_len), 0);
}

static const char *header(const char *name)
{
	for (size_t i = 0; i < refusal.header_count; i++)
		if (!strcmp(refusal.headers[i].name, name))
			return refusal.headers[i].value;
	return "";
}

START_TEST(a_throttled_openai_client_reads_its_rate_limit_error)
{
	refuse(REFUSAL_THROTTLE, DIALECT_VOICE_OPENAI, 2001);
	ck_assert_uint_eq(refusal.status, 429);
	check_body("{\"error\":{\"message\":\"Rate limit reached. Please retry later.\","
		   "\"type\":\"requests\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}");
	ck_assert_str_eq(header("x-request-id"), "req_1");
	ck_assert_str_eq(header("retry-after"), "3");
	ck_assert_str_eq(header("retry-after-ms"), "2001");
	ck_assert_str_eq(header("x-should-retry"), "");
}
END_TEST

START_TEST(anthropic_kinds_have_their_status_and_type)
{
	static const struct {
		enum refusal_kind kind;
		unsigned status;
		const char *type;
	} rows[] = {
		{ REFUSAL_THROTTLE, 429, "rate_limit_error" },
		{ REFUSAL_BLOCK, 403, "permission_error" },
		{ REFUSAL_TOO_LARGE, 413, "request_too_large" },
		{ REFUSAL_OVERLOADED, 529, "overloaded_error" },
		{ REFUSAL_INTERNAL, 500, "api_error" },
	};
	char body[REFUSAL_BODY];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		refuse(rows[i].kind, DIALECT_VOICE_ANTHROPIC, 0);
		ck_assert_uint_eq(refusal.status, rows[i].status);
		snprintf(body, sizeof(body), "{\"type\":\"error\",\"error\":{\"type\":\"%s\",",
		    rows[i].type);
		ck_assert(bytes_start_with(
		    bytes_of(refusal.body, refusal.body_len), bytes_of_text(body)));
		ck_assert(bytes_end_with(bytes_of(refusal.body, refusal.body_len),
		    BYTES("\"request_id\":\"req_1\"}")));
		ck_assert_str_eq(header("request-id"), "req_1");
		ck_assert_str_eq(header("retry-after"), "");
	}
}
END_TEST

START_TEST(google_and_problem_say_it_their_way)
{
	refuse(REFUSAL_THROTTLE, DIALECT_VOICE_GOOGLE, 1000);
	check_body("{\"error\":{\"code\":429,\"message\":\"Rate limit reached. Please retry "
		   "later.\",\"status\":\"RESOURCE_EXHAUSTED\"}}");
	ck_assert_str_eq(header("retry-after"), "1");
	refuse(REFUSAL_BLOCK, DIALECT_VOICE_PROBLEM, 0);
	ck_assert_str_eq(refusal.content_type, "application/problem+json");
	ck_assert_str_eq(header("x-should-retry"), "false");
	check_body("{\"type\":\"abnormal-usage-detected\",\"title\":\"Forbidden\",\"status\":"
		   "403,\"detail\":\"This request is not permitted.\",\"request_id\":"
		   "\"req_1\"}");
}
END_TEST

START_TEST(every_kind_fits_every_voice_with_the_longest_id)
{
	char id[200];

	memset(id, '"', sizeof(id)); /* the longest when escaped */
	for (int kind = 0; kind < REFUSAL_KIND_COUNT; kind++)
		for (int voice = 0; voice < DIALECT_VOICE_COUNT; voice++) {
			refusal_write(
			    &refusal, kind, voice, bytes_of(id, sizeof(id)), 4294967295u);
			ck_assert_uint_ge(refusal.status, 400);
			ck_assert_int_eq(refusal.body[refusal.body_len - 1], '}');
		}
}
END_TEST

UNIT_MAIN("refusal", a_throttled_openai_client_reads_its_rate_limit_error,
    anthropic_kinds_have_their_status_and_type, google_and_problem_say_it_their_way,
    every_kind_fits_every_voice_with_the_longest_id)
