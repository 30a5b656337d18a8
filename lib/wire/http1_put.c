/*
 * Writes heads and chunk heads. Everything on the way out is written anew from what was
 * understood: no byte of a line's framing is copied from the other side.
 */
#include "wire/http1_put.h"

/* Room for |len| bytes at the end of |out|, or NULL and the text is cut. */
static char *reserve(struct text *out, size_t len)
{
	char *at = out->at + out->len;

	if (len > out->room - out->len) {
		out->is_cut = true;
		return NULL;
	}
	out->len += len;
	return at;
}

static char *copy(char *to, struct bytes b)
{
	if (b.len)
		memcpy(to, b.at, b.len);
	return to + b.len;
}

void http1_put_request_line(struct text *out, struct bytes method, struct bytes target)
{
	struct bytes tail = BYTES(" HTTP/1.1\r\n");
	char *at = reserve(out, method.len + 1 + target.len + tail.len);

	if (!at)
		return;
	at = copy(at, method);
	*at++ = ' ';
	copy(copy(at, target), tail);
}

void http1_put_request_line_of(struct text *out, const struct http1_head *head)
{
	struct bytes tail = BYTES(" HTTP/1.1\r\n");
	bool has_query = head->query.at;
	char *at = reserve(out,
	    head->method.len + 1 + head->path.len + has_query + head->query.len + tail.len);

	if (!at)
		return;
	at = copy(at, head->method);
	*at++ = ' ';
	at = copy(at, head->path);
	if (has_query)
		*at++ = '?';
	copy(copy(at, head->query), tail);
}

void http1_put_status_line(struct text *out, int status, struct bytes reason)
{
	char digits[3] = { (char)('0' + status / 100 % 10), (char)('0' + status / 10 % 10),
		(char)('0' + status % 10) };
	char *at;

	if (!reason.len)
		reason = http1_put_reason(status);
	at = reserve(out, sizeof("HTTP/1.1 200 \r\n") - 1 + reason.len);
	if (!at)
		return;
	at = copy(at, BYTES("HTTP/1.1 "));
	at = copy(at, bytes_of(digits, sizeof(digits)));
	*at++ = ' ';
	copy(copy(at, reason), BYTES("\r\n"));
}

void http1_put_header(struct text *out, struct bytes name, struct bytes value)
{
	char *at = reserve(out, name.len + 2 + value.len + 2);

	if (at)
		copy(copy(copy(copy(at, name), BYTES(": ")), value), BYTES("\r\n"));
}

void http1_put_number(struct text *out, struct bytes name, uint64_t value)
{
	char digits[20];
	struct text number = text_in(digits, sizeof(digits));

	text_add_number(&number, value);
	http1_put_header(out, name, text_bytes(&number));
}

void http1_put_framing(struct text *out, enum http1_framing framing, uint64_t content_length)
{
	if (framing == HTTP1_FRAMING_CHUNKED)
		http1_put_header(out, BYTES("Transfer-Encoding"), BYTES("chunked"));
	else if (framing == HTTP1_FRAMING_LENGTH)
		http1_put_number(out, BYTES("Content-Length"), content_length);
}

void http1_put_framing_of(struct text *out, const struct http1_head *head)
{
	bool tells_length = head->first[HTTP1_CONTENT_LENGTH] && head->status != 204 &&
			    (!head->status || head->status >= 200);

	http1_put_framing(
	    out, tells_length ? HTTP1_FRAMING_LENGTH : head->framing, head->content_length);
}

void http1_put_end(struct text *out)
{
	text_add(out, BYTES("\r\n"));
}

size_t http1_put_chunk_head(char out[HTTP1_CHUNK_HEAD_BYTES], uint64_t size)
{
	static const char digits[] = "0123456789abcdef";
	int shift = size ? (63 - __builtin_clzll(size)) & ~3 : 0;
	char *at = out;

	for (; shift >= 0; shift -= 4)
		*at++ = digits[size >> shift & 15];
	return (size_t)(copy(at, BYTES("\r\n")) - out);
}

#define REASON(status, phrase)                                                                 \
	case status:                                                                           \
		return BYTES(phrase)
struct bytes http1_put_reason(int status)
{
	switch (status) {
		REASON(100, "Continue");
		REASON(101, "Switching Protocols");
		REASON(200, "OK");
		REASON(201, "Created");
		REASON(202, "Accepted");
		REASON(204, "No Content");
		REASON(206, "Partial Content");
		REASON(301, "Moved Permanently");
		REASON(302, "Found");
		REASON(303, "See Other");
		REASON(304, "Not Modified");
		REASON(307, "Temporary Redirect");
		REASON(308, "Permanent Redirect");
		REASON(400, "Bad Request");
		REASON(401, "Unauthorized");
		REASON(403, "Forbidden");
		REASON(404, "Not Found");
		REASON(405, "Method Not Allowed");
		REASON(408, "Request Timeout");
		REASON(409, "Conflict");
		REASON(411, "Length Required");
		REASON(413, "Content Too Large");
		REASON(414, "URI Too Long");
		REASON(415, "Unsupported Media Type");
		REASON(417, "Expectation Failed");
		REASON(422, "Unprocessable Content");
		REASON(429, "Too Many Requests");
		REASON(431, "Request Header Fields Too Large");
		REASON(500, "Internal Server Error");
		REASON(501, "Not Implemented");
		REASON(502, "Bad Gateway");
		REASON(503, "Service Unavailable");
		REASON(504, "Gateway Timeout");
		REASON(505, "HTTP Version Not Supported");
		REASON(529, "Overloaded");
	default:
		return BYTES("Unknown");
	}
}
