#ifndef WIRE_HTTP1_FACTS_H
#define WIRE_HTTP1_FACTS_H

#include "wire/http1.h"

/*
 * What the headers of |head| say together, once they are all read. Each fills its fields of
 * |head| or returns the first fault.
 */

/* |framing| and |content_length|, as if a body were allowed (RFC 9112 §6.3). */
enum http1_fault http1_facts_framing(struct http1_head *head);

/* |keeps_alive|, |wants_upgrade|, and which unknown headers end here. */
enum http1_fault http1_facts_connection(struct http1_head *head);

/* |expects_continue|. */
enum http1_fault http1_facts_expect(struct http1_head *head);

#endif
