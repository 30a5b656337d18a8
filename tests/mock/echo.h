#ifndef MOCK_ECHO_H
#define MOCK_ECHO_H

#include "peer.h"

/* What arrived, as JSON: method, target, version, headers in order, trailers, body length and
 * its SHA-256, the connection's number, whether it was TLS. */
void echo_add(struct pile *page, struct peer *peer);
void echo_add_stats(struct pile *page, const struct mock_counts *counts);

/* One line in the log, if there is one: a whole request, an answer's end. */
void echo_log_request(struct peer *peer);
void echo_log_end(struct peer *peer, const char *how);

#endif
