#ifndef HTTP1_TALK_NOTES_H
#define HTTP1_TALK_NOTES_H

/* What the reader of a connection remembers of it: see http1_talk.h. */
#include "base/text.h"
#include "wire/http1_body.h"
#include "wire/http1_finder.h"

#define TALK_BYTES 150000

enum talk_end { TALK_OPEN, TALK_CLOSED, TALK_FAULTY };

struct talk {
	/* Set before the first piece. */
	bool is_response, answers_head;
	void (*on_head)(const struct http1_head *head);
	struct bytes (*lend_host)(struct bytes head); /* for a request without one */

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

/* Whether two readers understood the same. */
static inline bool talk_is_same(const struct talk *a, const struct talk *b)
{
	return a->end == b->end && a->fault == b->fault && a->messages == b->messages &&
	       a->in_body == b->in_body &&
	       bytes_equal(text_bytes(&a->notes), text_bytes(&b->notes)) &&
	       bytes_equal(text_bytes(&a->bodies), text_bytes(&b->bodies));
}

#endif
