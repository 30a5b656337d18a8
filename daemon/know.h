#ifndef KNOW_H
#define KNOW_H

#include "exchange.h"

/*
 * From a head to facts: who asks, from where, with what. A reading of what the client, its TLS
 * and trusted proxies said.
 */

/* What is spoken, and in whose words to answer: needs nothing but the head and its route, NULL
 * where there is none. */
void know_voice(struct exchange *exchange, const struct snapshot_route *route);

/* Fills the exchange's facts and limit subject from its head. */
void know_head(struct exchange *exchange);

/* Adds what the body told to the limit subject. */
void know_prompt(struct exchange *exchange);

/* Adds what the limits said to verdict, score and reasons: the harshest word stands. */
void know_limits(struct exchange *exchange, const struct limit_verdict *limits);

#endif
