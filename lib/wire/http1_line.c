/*
 * One header line: a token, a colon at once, a value without control bytes, CRLF. Whatever else
 * parsers disagree about (folding, space before the colon, bare CR or LF) is refused here, for
 * heads and trailers alike.
 */
#include "wire/http1_line.h"

#include "wire/http1_chars.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

enum http1_fault http1_line_stray(char c, enum http1_fault other)
{
	return c == '\r'   ? HTTP1_FAULT_BARE_CR
	       : c == '\n' ? HTTP1_FAULT_BARE_LF
	       : c == '\0' ? HTTP1_FAULT_NUL
			   : other;
}

/* Why the name that ends at |stop| is not followed by a colon. */
static enum http1_fault fault_of_name(const char *start, const char *stop)
{
	if (is_blank(*stop)) {
		if (stop == start)
			return HTTP1_FAULT_FOLDED;
		while (is_blank(*stop))
			stop++;
		if (*stop == ':')
			return HTTP1_FAULT_SPACE_BEFORE_COLON;
	}
	if (stop[0] == '\r' && stop[1] == '\n')
		return HTTP1_FAULT_HEADER_NAME;
	return http1_line_stray(*stop, HTTP1_FAULT_HEADER_NAME);
}

enum http1_fault http1_line_parse(const char **at, const char *end, struct http1_header *out)
{
	const char *start = *at, *colon = http1_chars_skip(start, HTTP1_CHAR_TOKEN), *value,
		   *stop;

	if (*colon != ':' || colon == start)
		return fault_of_name(start, colon);
	for (value = colon + 1; is_blank(*value); value++)
		;
	stop = http1_chars_skip_value(value, end);
	if (stop[0] != '\r' || stop[1] != '\n')
		return http1_line_stray(*stop, HTTP1_FAULT_HEADER_VALUE);
	*at = stop + 2;
	while (stop > value && is_blank(stop[-1]))
		stop--;
	out->name = bytes_of(start, (size_t)(colon - start));
	out->value = bytes_of(value, (size_t)(stop - value));
	out->known = http1_name_of(out->name);
	out->is_hop_by_hop = http1_name_is_hop(out->known);
	return HTTP1_FAULT_NONE;
}
