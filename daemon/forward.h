#ifndef FORWARD_H
#define FORWARD_H

#include "exchange.h"

/*
 * What the upstream sees of a request: the client's end-to-end headers as they were, in their
 * order, plus what Retort says (design: Retort-*). Inbound Retort-* headers never pass.
 */

/* Writes the request's head. */
void forward_write_head(const struct exchange *exchange, struct text *out);

#endif
