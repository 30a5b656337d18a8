#ifndef HTTP1_TALK_H
#define HTTP1_TALK_H

/*
 * A connection as its reader understands it: bytes come in pieces, and everything that was
 * understood is noted as text, so that two readings of the same bytes can be compared. Used by
 * the vectors and by the fuzz targets.
 */
#include "base/text.h"
#include "wire/http1_body.h"
#include "wire/http1_finder.h"

#include <assert.h>
#include <stdlib.h>

#define TALK_BYTES 150000

enum talk_end { TALK_OPEN, TALK_CLOSED, TALK_FAULTY };

struct talk {
	/* Set before the first piece. */
	bool is_response, answers_head;
	bool lends_host; /* adds the Host that most public vectors lack */
	void (*on_head)(const struct http1_head *head);

	enum talk_end end;
	enum http1_fault fault;
	int messages; /* whole ones */
	bool in_body, upgrades;
	struct http1_finder finder;
	struct http1_body body;
	struct text notes, bodies;
	size_t pending_len;
	char pending[TALK_BYTES], notes_at[TALK_BYTES], bodies_at[TALK_BYTES], line[128];
};

static inline void talk_begin(struct talk *talk, bool is_response)
{
	memset(talk, 0, offsetof(struct talk, pending));
	talk->is_response = is_response;
	talk->finder.is_response = is_response;
	talk->notes = text_in(talk->notes_at, sizeof(talk->notes_at));
	talk->bodies = text_in(talk->bodies_at, sizeof(talk->bodies_at));
}

static inline void talk_note(struct talk *talk, const char *what, struct bytes b)
{
	text_add(&talk->notes, bytes_of_text(what));
	text_add_char(&talk->notes, ' ');
	text_add(&talk->notes, b);
	text_add_char(&talk->notes, '\n');
}

static inline void talk_note_head(struct talk *talk, const struct http1_head *head)
{
	talk_note(talk, "method", head->method);
	talk_note(talk, "path", head->path);
	talk_note(talk, head->query.at ? "query" : "no query", head->query);
	talk_note(talk, "host", head->host);
	talk_note(talk, "reason", head->reason);
	text_add_format(&talk->notes, "1.%d status %d framing %d length %llu flags %d%d%d\n",
	    head->minor, head->status, head->framing, (unsigned long long)head->content_length,
	    head->keeps_alive, head->expects_continue, head->wants_upgrade);
	for (int i = 0; i < head->count; i++) {
		talk_note(talk, "name", head->header[i].name);
		talk_note(
		    talk, head->header[i].is_hop_by_hop ? "hop" : "end", head->header[i].value);
	}
}

/* The head with a Host behind its first line: the one its target names, or any. */
static inline struct bytes talk_lend_host(struct bytes head)
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
	assert(!out.is_cut);
	return text_bytes(&out);
}

static inline enum http1_fault talk_parse(
    const struct talk *talk, struct bytes bytes, struct http1_head *head)
{
	enum http1_fault fault;

	if (talk->is_response)
		return http1_parse_response(
		    bytes, &HTTP1_LIMITS_DEFAULT, talk->answers_head, head);
	fault = http1_parse_request(bytes, &HTTP1_LIMITS_DEFAULT, head);
	if (fault == HTTP1_FAULT_HOST_MISSING && talk->lends_host)
		fault = http1_parse_request(talk_lend_host(bytes), &HTTP1_LIMITS_DEFAULT, head);
	return fault;
}

/* Eats a whole head off |all|; returns the bytes eaten, 0 when there is none or it is faulty.
 */
static inline size_t talk_hear_head(struct talk *talk, struct bytes all)
{
	static struct http1_head head;
	struct bytes bytes;
	enum scan scan = http1_finder_next(
	    &talk->finder, all, &HTTP1_LIMITS_DEFAULT, &bytes, &talk->fault);

	if (scan == SCAN_MORE)
		return 0;
	if (scan == SCAN_DONE)
		talk->fault = talk_parse(talk, bytes, &head);
	if (talk->fault) {
		talk->end = TALK_FAULTY;
		return 0;
	}
	talk_note_head(talk, &head);
	if (talk->on_head)
		talk->on_head(&head);
	talk->in_body = true;
	talk->upgrades = head.wants_upgrade;
	talk->end = head.keeps_alive && !head.wants_upgrade ? TALK_OPEN : TALK_CLOSED;
	http1_body_init(
	    &talk->body, head.framing, head.content_length, talk->line, sizeof(talk->line));
	return (size_t)(bytes.at + bytes.len - all.at);
}

/* Eats what |all| holds of a body; returns the bytes eaten. */
static inline size_t talk_hear_body(struct talk *talk, struct bytes all)
{
	struct bytes input = all, span;
	enum http1_step step;

	while ((step = http1_body_next(&talk->body, &input, &span)) == HTTP1_STEP_SPAN ||
	       step == HTTP1_STEP_TRAILER) {
		if (step == HTTP1_STEP_SPAN)
			text_add(&talk->bodies, span);
		else
			talk_note(talk, "trailer", span);
	}
	if (step == HTTP1_STEP_BAD) {
		talk->end = TALK_FAULTY;
		talk->fault = talk->body.fault;
	}
	if (step == HTTP1_STEP_DONE) {
		talk->in_body = false;
		talk->messages++;
		talk->finder = (struct http1_finder){ .is_response = talk->is_response };
		text_add_format(&talk->notes, "whole with %zu\n", talk->bodies.len);
	}
	return all.len - input.len;
}

/* Eats something of what is pending, from an exact heap copy, so that a read beyond it is seen
 * by the sanitizer. True when there may be more to eat. */
static inline bool talk_eat(struct talk *talk)
{
	bool was_body = talk->in_body;
	char *copy = malloc(talk->pending_len + !talk->pending_len);
	struct bytes all = bytes_of(copy, talk->pending_len);
	size_t eaten;

	assert(copy);
	memcpy(copy, talk->pending, all.len);
	eaten = was_body ? talk_hear_body(talk, all) : talk_hear_head(talk, all);
	free(copy);
	talk->pending_len -= eaten;
	memmove(talk->pending, talk->pending + eaten, talk->pending_len);
	return eaten || was_body != talk->in_body;
}

/* Reads one more piece. What comes after the last message stays pending. */
static inline void talk_hear(struct talk *talk, struct bytes piece)
{
	assert(piece.len <= sizeof(talk->pending) - talk->pending_len);
	memcpy(talk->pending + talk->pending_len, piece.at, piece.len);
	talk->pending_len += piece.len;
	while (talk->end == TALK_OPEN || (talk->end == TALK_CLOSED && talk->in_body))
		if (!talk_eat(talk))
			return;
}

/* Whether two readers understood the same. */
static inline bool talk_is_same(const struct talk *a, const struct talk *b)
{
	return a->end == b->end && a->fault == b->fault && a->messages == b->messages &&
	       a->in_body == b->in_body &&
	       bytes_equal(text_bytes(&a->notes), text_bytes(&b->notes)) &&
	       bytes_equal(text_bytes(&a->bodies), text_bytes(&b->bodies));
}

#endif
