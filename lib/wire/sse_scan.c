/*
 * The event stream scanner. Long values pass through in the pieces they came in; it must never
 * hold back or count on the length of a line.
 */
#include "wire/sse_scan.h"

enum sse_state {
	STATE_FIELD,       /* in a field's name, or at the line's start */
	STATE_VALUE_START, /* after the colon: one space may follow */
	STATE_DATA,
	STATE_NAME,
	STATE_SKIP, /* in the value of another field, or a comment */
	STATE_COUNT
};

void sse_scan_init(struct sse_scan *scan, const struct sse_events *events, void *arg)
{
	*scan = (struct sse_scan){ .events = events, .arg = arg, .bom_left = 3 };
}

static bool is_field(const struct sse_scan *scan, const char *name)
{
	return bytes_equal(bytes_of(scan->field, scan->field_len), bytes_of_text(name));
}

/* What the field's value will be; called at its colon, or at the line's end without one. */
static enum sse_state begin_value(struct sse_scan *scan)
{
	if (is_field(scan, "data")) {
		if (scan->has_data)
			scan->events->on_data(scan->arg, BYTES("\n"));
		scan->has_data = true;
		return STATE_DATA;
	}
	if (!is_field(scan, "event"))
		return STATE_SKIP;
	scan->name_len = 0;
	return STATE_NAME;
}

static void end_line(struct sse_scan *scan)
{
	if (scan->state == STATE_FIELD && scan->field_len) {
		begin_value(scan);
	} else if (scan->state == STATE_FIELD) {
		if (scan->has_data)
			scan->events->on_event(scan->arg, bytes_of(scan->name, scan->name_len));
		scan->has_data = false;
		scan->name_len = 0;
	}
	scan->state = STATE_FIELD;
	scan->field_len = 0;
}

static void take_field_byte(struct sse_scan *scan, char c)
{
	if (c == ':') {
		scan->state = STATE_VALUE_START;
	} else if (scan->field_len < sizeof(scan->field)) {
		scan->field[scan->field_len++] = c;
	} /* longer than any we know: it stays unknown */
}

static void take_run(struct sse_scan *scan, struct bytes run)
{
	size_t room = sizeof(scan->name) - scan->name_len;

	if (scan->state == STATE_DATA)
		scan->events->on_data(scan->arg, run);
	if (scan->state != STATE_NAME)
		return;
	memcpy(scan->name + scan->name_len, run.at, run.len < room ? run.len : room);
	scan->name_len = (uint8_t)(scan->name_len + (run.len < room ? run.len : room));
}

/* The length of the run before the next line end. */
static size_t run_length(struct bytes rest)
{
	const char *feed = memchr(rest.at, '\n', rest.len);
	size_t len = feed ? (size_t)(feed - rest.at) : rest.len;
	const char *back = memchr(rest.at, '\r', len);

	return back ? (size_t)(back - rest.at) : len;
}

/* Takes the line's bytes at the head of |rest|; returns how many. */
static size_t take_line(struct sse_scan *scan, struct bytes rest)
{
	size_t len;

	if (scan->state == STATE_FIELD) {
		take_field_byte(scan, rest.at[0]);
		return 1;
	}
	if (scan->state == STATE_VALUE_START) {
		scan->state = begin_value(scan);
		return rest.at[0] == ' ';
	}
	len = run_length(rest);
	take_run(scan, bytes_of(rest.at, len));
	return len;
}

/* A byte order mark may stand at the very start. */
static bool is_bom_byte(struct sse_scan *scan, char c)
{
	static const char bom[] = { '\xBF', '\xBB', '\xEF' };

	if (!scan->bom_left)
		return false;
	if (c == bom[scan->bom_left - 1]) {
		scan->bom_left--;
		return true;
	}
	scan->bom_left = 0;
	return false;
}

void sse_scan_take(struct sse_scan *scan, struct bytes chunk)
{
	size_t i = 0;

	while (i < chunk.len) {
		char c = chunk.at[i];

		if (is_bom_byte(scan, c)) {
			i++;
		} else if (c == '\n' && scan->was_cr) {
			scan->was_cr = false;
			i++;
		} else if (c == '\n' || c == '\r') {
			if (scan->state == STATE_VALUE_START)
				scan->state = begin_value(scan);
			scan->was_cr = c == '\r';
			end_line(scan);
			i++;
		} else {
			scan->was_cr = false;
			i += take_line(scan, bytes_of(chunk.at + i, chunk.len - i));
		}
	}
}
