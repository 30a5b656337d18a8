#ifndef RELAY_REPLY_H
#define RELAY_REPLY_H

#include "upstream.h"

/*
 * The reply's way back: heads are understood and written anew, body bytes go on as they came.
 */

/* Takes what was just read; false when the connection is no longer to be read now (the reply is
 * over, the client is slow, the exchange has ended). */
bool relay_reply_feed(struct upstream_conn *conn, struct bytes input);

/* Whether the upstream may close now without having cut the reply short. */
bool relay_reply_may_end(const struct upstream_conn *conn);

/* The reply is whole: tells the client and walks the exchange on. */
void relay_reply_finish(struct upstream_conn *conn);

#endif
