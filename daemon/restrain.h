#ifndef RESTRAIN_H
#define RESTRAIN_H

#include "exchange.h"

/*
 * Our own answers: refusals in the client's dialect and the errors of a proxy. They never say
 * which rule or feature fired.
 */

/* Sends the answer |exchange->answer| through the codec; the reply is begun and done by it. */
void restrain_answer(struct exchange *exchange);

#endif
