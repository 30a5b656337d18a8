#ifndef KNOW_H
#define KNOW_H

#include "exchange.h"

/*
 * From a head to facts: who asks, from where, with what. A reading of what the client, its TLS
 * and trusted proxies said.
 */

/* In whose words to answer: needs nothing but the head. */
void know_voice(struct exchange *exchange);

/* Fills the exchange's facts and limit subject from its head. */
void know_head(struct exchange *exchange);

/* Turns what the limits said into verdict, score and reasons. */
void know_limits(struct exchange *exchange);

#endif
