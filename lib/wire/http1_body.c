/*
 * Takes a body out of its framing: a length, chunks, or all until the close. One byte at a time
 * through sizes, extensions and trailers, whole spans through data. It keeps no data and never
 * guesses where a chunk ends.
 */
#include "wire/http1_body.h"

#include "wire/http1_chars.h"
#include "wire/http1_line.h"

enum state {
	BODY_DONE,
	BODY_BAD,
	BODY_LENGTH, /* data: |left| to come */
	BODY_UNTIL_CLOSE,
	BODY_CHUNK,    /* data: |left| of this chunk to come */
	BODY_CHUNK_CR, /* its data is out, CR is due */
	BODY_CHUNK_LF,
	BODY_SIZE,       /* in the hex digits */
	BODY_NAME_DUE,   /* behind the ';' of an extension */
	BODY_NAME,       /* in its name */
	BODY_VALUE_DUE,  /* behind its '=' */
	BODY_VALUE,      /* in a value that is a token */
	BODY_QUOTED,     /* in a value that is quoted */
	BODY_ESCAPE,     /* behind a backslash in it */
	BODY_QUOTE_END,  /* behind its closing quote */
	BODY_SIZE_LF,    /* behind the CR of the size line */
	BODY_LINE_DUE,   /* where a trailer line or the empty line begins */
	BODY_LINE,       /* in a trailer line */
	BODY_LINE_LF,    /* behind its CR */
	BODY_LINE_WHOLE, /* behind its LF: to be judged */
	BODY_END_LF      /* behind the CR of the empty line */
};

void http1_body_init(struct http1_body *body, enum http1_framing framing,
    uint64_t content_length, char *line, size_t line_bytes)
{
	static const uint8_t states[HTTP1_FRAMING_COUNT] = {
		[HTTP1_FRAMING_NONE] = BODY_DONE,
		[HTTP1_FRAMING_LENGTH] = BODY_LENGTH,
		[HTTP1_FRAMING_CHUNKED] = BODY_SIZE,
		[HTTP1_FRAMING_UNTIL_CLOSE] = BODY_UNTIL_CLOSE,
	};

	*body = (struct http1_body){
		.state = states[framing],
		.line = line,
		.line_room = (uint16_t)(line_bytes < UINT16_MAX ? line_bytes : UINT16_MAX),
	};
	if (framing == HTTP1_FRAMING_UNTIL_CLOSE)
		body->left = UINT64_MAX;
	if (framing == HTTP1_FRAMING_LENGTH) {
		body->left = content_length;
		body->state = content_length ? BODY_LENGTH : BODY_DONE;
	}
}

static enum http1_fault eat_size(struct http1_body *body, char c)
{
	int digit = c >= '0' && c <= '9'   ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
		    : c >= 'A' && c <= 'F' ? c - 'A' + 10
					   : -1;

	if (digit >= 0) {
		if (++body->size_digits > 16 || body->left > INT64_MAX >> 4)
			return HTTP1_FAULT_CHUNK_SIZE;
		body->left = body->left << 4 | (uint64_t)digit;
		return HTTP1_FAULT_NONE;
	}
	if (!body->size_digits || (c != '\r' && c != ';'))
		return HTTP1_FAULT_CHUNK_SIZE;
	body->state = c == ';' ? BODY_NAME_DUE : BODY_SIZE_LF;
	return HTTP1_FAULT_NONE;
}

/* Where |c| leads inside the extensions, BODY_BAD where it may not stand. No blanks: what
 * follows a size has been read in too many ways. */
static enum state step_extension(enum state state, char c)
{
	bool is_token = http1_chars_is(c, HTTP1_CHAR_TOKEN);
	enum state over = c == ';' ? BODY_NAME_DUE : c == '\r' ? BODY_SIZE_LF : BODY_BAD;

	switch (state) {
	case BODY_NAME_DUE:
		return is_token ? BODY_NAME : BODY_BAD;
	case BODY_NAME:
		return is_token ? BODY_NAME : c == '=' ? BODY_VALUE_DUE : over;
	case BODY_VALUE_DUE:
		return is_token ? BODY_VALUE : c == '"' ? BODY_QUOTED : BODY_BAD;
	case BODY_VALUE:
		return is_token ? BODY_VALUE : over;
	case BODY_QUOTED:
		if (c == '"')
			return BODY_QUOTE_END;
		if (c == '\\')
			return BODY_ESCAPE;
		return http1_chars_is(c, HTTP1_CHAR_VALUE) ? BODY_QUOTED : BODY_BAD;
	case BODY_ESCAPE:
		return http1_chars_is(c, HTTP1_CHAR_VALUE) ? BODY_QUOTED : BODY_BAD;
	default: /* BODY_QUOTE_END */
		return over;
	}
}

static enum http1_fault eat_extension(struct http1_body *body, char c)
{
	body->state = (uint8_t)step_extension(body->state, c);
	if (body->state == BODY_BAD)
		return HTTP1_FAULT_CHUNK_EXTENSION;
	return ++body->extension_len > HTTP1_EXTENSION_BYTES
		   ? HTTP1_FAULT_CHUNK_EXTENSION_TOO_LONG
		   : HTTP1_FAULT_NONE;
}

