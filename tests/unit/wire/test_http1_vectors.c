/*
 * llhttp's public vectors, judged as they say or else for a reason given here; and every one of
 * them cut in every way. Where a head has no Host one is lent; where a vector ends in a head,
 * the head is ended, so that it is judged and not waited for.
 */
#include "http1_talk.h"
#include "unit.h"
#include "vectors.h"

#define VECTORS  166
#define LENIENT  "wants a lenient mode of llhttp; there is none here"
#define TUNNEL   "asks for a tunnel, which is not offered"
#define FRAGMENT "has a fragment in its target; parsers disagree on what to do with it"
#define METHODS  "has a method that llhttp does not know; here any token passes"
#define PROTOCOL "speaks a protocol other than HTTP"

/* Where this house knowingly judges otherwise than llhttp, and its own judgement. */
static const struct exception {
	const char *file, *name, *judgement, *reason;
} exceptions[] = {
	{ "connection.md", "Resetting flags when keep-alive is off (1.0, lenient)",
	    "after_close", LENIENT },
	{ "connection.md", "CRLF between requests, explicit `close` (lenient)", "after_close",
	    LENIENT },
	{ "connection.md", "Multiple tokens with folding", "folded", LENIENT },
	{ "connection.md", "Multiple tokens with folding, LWS, and CRLF", "folded", LENIENT },
	{ "connection.md", "Invalid whitespace token with `Connection` header field (lenient)",
	    "space_before_colon", LENIENT },
	{ "content-length.md",
	    "Invalid whitespace token with `Content-Length` header field (lenient)",
	    "space_before_colon", LENIENT },
	{ "content-length.md",
	    "No error on simultaneous `Content-Length` and `Transfer-Encoding: identity` "
	    "(lenient)",
	    "length_and_coding", LENIENT },
	{ "content-length.md", "Content-Length reset when no body is received", "accept",
	    "llhttp is told to skip the body; here it is 123 bytes, of which some came" },
	{ "content-length.md", "Missing CRLF-CRLF before body (lenient)", "bare_cr", LENIENT },
	{ "finish.md", "It should be unsafe to finish inside of the header", "header_name",
	    "ends inside of a header name, which is no header once the head is ended" },
	{ "invalid.md", "HTTP protocol and ANNOUNCE method", "accept", METHODS },
	{ "invalid.md", "Invalid method", "accept", METHODS },
	{ "invalid.md", "Only LFs present (lenient)", "bare_lf", LENIENT },
	{ "invalid.md", "Spaces before headers (lenient)", "folded", LENIENT },
	{ "lenient-header-value-relaxed.md", "Control char in header value (relaxed)",
	    "header_value", LENIENT },
	{ "lenient-headers.md", "Header value (lenient)", "header_value", LENIENT },
	{ "lenient-headers.md", "Second request header value (lenient)", "header_value",
	    LENIENT },
	{ "lenient-headers.md", "Empty headers separated by CR (lenient)", "bare_cr", LENIENT },
	{ "lenient-version.md", "Invalid HTTP version (lenient)", "version", LENIENT },
	{ "method.md", "CONNECT request", "connect", TUNNEL },
	{ "method.md", "CONNECT request with CAPS", "connect", TUNNEL },
	{ "method.md", "CONNECT with body", "connect", TUNNEL },
	{ "method.md", "M-SEARCH request", "target", "has the target * without OPTIONS" },
	{ "method.md", "SOURCE request with ICE", "request_line", PROTOCOL },
	{ "method.md", "OPTIONS request with RTSP", "request_line", PROTOCOL },
	{ "method.md", "ANNOUNCE request with RTSP", "request_line", PROTOCOL },
	{ "method.md", "PRI request HTTP2", "target",
	    "is no preface, for its version is 1.1, and has the target * without OPTIONS" },
	{ "sample.md", "No HTTP version", "request_line", "is HTTP/0.9" },
	{ "sample.md", "Line folding in header value with CRLF", "folded", LENIENT },
	{ "sample.md", "No LF after CR (lenient)", "bare_cr", LENIENT },
	{ "sample.md", "X-SSL-Nonsense", "folded", LENIENT },
	{ "transfer-encoding.md",
	    "POST with `Transfer-Encoding` and `Content-Length` (lenient)", "target", LENIENT },
	{ "transfer-encoding.md", "POST with `chunked` before other transfer-coding (lenient)",
	    "target", LENIENT },
	{ "transfer-encoding.md",
	    "POST with `chunked` and duplicate transfer-encoding (lenient)", "target",
	    LENIENT },
	{ "transfer-encoding.md", "POST with `chunked` as last transfer-encoding", "target",
	    FRAGMENT },
	{ "transfer-encoding.md",
	    "POST with `chunked` as last transfer-encoding (multiple headers)", "target",
	    FRAGMENT },
	{ "transfer-encoding.md", "Chunk header not terminated by CRLF (lenient)", "chunk_size",
	    LENIENT },
	{ "transfer-encoding.md", "Chunk data not terminated by CRLF (lenient)", "chunk_end",
	    LENIENT },
	{ "transfer-encoding.md", "Space after chunk header (lenient)", "chunk_size", LENIENT },
	{ "uri.md", "Fragment in URI", "target", FRAGMENT },
	{ "uri.md", "Underscore in hostname", "connect", TUNNEL },
	{ "uri.md", "`host:port` and basic auth", "target",
	    "has a user name in its target (RFC 9110 §4.2.4)" },
};

#define EXCEPTIONS (sizeof(exceptions) / sizeof(*exceptions))

struct vector {
	struct bytes file, name, body, raw;
	bool is_accepted;
	int messages;
};

static struct talk talk;

