/*
 * The streaming JSON scanner: a state a byte may stand in, one step a state, and a bit a
 * nesting level. It must never keep a pointer into a chunk, allocate, or let an unwanted value
 * cost a call.
 */
#include "wire/json_scan.h"

#include "wire/json_span.h"
#include "wire/json_text.h"
#include "wire/json_word.h"

/* Where the next byte stands. */
enum json_state {
	STATE_VALUE,         /* a value must come */
	STATE_FIRST_ELEMENT, /* after '[' */
	STATE_FIRST_NAME,    /* after '{' */
	STATE_NAME,          /* after ',' in an object */
	STATE_COLON,
	STATE_NEXT,      /* after a value, inside something */
	STATE_TEXT,      /* inside quotes */
	STATE_ESCAPE,    /* after a backslash */
	STATE_HEX,       /* inside \uXXXX */
	STATE_LOW_SLASH, /* after a high surrogate */
	STATE_LOW_U,     /* after its backslash */
	STATE_WORD,      /* inside a number, true, false, null */
	STATE_DONE,
	STATE_BAD,
	STATE_COUNT
};

#define SHORT 32 /* bytes of a string: one look of the span */

typedef const char *step_fn(struct json_scan *scan, const char *at, const char *end);

static const char *fail(struct json_scan *scan, enum json_fault fault, const char *end)
{
	scan->state = STATE_BAD;
	scan->fault = fault;
	return end;
}

static bool is_in_object(const struct json_scan *scan)
{
	unsigned level = scan->depth - 1;

	return scan->objects[level / 64] >> (level % 64) & 1;
}

static void end_value(struct json_scan *scan)
{
	if (scan->is_quiet && scan->depth == scan->quiet_depth)
		scan->is_quiet = false;
	scan->state = scan->depth ? STATE_NEXT : STATE_DONE;
}

static void become_quiet(struct json_scan *scan)
{
	scan->is_quiet = true;
	scan->quiet_depth = scan->depth;
}

static const char *open_level(
    struct json_scan *scan, bool is_object, const char *at, const char *end)
{
	uint64_t bit = (uint64_t)1 << (scan->depth % 64);
	uint64_t *word;

	if (scan->depth == JSON_SCAN_DEPTH)
		return fail(scan, JSON_FAULT_DEPTH, end);
	scan->place = at;
	if (!scan->is_quiet && !scan->events->on_open(scan->arg, !is_object))
		become_quiet(scan);
	word = &scan->objects[scan->depth / 64];
	*word = is_object ? *word | bit : *word & ~bit;
	scan->depth++;
	scan->state = is_object ? STATE_FIRST_NAME : STATE_FIRST_ELEMENT;
	return at + 1;
}

static const char *close_level(
    struct json_scan *scan, bool is_object, const char *at, const char *end)
{
	if (is_in_object(scan) != is_object)
		return fail(scan, JSON_FAULT_SYNTAX, end);
	scan->depth--;
	scan->place = at;
	if (!scan->is_quiet)
		scan->events->on_close(scan->arg);
	end_value(scan);
	return at + 1;
}

static const char *skip_blanks(const char *at, const char *end)
{
	static const char eight[8] = { ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ' };

	while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
		at++;
		while (end - at >= 8 && memcmp(at, eight, 8) == 0)
			at += 8;
	}
	return at;
}

/* Most programs write none. */
static inline const char *skip_space(const char *at, const char *end)
{
	return at < end && (unsigned char)*at > ' ' ? at : skip_blanks(at, end);
}

static const char *begin_text(struct json_scan *scan, bool is_name, const char *at)
{
	scan->is_name = is_name;
	scan->name_len = 0;
	scan->held = 0;
	scan->state = STATE_TEXT;
	return at + 1;
}

static step_fn step_text;

/* A short value that is plain and whole in this chunk is handed out where it stands: roles and
 * kinds are as many as long texts, and would wait for the hold and the way through it. */
static const char *take_text(struct json_scan *scan, const char *at, const char *end)
{
	size_t most = end - at - 1 < SHORT ? (size_t)(end - at - 1) : SHORT;
	const char *past = at + 1 + scan->span(at + 1, most);

	if (past == end || *past != '"')
		return step_text(scan, begin_text(scan, false, at), end);
	scan->place = past;
	if (!scan->is_quiet)
		scan->events->on_text(
		    scan->arg, bytes_of(at + 1, (size_t)(past - at - 1)), true);
	end_value(scan);
	return past + 1;
}

