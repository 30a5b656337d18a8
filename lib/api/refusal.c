/*
 * Refusals: one row a kind, one writer a voice. The words are the same for every cause, so that
 * nobody learns from them which rule or feature fired.
 */
#include "api/refusal.h"

#include "base/text.h"

#include <assert.h>

#define REQUEST_ID_MOST 64

struct kind_row {
	unsigned status;
	const char *reason;
	const char *openai_type, *openai_code, *anthropic_type, *google_status;
	const char *message;
};

static const struct kind_row kind_rows[] = {
	[REFUSAL_INTERNAL] = { 500, "Internal Server Error", "server_error", "internal_error",
	    "api_error", "INTERNAL", "Internal error." },
	[REFUSAL_BAD_REQUEST] = { 400, "Bad Request", "invalid_request_error", "bad_request",
	    "invalid_request_error", "INVALID_ARGUMENT", "The request could not be read." },
	[REFUSAL_BLOCK] = { 403, "Forbidden", "permission_error", "access_denied",
	    "permission_error", "PERMISSION_DENIED", "This request is not permitted." },
	[REFUSAL_NO_ROUTE] = { 404, "Not Found", "invalid_request_error", "not_found",
	    "not_found_error", "NOT_FOUND", "There is nothing at this path." },
	[REFUSAL_SLOW] = { 408, "Request Timeout", "invalid_request_error", "request_timeout",
	    "timeout_error", "DEADLINE_EXCEEDED", "The request took too long to arrive." },
	[REFUSAL_TOO_LARGE] = { 413, "Content Too Large", "invalid_request_error",
	    "request_too_large", "request_too_large", "INVALID_ARGUMENT",
	    "The request is too large." },
	[REFUSAL_THROTTLE] = { 429, "Too Many Requests", "requests", "rate_limit_exceeded",
	    "rate_limit_error", "RESOURCE_EXHAUSTED",
	    "Rate limit reached. Please retry later." },
	[REFUSAL_HEAD_TOO_LARGE] = { 431, "Request Header Fields Too Large",
	    "invalid_request_error", "headers_too_large", "invalid_request_error",
	    "INVALID_ARGUMENT", "The request headers are too large." },
	[REFUSAL_UNSUPPORTED] = { 501, "Not Implemented", "invalid_request_error",
	    "not_implemented", "invalid_request_error", "UNIMPLEMENTED",
	    "The request uses something that is not supported." },
	[REFUSAL_BAD_GATEWAY] = { 502, "Bad Gateway", "server_error", "bad_gateway",
	    "api_error", "UNAVAILABLE", "The upstream did not answer properly." },
	[REFUSAL_OVERLOADED] = { 503, "Service Unavailable", "server_error",
	    "server_overloaded", "overloaded_error", "UNAVAILABLE",
	    "Overloaded. Please retry later." },
	[REFUSAL_GATEWAY_TIMEOUT] = { 504, "Gateway Timeout", "server_error", "gateway_timeout",
	    "api_error", "DEADLINE_EXCEEDED", "The upstream did not answer in time." },
};
_Static_assert(sizeof(kind_rows) / sizeof(*kind_rows) == REFUSAL_KIND_COUNT, "a row each");

static void write_problem(struct text *body, const struct refusal *refusal,
    const struct kind_row *row, struct bytes id)
{
	bool is_ours = refusal->status == 429 || refusal->status == 403;

	text_add_format(body,
	    "{\"type\":\"%s\",\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\",\"request_id\":",
	    is_ours ? "abnormal-usage-detected" : "about:blank", refusal->reason,
	    refusal->status, row->message);
	text_add_json(body, id);
	text_add_char(body, '}');
}

static void write_openai(struct text *body, const struct refusal *refusal,
    const struct kind_row *row, struct bytes id)
{
	(void)refusal;
	(void)id;
	text_add_format(body,
	    "{\"error\":{\"message\":\"%s\",\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}",
	    row->message, row->openai_type, row->openai_code);
}

static void write_anthropic(struct text *body, const struct refusal *refusal,
    const struct kind_row *row, struct bytes id)
{
	(void)refusal;
	text_add_format(body,
	    "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"},"
	    "\"request_id\":",
	    row->anthropic_type, row->message);
	text_add_json(body, id);
	text_add_char(body, '}');
}

static void write_google(struct text *body, const struct refusal *refusal,
    const struct kind_row *row, struct bytes id)
{
	(void)id;
	text_add_format(body, "{\"error\":{\"code\":%u,\"message\":\"%s\",\"status\":\"%s\"}}",
	    refusal->status, row->message, row->google_status);
}

typedef void write_body_fn(struct text *body, const struct refusal *refusal,
    const struct kind_row *row, struct bytes id);

static const struct {
	const char *content_type;
	const char *id_header; /* NULL: that API has none */
	write_body_fn *write;
} voice_rows[] = {
	[DIALECT_VOICE_PROBLEM] = { "application/problem+json", NULL, write_problem },
	[DIALECT_VOICE_OPENAI] = { "application/json", "x-request-id", write_openai },
	[DIALECT_VOICE_ANTHROPIC] = { "application/json", "request-id", write_anthropic },
	[DIALECT_VOICE_GOOGLE] = { "application/json; charset=UTF-8", NULL, write_google },
};
_Static_assert(sizeof(voice_rows) / sizeof(*voice_rows) == DIALECT_VOICE_COUNT, "a row each");

static struct text add_header(struct refusal *refusal, const char *name)
{
	struct refusal_header *header = &refusal->headers[refusal->header_count++];

	assert(refusal->header_count <= REFUSAL_HEADERS);
	header->name = name;
	memset(header->value, 0, sizeof(header->value));
	return text_in(header->value, sizeof(header->value) - 1);
}

static void add_headers(
    struct refusal *refusal, const char *id_header, struct bytes id, unsigned retry_after_ms)
{
	struct text value;

	if (id_header && id.len) {
		value = add_header(refusal, id_header);
		text_add(&value, id);
	}
	if (retry_after_ms) {
		value = add_header(refusal, "retry-after");
		text_add_number(&value, retry_after_ms / 1000 + (retry_after_ms % 1000 != 0));
		value = add_header(refusal, "retry-after-ms");
		text_add_number(&value, retry_after_ms);
	}
	if (refusal->status == 403) {
		value = add_header(refusal, "x-should-retry");
		text_add(&value, BYTES("false"));
	}
}

void refusal_write(struct refusal *refusal, enum refusal_kind kind, enum dialect_voice voice,
    struct bytes request_id, unsigned retry_after_ms)
{
	const struct kind_row *row = &kind_rows[kind];
	struct text body = text_in(refusal->body, sizeof(refusal->body));

	assert(kind < REFUSAL_KIND_COUNT && voice < DIALECT_VOICE_COUNT);
	if (request_id.len > REQUEST_ID_MOST)
		request_id.len = REQUEST_ID_MOST;
	refusal->status = row->status;
	refusal->reason = row->reason;
	if (kind == REFUSAL_OVERLOADED && voice == DIALECT_VOICE_ANTHROPIC) {
		refusal->status = 529;
		refusal->reason = "Overloaded";
	}
	refusal->content_type = voice_rows[voice].content_type;
	refusal->header_count = 0;
	add_headers(refusal, voice_rows[voice].id_header, request_id, retry_after_ms);
	voice_rows[voice].write(&body, refusal, row, request_id);
	assert(!body.is_cut);
	refusal->body_len = body.len;
}
