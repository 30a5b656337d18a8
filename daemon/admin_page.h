#ifndef ADMIN_PAGE_H
#define ADMIN_PAGE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * The pages of the admin listener, one row each: what they are called, what they are, and who
 * writes them.
 */
struct control;

struct admin_page {
	const char *path;
	const char *type;   /* Content-Type */
	const char *policy; /* Content-Security-Policy, or NULL */
	bool is_change;     /* by POST and with the token; else by GET or HEAD */
	/* Writes the body and returns the HTTP status. */
	int (*write)(struct control *control, FILE *out);
};

/* The page at |path|, or NULL. */
const struct admin_page *admin_page_find(const char *path);

#endif
