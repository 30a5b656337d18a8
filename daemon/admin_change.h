#ifndef ADMIN_CHANGE_H
#define ADMIN_CHANGE_H

#include <stdio.h>

/*
 * What an operator changes without a reload: the mode of a limit or of the detection until the
 * next one, and the lists of the allowed and the denied. Pages of admin_page.h: each writes an
 * answer and returns its HTTP status.
 */
struct admin_call;
struct control;

/* Fields: rule (a limit's name, or "detection") and mode. */
int admin_change_mode(struct control *control, const struct admin_call *call, FILE *out);

/* Fields: act (add, del), list (allow, deny), kind (account, owner, prefix), and either hash
 * (16 hex digits) or, of an owner, name, or, of a prefix, address. */
int admin_change_lists(struct control *control, const struct admin_call *call, FILE *out);
int admin_change_show_lists(struct control *control, const struct admin_call *call, FILE *out);

#endif
