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

#define ONES (UINT64_MAX / 255) /* a one in every byte */
#define HIGH (ONES * 0x80)

/* False only when no byte of |word| is a control byte; true for others too. */
static inline bool may_hold_control(uint64_t word)
{
	return ((word - ONES * 0x20) | (word + ONES) | word) & HIGH;
}

/*
 * The high bit of every byte of |word| that is a control byte, tabs too. Seven bits of each are
 * looked at with room for the carry, so that no byte disturbs its neighbour.
 */
static inline uint64_t controls_in(uint64_t word)
{
	uint64_t low = word & ~HIGH;

	return (~(low + ONES * 0x60) | (low + ONES)) & ~word & HIGH;
}

/* The first byte from |at| on that no value may hold. CRLF must stand right before |end|. */
static const char *skip_value(const char *at, const char *end)
{
	while (end - at >= 8) {
		uint64_t word = http1_chars_load(at), controls;

		controls = may_hold_control(word) ? controls_in(word) : 0;
		if (!controls) {
			at += 8;
			continue;
		}
		at += __builtin_ctzll(controls) / 8;
		if (*at != '\t')
			return at;
		at++;
	}
	return http1_chars_skip(at, HTTP1_CHAR_VALUE);
}

/* The first colon from |at| on, or a place before |end| behind which there is none. The lowest
 * bit of the zero test is exact (H. Warren, Hacker's Delight, §6-1). */
static inline const char *find_colon(const char *at, const char *end)
{
	for (; end - at >= 8; at += 8) {
		uint64_t word = http1_chars_load(at) ^ ONES * ':';
		uint64_t zeros = (word - ONES) & ~word & HIGH;

		if (zeros)
			return at + __builtin_ctzll(zeros) / 8;
	}
	while (at < end - 1 && *at != ':')
		at++;
	return at;
}

/* Reads the line at |start|; |*next| is then behind its CRLF. CRLF stands right before |end|.
 */
static inline enum http1_fault read_line(
    const char *start, const char *end, struct http1_header *out, const char **next)
{
	const char *colon = find_colon(start, end), *value, *stop;

	out->name = bytes_of(start, (size_t)(colon - start));
	out->known = http1_name_of(out->name);
	out->is_hop_by_hop = http1_name_ends_here[out->known];
	if (out->known == HTTP1_OTHER || out->known >= HTTP1_RETORT) {
		stop = http1_chars_skip(start, HTTP1_CHAR_TOKEN);
		if (*stop != ':' || stop == start)
			return fault_of_name(start, stop);
		if (out->known == HTTP1_OTHER)
			out->is_hop_by_hop = http1_name_is_twin(out->name);
	}
	for (value = colon + 1; is_blank(*value); value++)
		;
	stop = skip_value(value, end);
	if (stop[0] != '\r' || stop[1] != '\n')
		return http1_line_stray(*stop, HTTP1_FAULT_HEADER_VALUE);
	*next = stop + 2;
	while (stop > value && is_blank(stop[-1]))
		stop--;
	out->value = bytes_of(value, (size_t)(stop - value));
	return HTTP1_FAULT_NONE;
}

enum http1_fault http1_line_read_all(
    struct bytes lines, struct http1_header *out, uint32_t most, uint32_t *count)
{
	const char *at = lines.at, *end = at + lines.len;
	uint32_t n = 0;

	for (; at < end; n++, out++) {
		enum http1_fault fault = n < most ? read_line(at, end, out, &at)
						  : HTTP1_FAULT_TOO_MANY_HEADERS;

		if (fault)
			return fault;
	}
	*count = n;
	return HTTP1_FAULT_NONE;
}