/* Steps that mostly follow one another call each other, never in a circle. */

static const char *step_value(struct json_scan *scan, const char *at, const char *end)
{
	at = skip_space(at, end);
	if (at == end)
		return at;
	switch (*at) {
	case '"':
		return take_text(scan, at, end);
	case '{':
	case '[':
		return open_level(scan, *at == '{', at, end);
	case ']':
		if (scan->state == STATE_FIRST_ELEMENT)
			return close_level(scan, false, at, end);
		return fail(scan, JSON_FAULT_SYNTAX, end);
	default:
		scan->word_len = 0;
		scan->state = STATE_WORD;
		return at;
	}
}

static const char *end_name(struct json_scan *scan, struct bytes name, const char *at)
{
	scan->state = STATE_COLON;
	if (!scan->is_quiet && !scan->events->on_name(scan->arg, name))
		become_quiet(scan);
	return at + 1;
}

static const char *step_colon(struct json_scan *scan, const char *at, const char *end)
{
	at = skip_space(at, end);
	if (at == end)
		return at;
	if (*at != ':')
		return fail(scan, JSON_FAULT_SYNTAX, end);
	scan->state = STATE_VALUE;
	return step_value(scan, at + 1, end);
}

/* A name that is plain and whole in this chunk is handed out where it stands. */
static const char *take_name(struct json_scan *scan, const char *at, const char *end)
{
	const char *past = at + 1 + scan->span(at + 1, (size_t)(end - at - 1));

	if (past == end || *past != '"' || past - at > JSON_SCAN_NAME)
		return begin_text(scan, true, at);
	past = end_name(scan, bytes_of(at + 1, (size_t)(past - at - 1)), past);
	return step_colon(scan, past, end);
}

static const char *step_name(struct json_scan *scan, const char *at, const char *end)
{
	at = skip_space(at, end);
	if (at == end)
		return at;
	if (*at == '"')
		return take_name(scan, at, end);
	if (*at == '}' && scan->state == STATE_FIRST_NAME)
		return close_level(scan, true, at, end);
	return fail(scan, JSON_FAULT_SYNTAX, end);
}

static const char *step_next(struct json_scan *scan, const char *at, const char *end)
{
	at = skip_space(at, end);
	if (at == end)
		return at;
	if (*at == ',' && is_in_object(scan)) {
		scan->state = STATE_NAME;
		return step_name(scan, at + 1, end);
	}
	if (*at == ',') {
		scan->state = STATE_VALUE;
		return step_value(scan, at + 1, end);
	}
	if (*at == '}' || *at == ']')
		return close_level(scan, *at == '}', at, end);
	return fail(scan, JSON_FAULT_SYNTAX, end);
}

static void flush_hold(struct json_scan *scan)
{
	if (scan->held)
		scan->events->on_text(scan->arg, bytes_of(scan->hold, scan->held), false);
	scan->held = 0;
}

static void put_name(struct json_scan *scan, const char *at, size_t len)
{
	if (len > JSON_SCAN_NAME - (size_t)scan->name_len)
		len = JSON_SCAN_NAME - (size_t)scan->name_len;
	memcpy(scan->name + scan->name_len, at, len);
	scan->name_len = (uint8_t)(scan->name_len + len);
}

/* Gathers a run of string bytes beside the fast path: escapes, sequences beyond ASCII. */
static void put(struct json_scan *scan, const char *at, size_t len)
{
	if (scan->is_quiet)
		return;
	if (scan->is_name) {
		put_name(scan, at, len);
		return;
	}
	while (len) {
		size_t room = scan->room - scan->held, part = len < room ? len : room;

		memcpy(scan->hold + scan->held, at, part);
		scan->held += (unsigned)part;
		at += part;
		len -= part;
		if (scan->held == scan->room)
			flush_hold(scan);
	}
}

static const char *end_text(struct json_scan *scan, const char *at)
{
	if (scan->is_name)
		return end_name(scan, bytes_of(scan->name, scan->name_len), at);
	scan->place = at;
	if (!scan->is_quiet)
		scan->events->on_text(scan->arg, bytes_of(scan->hold, scan->held), true);
	end_value(scan);
	return at + 1;
}

