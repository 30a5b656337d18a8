/*
 * Reads the head of a request or a response: the first line, then the header lines, then what
 * they mean together. One pass over the bytes, no copy, no allocation. It never repairs: a head
 * that two parsers could read in two ways is refused with the first fault found.
 */
#include "wire/http1.h"

#include <assert.h>

#include "wire/http1_chars.h"
#include "wire/http1_facts.h"
#include "wire/http1_line.h"
#include "wire/http1_target.h"

#define VERSION_BYTES 8 /* HTTP/1.1 */

size_t http1_size(const struct http1_head *head)
{
	return offsetof(struct http1_head, header) + head->count * sizeof(head->header[0]);
}

const struct http1_header *http1_next(
    const struct http1_head *head, const struct http1_header *header)
{
	const struct http1_header *end = head->header + head->count;
	enum http1_name name = header->known;

	if (http1_is_repeated(head, name))
		while (++header < end)
			if (header->known == name)
				return header;
	return NULL;
}

struct bytes http1_list(const struct http1_head *head, enum http1_name name, struct text *room)
{
	const struct http1_header *header = http1_find(head, name);

	if (!http1_is_repeated(head, name))
		return http1_value(head, name);
	for (; header; header = http1_next(head, header)) {
		if (room->len)
			text_add(room, BYTES(", "));
		text_add(room, header->value);
	}
	return room->is_cut ? BYTES("?") : text_bytes(room);
}

const struct http1_header *http1_find_text(const struct http1_head *head, struct bytes name)
{
	for (int i = 0; i < head->count; i++)
		if (bytes_equal_nocase(head->header[i].name, name))
			return &head->header[i];
	return NULL;
}

/* Clears everything before the headers; what follows them is read only up to |count|. */
static void begin(struct bytes head, struct http1_head *out)
{
	assert(bytes_end_with(head, BYTES("\r\n\r\n")));
	memset(out, 0, offsetof(struct http1_head, header));
}

/* |at| stands on "HTTP/x.y", eight readable bytes. Other versions than ours are told from
 * noise. */
static enum http1_fault read_version(
    const char *at, struct http1_head *out, enum http1_fault noise)
{
	if (memcmp(at, "HTTP/1.1", VERSION_BYTES) == 0) {
		out->minor = 1;
		return HTTP1_FAULT_NONE;
	}
	if (memcmp(at, "HTTP/1.0", VERSION_BYTES) == 0)
		return HTTP1_FAULT_NONE;
	if (memcmp(at, "HTTP/", 5) != 0 || (unsigned char)(at[5] - '0') > 9 || at[6] != '.' ||
	    (unsigned char)(at[7] - '0') > 9)
		return noise;
	return HTTP1_FAULT_VERSION;
}

/* Reads the header lines from |at| up to the empty line, and notes which came. */
static enum http1_fault read_headers(const char *at, struct bytes head,
    const struct http1_limits *limits, struct http1_head *out)
{
	struct bytes lines = bytes_of(at, head.len - (size_t)(at - head.at) - 2);
	uint32_t most = limits->header_count < HTTP1_HEADERS_MAX ? limits->header_count
								 : HTTP1_HEADERS_MAX;
	uint32_t count = 0;
	enum http1_fault fault = http1_line_read_all(lines, out->header, most, &count);

	for (uint32_t i = 0; i < count; i++) {
		enum http1_name known = out->header[i].known;

		if (out->first[known])
			out->repeated[known] = true;
		else
			out->first[known] = (uint8_t)(i + 1);
	}
	out->count = (uint8_t)count;
	return fault;
}

/* Why |word|, which ends at |stop|, is not followed by a space and the rest of the line. */
static enum http1_fault fault_of_word(
    struct bytes word, const char *stop, enum http1_fault fault)
{
	bool is_line_end = stop[0] == '\r' && stop[1] == '\n';

	return is_line_end || (*stop == ' ' && !word.len) ? HTTP1_FAULT_REQUEST_LINE
							  : http1_line_stray(*stop, fault);
}

