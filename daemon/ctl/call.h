#ifndef CALL_H
#define CALL_H

#include "base/bytes.h"
#include "base/fault.h"
#include "ctl.h"

/*
 * One question to the admin listener: a connection, a request, the whole answer. Blocking, with
 * a deadline of its own, for a program that has nothing else to do.
 */
struct call_answer {
	int status;
	struct bytes body; /* inside |bytes| */
	char *bytes;       /* owned */
};

/* -1 with a fault when the daemon was not reached or did not speak HTTP. Any status is a
 * success here. */
int call_make(const struct ctl_options *options, const char *method, const char *path,
    struct call_answer *answer, struct fault *fault);

void call_answer_fini(struct call_answer *answer);

/*
 * The same, and what commands do with it: prints why on standard error when the daemon was not
 * reached. Returns false then.
 */
bool call_or_say(const struct ctl_options *options, const char *method, const char *path,
    struct call_answer *answer);

#endif