/* Walks over a run of plain string bytes; NULL at a UTF-8 fault. */
static const char *skip_run(struct json_scan *scan, const char *at, const char *end)
{
	while (at < end) {
		if (!scan->utf8.need && (signed char)*at >= 0) {
			at += scan->span(at, (size_t)(end - at));
			if (at == end || (signed char)*at >= 0)
				break;
		}
		at = utf8_skip(&scan->utf8, at, end);
		if (!at || (at < end && (*at == '"' || *at == '\\')))
			break;
	}
	return at;
}

/* What a run of string bytes ended at: the chunk's end, the string's, or an escape that the
 * states go through. */
static const char *end_run(struct json_scan *scan, const char *at, const char *end)
{
	if (at == end)
		return at;
	if (*at == '"')
		return end_text(scan, at);
	if (*at != '\\')
		return fail(scan, JSON_FAULT_SYNTAX, end);
	scan->state = STATE_ESCAPE;
	return at + 1;
}

/* The same as step_text for names and unwanted strings, which nobody waits for in bulk. */
static const char *step_other_text(struct json_scan *scan, const char *at, const char *end)
{
	for (;;) {
		const char *from = at;
		char plain;

		at = skip_run(scan, at, end);
		if (!at)
			return fail(scan, JSON_FAULT_UTF8, end);
		put(scan, from, (size_t)(at - from));
		plain = end - at > 1 && *at == '\\' ? json_text_escapes[(unsigned char)at[1]]
						    : 0;
		if (!plain)
			return end_run(scan, at, end);
		put(scan, &plain, 1);
		at += 2;
	}
}

/* Fills the hold with plain bytes and one-letter escapes, as often as it takes. */
static const char *fill_hold(struct json_scan *scan, const char *at, const char *end)
{
	struct json_text text = { .at = at, .end = end, .limit = scan->hold + scan->room };
	bool is_full;

	do {
		text.to = scan->hold + scan->held;
		scan->text(&text);
		scan->held = (unsigned)(text.to - scan->hold);
		is_full = text.to >= text.limit;
		if (is_full)
			flush_hold(scan);
	} while (is_full && text.at < end);
	return text.at;
}

static const char *step_text(struct json_scan *scan, const char *at, const char *end)
{
	if (scan->is_name || scan->is_quiet)
		return step_other_text(scan, at, end);
	for (;;) {
		const char *from = at;

		if (!scan->utf8.need)
			from = at = fill_hold(scan, at, end);
		if (at == end || (!scan->utf8.need && (signed char)*at >= 0))
			break;
		at = utf8_skip(&scan->utf8, at, end);
		if (!at)
			return fail(scan, JSON_FAULT_UTF8, end);
		put(scan, from, (size_t)(at - from));
	}
	return end_run(scan, at, end);
}

static const char *step_escape(struct json_scan *scan, const char *at, const char *end)
{
	char plain = json_text_escapes[(unsigned char)*at];

	if (*at == 'u') {
		scan->hex_left = 4;
		scan->unit = 0;
		scan->state = STATE_HEX;
		return at + 1;
	}
	if (!plain)
		return fail(scan, JSON_FAULT_ESCAPE, end);
	put(scan, &plain, 1);
	scan->state = STATE_TEXT;
	return at + 1;
}

static void put_code_point(struct json_scan *scan, uint32_t point)
{
	char out[4];
	size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

	for (size_t i = len; i-- > 1; point >>= 6)
		out[i] = (char)(0x80 | (point & 0x3F));
	out[0] = (char)(lead[len] | point);
	put(scan, out, len);
}

static const char *end_unit(struct json_scan *scan, const char *at, const char *end)
{
	uint32_t unit = scan->unit;
	bool is_high = unit >= 0xD800 && unit < 0xDC00,
	     is_low = unit >= 0xDC00 && unit < 0xE000;

	if (is_low != (scan->high != 0))
		return fail(scan, JSON_FAULT_ESCAPE, end);
	if (is_high) {
		scan->high = (uint16_t)unit;
		scan->state = STATE_LOW_SLASH;
		return at + 1;
	}
	if (is_low)
		unit = 0x10000 + ((uint32_t)(scan->high - 0xD800) << 10) + (unit - 0xDC00);
	scan->high = 0;
	put_code_point(scan, unit);
	scan->state = STATE_TEXT;
	return at + 1;
}

