#ifndef RELAY_H
#define RELAY_H

#include "exchange.h"
#include "upstream.h"

/*
 * Bytes between a client and an upstream, both ways, without keeping them: what a read brings
 * is written in the same turn. While one side is slow, the other is not read.
 */

/* The exchange's head to its upstream (gathered; exchange_request_flush sends it). False when
 * it does not fit. */
bool relay_send_head(struct exchange *exchange);

/* The request's body, gathered in the framing that was promised. */
void relay_request_body(struct exchange *exchange, struct bytes span);
void relay_request_trailer(struct exchange *exchange, struct bytes line);
void relay_request_end(struct exchange *exchange);
void relay_request_flush(struct exchange *exchange);

/* Events of the upstream's link. */
void relay_on_readable(struct upstream_conn *conn);
void relay_on_drained(struct upstream_conn *conn);
void relay_on_end(struct upstream_conn *conn, enum link_end end);

/* The client takes bytes again. */
void relay_resume(struct exchange *exchange);

#endif