static bool next_vector(struct bytes *rest, struct vector *vector)
{
	static char raw[8192];
	struct bytes line = bytes_split(rest, '\n');
	const char *messages = memmem(line.at, line.len, "\"messages\":", 11);

	if (!messages)
		return false;
	vector->file = vectors_string(line, "file");
	vector->name = vectors_string(line, "name");
	vector->body = vectors_string(line, "body");
	vector->is_accepted = bytes_equal(vectors_string(line, "expect"), BYTES("accept"));
	vector->messages = atoi(messages + 11);
	vector->raw = bytes_of(
	    raw, vectors_unhex(vectors_string(line, "request_hex"), raw, sizeof(raw)));
	return true;
}

/* The head with a Host behind its first line: the one its target names, or any. */
static struct bytes lend_host(struct bytes head)
{
	static char at[TALK_BYTES];
	struct text out = text_in(at, sizeof(at));
	struct bytes rest = head, host = BYTES("lent.example");
	const char *mark = memmem(head.at, head.len, "://", 3);

	text_add(&out, bytes_split(&rest, '\n'));
	if (mark && mark < head.at + out.len) {
		host = bytes_of(mark + 3, 0);
		for (; !strchr("/? \r", host.at[host.len]); host.len++)
			if (host.at[host.len] == '@')
				host = bytes_of(host.at + host.len + 1, 0);
	}
	text_add(&out, BYTES("\nHost: "));
	text_add(&out, host);
	text_add(&out, BYTES("\r\n"));
	text_add(&out, rest);
	ck_assert(!out.is_cut);
	return text_bytes(&out);
}

static const struct exception *exception_of(const struct vector *vector)
{
	for (size_t i = 0; i < EXCEPTIONS; i++)
		if (bytes_equal(vector->file, bytes_of_text(exceptions[i].file)) &&
		    bytes_equal(vector->name, bytes_of_text(exceptions[i].name)))
			return &exceptions[i];
	return NULL;
}

/* Reads the vector; true when its last head had to be ended. */
static bool read_vector(const struct vector *vector)
{
	bool is_ended;

	talk_begin(&talk, false);
	talk.lend_host = lend_host;
	talk_hear(&talk, vector->raw);
	is_ended = !talk.end && !talk.in_body && talk.finder.seen;
	if (is_ended)
		talk_hear(&talk, talk.pending[talk.pending_len - 1] == '\n'
				     ? BYTES("\r\n")
				     : BYTES("\r\n\r\n"));
	return is_ended;
}

/* The fault's code; "accept"; or "after_close" for bytes that nobody will read. */
static const char *judge(void)
{
	if (talk.end == TALK_FAULTY)
		return http1_fault_code(talk.fault);
	return talk.end == TALK_CLOSED && !talk.upgrades && !talk.in_body && talk.pending_len
		   ? "after_close"
		   : "accept";
}

static void ck_vector(const struct vector *vector)
{
	const struct exception *exception = exception_of(vector);
	bool was_ended = read_vector(vector);
	const char *judgement = judge();
	bool is_accepted = strcmp(judgement, "accept") == 0;

	if (exception) {
		ck_assert_msg(!strcmp(judgement, exception->judgement), "%s: %s, not %s",
		    exception->name, judgement, exception->judgement);
		return;
	}
	ck_assert_msg(is_accepted == vector->is_accepted, "%.*s: %s", (int)vector->name.len,
	    vector->name.at, judgement);
	if (!is_accepted || was_ended)
		return;
	ck_assert_int_eq(talk.messages, vector->messages);
	ck_assert_msg(bytes_equal(text_bytes(&talk.bodies), vector->body), "%.*s",
	    (int)vector->name.len, vector->name.at);
}

START_TEST(the_vectors_are_judged_as_they_say_or_for_a_reason)
{
	struct bytes file = vectors_load(VECTOR_PATH("http1.jsonl")), rest = file;
	size_t count = 0, excepted = 0;
	struct vector vector;

	for (; next_vector(&rest, &vector); count++) {
		excepted += exception_of(&vector) != NULL;
		ck_vector(&vector);
	}
	ck_assert_uint_eq(count, VECTORS);
	ck_assert_uint_eq(excepted, EXCEPTIONS);
	vectors_free(file);
}
END_TEST

/* Reads |raw| in two pieces, or byte by byte where |cut| is 0. */
static void read_cut(struct talk *cut_talk, struct bytes raw, size_t cut)
{
	size_t step = cut ? cut : 1;

	talk_begin(cut_talk, false);
	cut_talk->lend_host = lend_host;
	for (size_t at = 0; at < raw.len;) {
		size_t len = raw.len - at < step ? raw.len - at : step;

		talk_hear(cut_talk, bytes_of(raw.at + at, len));
		at += len;
		step = cut ? raw.len : 1;
	}
}

START_TEST(a_vector_means_the_same_however_it_is_cut)
{
	struct bytes file = vectors_load(VECTOR_PATH("http1.jsonl")), rest = file;
	static struct talk cut_talk;
	struct vector vector;

	while (next_vector(&rest, &vector)) {
		talk_begin(&talk, false);
		talk.lend_host = lend_host;
		talk_hear(&talk, vector.raw);
		for (size_t cut = 0; cut < vector.raw.len; cut++) {
			read_cut(&cut_talk, vector.raw, cut);
			ck_assert_msg(talk_is_same(&talk, &cut_talk), "%.*s cut at %zu",
			    (int)vector.name.len, vector.name.at, cut);
		}
	}
	vectors_free(file);
}
END_TEST

UNIT_MAIN("http1_vectors", the_vectors_are_judged_as_they_say_or_for_a_reason,
    a_vector_means_the_same_however_it_is_cut)