static enum http1_fault keep(struct http1_body *body, char c)
{
	if (body->line_len == body->line_room)
		return HTTP1_FAULT_TRAILER_TOO_LARGE;
	body->line[body->line_len++] = c;
	return HTTP1_FAULT_NONE;
}

static enum http1_fault eat_trailer(struct http1_body *body, char c)
{
	if (body->state == BODY_LINE_LF && c != '\n')
		return HTTP1_FAULT_BARE_CR;
	if (body->state != BODY_LINE_LF && c == '\n')
		return HTTP1_FAULT_BARE_LF;
	if (body->state == BODY_LINE_DUE) {
		body->line_len = 0;
		body->state = c == '\r' ? BODY_END_LF : BODY_LINE;
		return c == '\r' ? HTTP1_FAULT_NONE : keep(body, c);
	}
	if (body->state == BODY_LINE_LF)
		body->state = BODY_LINE_WHOLE;
	else if (c == '\r')
		body->state = BODY_LINE_LF;
	return keep(body, c);
}

/* Goes on to |next| if the byte was the one due. */
static enum http1_fault go_on(
    struct http1_body *body, bool is_due, enum state next, enum http1_fault fault)
{
	if (!is_due)
		return fault;
	body->state = (uint8_t)next;
	return HTTP1_FAULT_NONE;
}

static enum http1_fault eat(struct http1_body *body, char c)
{
	switch ((enum state)body->state) {
	case BODY_CHUNK_CR:
		return go_on(body, c == '\r', BODY_CHUNK_LF, HTTP1_FAULT_CHUNK_END);
	case BODY_CHUNK_LF:
		body->size_digits = 0;
		body->extension_len = 0;
		return go_on(body, c == '\n', BODY_SIZE, HTTP1_FAULT_CHUNK_END);
	case BODY_SIZE:
		return eat_size(body, c);
	case BODY_SIZE_LF:
		return go_on(body, c == '\n', body->left ? BODY_CHUNK : BODY_LINE_DUE,
		    HTTP1_FAULT_CHUNK_SIZE);
	case BODY_LINE_DUE:
	case BODY_LINE:
	case BODY_LINE_LF:
		return eat_trailer(body, c);
	case BODY_END_LF:
		return go_on(body, c == '\n', BODY_DONE, HTTP1_FAULT_BARE_CR);
	default:
		return eat_extension(body, c);
	}
}

/* Judges the line just kept; true when it is to be shown. */
static bool end_line(struct http1_body *body, enum http1_fault *fault)
{
	struct http1_header trailer = { 0 };
	uint32_t count;

	body->state = BODY_LINE_DUE;
	*fault = ++body->trailer_count > HTTP1_TRAILER_LINES
		     ? HTTP1_FAULT_TRAILER_TOO_LARGE
		     : http1_line_read_all(
			   bytes_of(body->line, body->line_len), &trailer, 1, &count);
	return !*fault && trailer.known == HTTP1_OTHER;
}

static enum http1_step refuse(struct http1_body *body, enum http1_fault fault)
{
	body->state = BODY_BAD;
	body->fault = (uint8_t)fault;
	return HTTP1_STEP_BAD;
}

/* What |input| holds of the data that is due. */
static enum http1_step take_span(
    struct http1_body *body, struct bytes *input, struct bytes *span)
{
	size_t len = input->len < body->left ? input->len : (size_t)body->left;

	*span = bytes_of(input->at, len);
	input->at += len;
	input->len -= len;
	if (body->state == BODY_UNTIL_CLOSE)
		return HTTP1_STEP_SPAN;
	body->left -= len;
	if (!body->left)
		body->state = body->state == BODY_LENGTH ? BODY_DONE : BODY_CHUNK_CR;
	return HTTP1_STEP_SPAN;
}

enum http1_step http1_body_next(
    struct http1_body *body, struct bytes *input, struct bytes *span)
{
	for (;;) {
		enum http1_fault fault;

		if (body->state == BODY_DONE)
			return HTTP1_STEP_DONE;
		if (body->state == BODY_BAD)
			return HTTP1_STEP_BAD;
		if (!input->len)
			return HTTP1_STEP_MORE;
		if (body->state <= BODY_CHUNK)
			return take_span(body, input, span);
		input->len--;
		fault = eat(body, *input->at++);
		if (!fault && body->state == BODY_LINE_WHOLE && end_line(body, &fault)) {
			*span = bytes_of(body->line, body->line_len - 2u);
			return HTTP1_STEP_TRAILER;
		}
		if (fault)
			return refuse(body, fault);
	}
}

struct http1_header http1_body_trailer(struct bytes span)
{
	struct http1_header trailer = { .name = bytes_split(&span, ':') };

	trailer.value = bytes_trim(span);
	return trailer;
}

bool http1_body_is_done(const struct http1_body *body)
{
	return body->state == BODY_DONE;
}

bool http1_body_may_end(const struct http1_body *body)
{
	return body->state == BODY_DONE || body->state == BODY_UNTIL_CLOSE;
}