/* Reads "METHOD TARGET HTTP/1.x" and moves |*at| behind its CRLF. */
static enum http1_fault read_request_line(
    const char **at, const char *end, const struct http1_limits *limits, struct http1_head *out)
{
	const char *start = *at, *stop = http1_chars_skip(start, HTTP1_CHAR_TOKEN);
	enum http1_fault fault;

	out->method = bytes_of(start, (size_t)(stop - start));
	if (*stop != ' ' || !out->method.len)
		return fault_of_word(out->method, stop, HTTP1_FAULT_METHOD);
	start = stop + 1;
	stop = http1_chars_skip(start, HTTP1_CHAR_TARGET);
	out->target = bytes_of(start, (size_t)(stop - start));
	if (*stop != ' ' || !out->target.len)
		return fault_of_word(out->target, stop, HTTP1_FAULT_TARGET);
	if (out->target.len > limits->target_bytes)
		return HTTP1_FAULT_TARGET_TOO_LONG;
	start = stop + 1;
	if (end - start < VERSION_BYTES + 4)
		return HTTP1_FAULT_REQUEST_LINE;
	fault = read_version(start, out, HTTP1_FAULT_REQUEST_LINE);
	if (fault == HTTP1_FAULT_VERSION && bytes_equal(out->method, BYTES("PRI")))
		return HTTP1_FAULT_PREFACE;
	if (fault)
		return fault;
	stop = start + VERSION_BYTES;
	*at = stop + 2;
	return stop[0] == '\r' && stop[1] == '\n'
		   ? HTTP1_FAULT_NONE
		   : http1_line_stray(*stop, HTTP1_FAULT_REQUEST_LINE);
}

enum http1_fault http1_parse_request(
    struct bytes head, const struct http1_limits *limits, struct http1_head *out)
{
	const char *at = head.at;
	enum http1_fault fault;

	begin(head, out);
	fault = read_request_line(&at, head.at + head.len, limits, out);
	if (!fault)
		fault = read_headers(at, head, limits, out);
	if (!fault)
		fault = http1_target_settle(out);
	if (!fault)
		fault = http1_facts_framing(out);
	if (!fault)
		fault = http1_facts_connection(out);
	return fault ? fault : http1_facts_expect(out);
}

/* Reads "HTTP/1.x NNN REASON"; the space before an empty reason may be absent, as some servers
 * have it. */
static enum http1_fault read_status_line(
    const char **at, const char *end, struct http1_head *out)
{
	const char *code, *stop;
	enum http1_fault fault;

	if (end - *at < VERSION_BYTES + 1 + 3 + 4)
		return HTTP1_FAULT_STATUS_LINE;
	fault = read_version(*at, out, HTTP1_FAULT_STATUS_LINE);
	if (fault)
		return fault;
	code = *at + VERSION_BYTES + 1;
	for (int i = 0; i < 3; i++) {
		unsigned digit = (unsigned char)(code[i] - '0');

		if (digit > 9)
			return HTTP1_FAULT_STATUS_LINE;
		out->status = (uint16_t)(out->status * 10 + digit);
	}
	stop = code + 3;
	if (code[-1] != ' ' || (*stop != ' ' && *stop != '\r') || out->status < 100 ||
	    out->status > 599)
		return HTTP1_FAULT_STATUS_LINE;
	stop += *stop == ' ';
	out->reason.at = stop;
	stop = http1_chars_skip(stop, HTTP1_CHAR_VALUE);
	out->reason.len = (size_t)(stop - out->reason.at);
	*at = stop + 2;
	return stop[0] == '\r' && stop[1] == '\n'
		   ? HTTP1_FAULT_NONE
		   : http1_line_stray(*stop, HTTP1_FAULT_STATUS_LINE);
}

/* Whether there is a body at all is said by the status and the request, not by the headers. */
static void settle_body(struct http1_head *out, bool answers_head)
{
	bool is_bare = out->status < 200 || out->status == 204;
	bool announces = out->framing == HTTP1_FRAMING_CHUNKED || out->content_length;

	if (is_bare || out->status == 304 || answers_head)
		out->framing = HTTP1_FRAMING_NONE;
	else if (!out->framing)
		out->framing = HTTP1_FRAMING_UNTIL_CLOSE;
	if ((is_bare && announces) || out->framing == HTTP1_FRAMING_UNTIL_CLOSE)
		out->keeps_alive = false; /* nobody knows where the next message would begin */
}

enum http1_fault http1_parse_response(struct bytes head, const struct http1_limits *limits,
    bool answers_head, struct http1_head *out)
{
	const char *at = head.at;
	enum http1_fault fault;

	begin(head, out);
	fault = read_status_line(&at, head.at + head.len, out);
	if (!fault)
		fault = read_headers(at, head, limits, out);
	if (!fault)
		fault = http1_facts_framing(out);
	if (!fault)
		fault = http1_facts_connection(out);
	if (!fault)
		settle_body(out, answers_head);
	return fault;
}
