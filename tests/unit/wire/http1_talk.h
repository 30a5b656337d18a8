#ifndef HTTP1_TALK_H
#define HTTP1_TALK_H

/*
 * A connection as its reader understands it: bytes come in pieces, and everything that was
 * understood is noted as text, so that two readings of the same bytes can be compared. Used by
 * the vectors and by the fuzz targets.
 */
#include "http1_talk_notes.h"

#include <assert.h>
#include <stdlib.h>

static inline enum http1_fault talk_parse(
    const struct talk *talk, struct bytes bytes, struct http1_head *head)
{
	enum http1_fault fault;

	if (talk->is_response)
		return http1_parse_response(
		    bytes, &HTTP1_LIMITS_DEFAULT, talk->answers_head, head);
	fault = http1_parse_request(bytes, &HTTP1_LIMITS_DEFAULT, head);
	if (fault == HTTP1_FAULT_HOST_MISSING && talk->lend_host)
		fault = http1_parse_request(
		    talk->lend_host(bytes), &HTTP1_LIMITS_DEFAULT, head);
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

#endif
