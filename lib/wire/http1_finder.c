/*
 * Finds the empty line that ends a head in bytes that trickle in. Looks for line ends only; the
 * one judgement made here is what need not wait for the rest of the head.
 */
#include "wire/http1_finder.h"

#include "wire/http1_chars.h"

static enum scan refuse(enum http1_fault *why, enum http1_fault fault)
{
	*why = fault;
	return SCAN_BAD;
}

/* Steps over empty lines before a request (RFC 9112 §2.2) and looks at the first byte of the
 * head. */
static enum scan find_start(
    struct http1_finder *finder, struct bytes all, enum http1_fault *why)
{
	while (
	    finder->start < all.len && all.at[finder->start] == '\r' && !finder->is_response) {
		if (finder->start == 2 * HTTP1_LEADING_LINES)
			return refuse(why, HTTP1_FAULT_LEADING_BYTES);
		if (finder->start + 1 == all.len)
			return SCAN_MORE;
		if (all.at[finder->start + 1] != '\n')
			return refuse(why, HTTP1_FAULT_BARE_CR);
		finder->start += 2;
	}
	if (finder->start == all.len)
		return SCAN_MORE;
	if (!http1_chars_is(all.at[finder->start], HTTP1_CHAR_TOKEN))
		return refuse(
		    why, finder->is_response ? HTTP1_FAULT_STATUS_LINE : HTTP1_FAULT_METHOD);
	finder->seen = finder->line = finder->start;
	return SCAN_DONE;
}

enum scan http1_finder_next(struct http1_finder *finder, struct bytes all,
    const struct http1_limits *limits, struct bytes *head, enum http1_fault *why)
{
	enum scan scan = finder->seen ? SCAN_DONE : find_start(finder, all, why);
	const char *start, *line, *at, *feed;
	size_t room;

	if (scan != SCAN_DONE)
		return scan;
	start = all.at + finder->start;
	line = all.at + finder->line;
	at = all.at + finder->seen;
	room = all.len - finder->start;
	if (room > limits->head_bytes)
		room = limits->head_bytes;
	for (; (feed = memchr(at, '\n', (size_t)(start + room - at))); at = line = feed + 1) {
		if (feed == line || feed[-1] != '\r')
			return refuse(why, HTTP1_FAULT_BARE_LF);
		if (feed - line == 1) {
			*head = bytes_of(start, (size_t)(feed + 1 - start));
			return SCAN_DONE;
		}
	}
	finder->seen = (uint32_t)(start + room - all.at);
	finder->line = (uint32_t)(line - all.at);
	return room == limits->head_bytes ? refuse(why, HTTP1_FAULT_HEAD_TOO_LARGE) : SCAN_MORE;
}
