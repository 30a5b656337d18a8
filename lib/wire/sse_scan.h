#ifndef WIRE_SSE_SCAN_H
#define WIRE_SSE_SCAN_H

#include "base/bytes.h"

/*
 * Server-sent events as they pass (WHATWG HTML, "Server-sent events", §9.2.6): lines end in CR,
 * LF or CRLF, chunks split anywhere, an event ends at an empty line. It is a tap: data goes on
 * as it comes, nothing is kept but the beginning of a field's name and the event's name.
 */
#define SSE_SCAN_NAME 64

struct sse_events {
	/* A piece of the event's data, borrowed; where a second data line begins, a line feed
	 * comes first. */
	void (*on_data)(void *arg, struct bytes piece);
	/* The event that has ended; |name| is empty or what its event line said, cut to
	 * SSE_SCAN_NAME. Only events with data end here. */
	void (*on_event)(void *arg, struct bytes name);
};

struct sse_scan {
	const struct sse_events *events;
	void *arg;
	uint8_t state, bom_left;
	bool was_cr, has_data;
	uint8_t field_len, name_len;
	char field[8], name[SSE_SCAN_NAME];
};

void sse_scan_init(struct sse_scan *scan, const struct sse_events *events, void *arg);
void sse_scan_take(struct sse_scan *scan, struct bytes chunk);

#endif
