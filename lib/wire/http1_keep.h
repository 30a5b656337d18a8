#ifndef WIRE_HTTP1_KEEP_H
#define WIRE_HTTP1_KEEP_H

#include "base/arena.h"
#include "wire/http1.h"

/*
 * A copy of |head| and of the bytes that it borrows, all in |arena|: for a head that must
 * outlive the buffer it was read into. NULL when the arena is full.
 */
struct http1_head *http1_keep(struct arena *arena, const struct http1_head *head);

#endif
