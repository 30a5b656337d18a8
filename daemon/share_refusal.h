#ifndef SHARE_REFUSAL_H
#define SHARE_REFUSAL_H

#include "base/bytes.h"
#include "base/fault.h"

/* Puts an error reply of Redis into words: "redis HOST is still loading its data (LOADING …)".
 * Always returns -1. */
int share_refusal_say(struct fault *fault, const char *server, struct bytes reply);

#endif