static int hex_digit(char c)
{
	char folded = (char)(c | 0x20);

	if (c >= '0' && c <= '9')
		return c - '0';
	return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

static const char *step_hex(struct json_scan *scan, const char *at, const char *end)
{
	int digit = hex_digit(*at);

	if (digit < 0)
		return fail(scan, JSON_FAULT_ESCAPE, end);
	scan->unit = (uint16_t)(scan->unit << 4 | digit);
	return --scan->hex_left ? at + 1 : end_unit(scan, at, end);
}

static const char *step_low_slash(struct json_scan *scan, const char *at, const char *end)
{
	if (*at != '\\')
		return fail(scan, JSON_FAULT_ESCAPE, end);
	scan->state = STATE_LOW_U;
	return at + 1;
}

static const char *step_low_u(struct json_scan *scan, const char *at, const char *end)
{
	if (*at != 'u')
		return fail(scan, JSON_FAULT_ESCAPE, end);
	return step_escape(scan, at, end);
}

static bool end_word(struct json_scan *scan)
{
	struct bytes word = bytes_of(scan->word, scan->word_len);
	enum json_word kind;

	if (!json_word_read(word, &kind)) {
		fail(scan, JSON_FAULT_SYNTAX, NULL);
		return false;
	}
	if (!scan->is_quiet)
		scan->events->on_word(
		    scan->arg, kind, kind == JSON_WORD_NUMBER ? word : bytes_of(NULL, 0));
	end_value(scan);
	return true;
}

static const char *step_word(struct json_scan *scan, const char *at, const char *end)
{
	while (at < end && json_word_has(*at)) {
		if (scan->word_len == JSON_SCAN_WORD)
			return fail(scan, JSON_FAULT_LENGTH, end);
		scan->word[scan->word_len++] = *at++;
	}
	if (at < end && !end_word(scan))
		return end;
	return at;
}

static const char *step_done(struct json_scan *scan, const char *at, const char *end)
{
	at = skip_space(at, end);
	return at == end ? at : fail(scan, JSON_FAULT_SYNTAX, end);
}

static const char *step_bad(struct json_scan *scan, const char *at, const char *end)
{
	(void)scan;
	(void)at;
	return end;
}

static step_fn *const steps[] = {
	[STATE_VALUE] = step_value,
	[STATE_FIRST_ELEMENT] = step_value,
	[STATE_FIRST_NAME] = step_name,
	[STATE_NAME] = step_name,
	[STATE_COLON] = step_colon,
	[STATE_NEXT] = step_next,
	[STATE_TEXT] = step_text,
	[STATE_ESCAPE] = step_escape,
	[STATE_HEX] = step_hex,
	[STATE_LOW_SLASH] = step_low_slash,
	[STATE_LOW_U] = step_low_u,
	[STATE_WORD] = step_word,
	[STATE_DONE] = step_done,
	[STATE_BAD] = step_bad,
};
_Static_assert(sizeof(steps) / sizeof(*steps) == STATE_COUNT, "a step each");

void json_scan_init(struct json_scan *scan, const struct json_events *events, void *arg)
{
	memset(scan, 0, offsetof(struct json_scan, name)); /* the buffers need no clearing */
	scan->events = events;
	scan->arg = arg;
	scan->span = json_span_best();
	scan->text = json_text_best();
	json_scan_lend(scan, scan->own, JSON_SCAN_HOLD);
}

void json_scan_lend(struct json_scan *scan, char *hold, unsigned bytes)
{
	scan->hold = hold;
	scan->room = bytes;
}

static enum scan progress_of(const struct json_scan *scan)
{
	return scan->state == STATE_BAD    ? SCAN_BAD
	       : scan->state == STATE_DONE ? SCAN_DONE
					   : SCAN_MORE;
}

enum scan json_scan_take(struct json_scan *scan, struct bytes chunk)
{
	const char *at = chunk.at, *end = chunk.at + chunk.len;

	while (at < end)
		at = steps[scan->state](scan, at, end);
	return progress_of(scan);
}

enum scan json_scan_end(struct json_scan *scan)
{
	if (scan->state == STATE_WORD && scan->depth == 0)
		end_word(scan);
	if (scan->state >= STATE_TEXT && scan->state <= STATE_LOW_U)
		flush_hold(scan);
	return scan->state == STATE_DONE ? SCAN_DONE : SCAN_BAD;
}
