#ifndef ADMIN_PAGE_H
#define ADMIN_PAGE_H

#include "question.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * The pages of the admin listener, one row each: what they are called, what they are, and who
 * writes them.
 */
struct control;
struct evkeyvalq;

/* What a request said, beside its path. */
struct admin_call {
	const char *tail;         /* the rest of the path, of a page whose path ends in '/' */
	struct evkeyvalq *fields; /* of its query or, for a change, its body */
};

struct admin_page {
	const char *path;
	const char *type;   /* Content-Type */
	const char *policy; /* Content-Security-Policy, or NULL */
	bool is_change;     /* by POST and with the token; else by GET or HEAD */
	/* Writes the body and returns the HTTP status; NULL when the engine's thread does. */
	int (*write)(struct control *control, const struct admin_call *call, FILE *out);
	enum question_kind question;
};

/* The page at |path|: the one for changes or the one for reading, or else the other one, or
 * NULL. */
const struct admin_page *admin_page_find(const char *path, bool is_change);

#endif
