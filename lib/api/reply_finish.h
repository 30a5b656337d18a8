#ifndef API_REPLY_FINISH_H
#define API_REPLY_FINISH_H

#include "base/bytes.h"
#include "facts/reply.h"

/* The finish that a dialect's word stands for; UNKNOWN for words that end nothing
 * ("in_progress") or that nobody knows. */
enum reply_finish reply_finish_of(struct bytes word);

#endif
