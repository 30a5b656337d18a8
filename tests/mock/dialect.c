/*
 * The endpoints the mock knows, what their errors look like, and the text they all tell. The
 * text is a fixed run of words: event i of a stream and word i of a whole reply are the same.
 */
#include "dialect.h"

static const struct dialect dialects[] = {
	{ "POST", "/v1/chat/completions", NULL, FAMILY_OPENAI, false, openai_add_chat,
	    openai_add_chat_event },
	{ "POST", "/v1/responses", NULL, FAMILY_OPENAI, false, responses_add,
	    responses_add_event },
	{ "POST", "/v1/embeddings", NULL, FAMILY_OPENAI, false, openai_add_embedding, NULL },
	{ "GET", "/v1/models", NULL, FAMILY_OPENAI, false, openai_add_models, NULL },
	{ "POST", "/v1/messages", NULL, FAMILY_ANTHROPIC, false, anthropic_add_message,
	    anthropic_add_event },
	{ "POST", "/v1/messages/count_tokens", NULL, FAMILY_ANTHROPIC, false,
	    anthropic_add_count, NULL },
	{ "POST", "/v1beta/models/", ":generateContent", FAMILY_GOOGLE, false,
	    google_add_content, NULL },
	{ "POST", "/v1beta/models/", ":streamGenerateContent", FAMILY_GOOGLE, true,
	    google_add_content, google_add_event },
};

static const struct dialect anthropic_models = { "GET", "/v1/models", NULL, FAMILY_ANTHROPIC,
	false, anthropic_add_models, NULL };

static const char *const words[] = { "to ", "distil ", "is ", "to ", "pass ", "a ", "spirit ",
	"through ", "a ", "neck ", "and ", "keep ", "what ", "drips ", "out ", "slowly " };

#define WORDS (sizeof(words) / sizeof(*words))

/* What each family calls a status. */
static const struct error_row {
	unsigned status;
	const char *message, *openai_type, *openai_code, *anthropic, *google;
} errors[] = {
	{ 400, "The request makes no sense.", "invalid_request_error", NULL,
	    "invalid_request_error", "INVALID_ARGUMENT" },
	{ 401, "The key is not valid.", "invalid_request_error", "invalid_api_key",
	    "authentication_error", "UNAUTHENTICATED" },
	{ 403, "This is not allowed.", "invalid_request_error", "forbidden", "permission_error",
	    "PERMISSION_DENIED" },
	{ 404, "There is nothing here.", "invalid_request_error", "not_found",
	    "not_found_error", "NOT_FOUND" },
	{ 413, "The request is too large.", "invalid_request_error", "request_too_large",
	    "request_too_large", "INVALID_ARGUMENT" },
	{ 429, "Too many requests.", "requests", "rate_limit_exceeded", "rate_limit_error",
	    "RESOURCE_EXHAUSTED" },
	{ 529, "Overloaded.", "server_error", NULL, "overloaded_error", "UNAVAILABLE" },
	{ 500, "Something broke.", "server_error", NULL, "api_error", "INTERNAL" },
};

static struct bytes path_of(const struct request *request)
{
	struct bytes target = request->target;

	return bytes_split(&target, '?');
}

static bool serves(const struct dialect *dialect, const struct request *request)
{
	struct bytes path = path_of(request);

	if (!bytes_equal(request->method, bytes_of_text(dialect->method)))
		return false;
	if (!dialect->suffix)
		return bytes_equal(path, bytes_of_text(dialect->path));
	return bytes_start_with(path, bytes_of_text(dialect->path)) &&
	       bytes_end_with(path, bytes_of_text(dialect->suffix));
}

const struct dialect *dialect_of(const struct request *request)
{
	if (request_field(request, "anthropic-version").at &&
	    serves(&anthropic_models, request))
		return &anthropic_models;
	for (size_t i = 0; i < sizeof(dialects) / sizeof(*dialects); i++)
		if (serves(&dialects[i], request))
			return &dialects[i];
	return NULL;
}

enum family dialect_family(const struct request *request)
{
	const struct dialect *dialect = dialect_of(request);

	if (dialect)
		return dialect->family;
	if (request_field(request, "anthropic-version").at)
		return FAMILY_ANTHROPIC;
	if (bytes_start_with(path_of(request), BYTES("/v1beta/")))
		return FAMILY_GOOGLE;
	return bytes_start_with(path_of(request), BYTES("/v1/")) ? FAMILY_OPENAI : FAMILY_PLAIN;
}

void dialect_add_error(struct pile *page, enum family family, unsigned status, uint64_t number)
{
	size_t last = sizeof(errors) / sizeof(*errors) - 1, i = 0;
	const struct error_row *row;

	while (i < last && errors[i].status != status)
		i++;
	row = &errors[i];
	if (family == FAMILY_ANTHROPIC) {
		pile_add_format(page,
		    "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"},"
		    "\"request_id\":\"req_mock_%llu\"}",
		    row->anthropic, row->message, (unsigned long long)number);
	} else if (family == FAMILY_GOOGLE) {
		pile_add_format(page,
		    "{\"error\":{\"code\":%u,\"message\":\"%s\",\"status\":\"%s\"}}", status,
		    row->message, row->google);
	} else {
		const char *quote = row->openai_code ? "\"" : "";

		pile_add_format(page,
		    "{\"error\":{\"message\":\"%s\",\"type\":\"%s\",\"param\":null,"
		    "\"code\":%s%s%s}}",
		    row->message, row->openai_type, quote,
		    row->openai_code ? row->openai_code : "null", quote);
	}
}

void dialect_add_fields(struct pile *page, enum family family, uint64_t number)
{
	static const char *const names[FAMILY_COUNT] = { "x-mock-request", "x-request-id",
		"request-id", "x-goog-request-id" };

	pile_add_format(
	    page, "%s: req_mock_%llu\r\n", names[family], (unsigned long long)number);
}

/* |len| bytes of the text, from the start of the words. */
static void add_filler(struct pile *page, size_t len)
{
	static char filler[8192];
	static size_t filled;

	while (filled + 16 < sizeof(filler))
		for (size_t i = 0; i < WORDS && filled + 16 < sizeof(filler); i++) {
			memcpy(filler + filled, words[i], strlen(words[i]));
			filled += strlen(words[i]);
		}
	for (; len > filled; len -= filled)
		pile_add(page, bytes_of(filler, filled));
	pile_add(page, bytes_of(filler, len));
}

void dialect_add_delta(struct pile *page, const struct reply *reply, unsigned step)
{
	unsigned each = reply->events ? reply->text_bytes / reply->events : 0;

	if (!reply->text_bytes)
		pile_add_text(page, words[step % WORDS]);
	else
		add_filler(page, each ? each : 1);
}

void dialect_add_text(struct pile *page, const struct reply *reply)
{
	if (reply->text_bytes)
		add_filler(page, reply->text_bytes);
	for (unsigned i = 0; i < reply->events && !reply->text_bytes; i++)
		pile_add_text(page, words[i % WORDS]);
}
