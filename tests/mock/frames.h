#ifndef MOCK_FRAMES_H
#define MOCK_FRAMES_H

#include "peer.h"

/* Whether a request asks for a WebSocket on /v1/realtime (RFC 6455 §4.2.1). */
bool frames_wanted(const struct request *request);

/* Answers 101, choosing the first subprotocol offered; the peer then speaks frames. */
void frames_accept(struct peer *peer);

/* Eats whole frames: messages come back unmasked, pings as pongs, a close closes. */
void frames_take(struct peer *peer, struct bytes *in);

#endif
