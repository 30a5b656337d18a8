#ifndef MOCK_ANSWER_H
#define MOCK_ANSWER_H

#include "peer.h"

/* The head of |peer->request| is known. */
void answer_begin(struct peer *peer);

/* The request is whole. */
void answer_ready(struct peer *peer);

/* The timer rang, or everything sent has left: what comes next. */
void answer_step(struct peer *peer);

/* The client left before the end. */
void answer_abandon(struct peer *peer);

#endif
