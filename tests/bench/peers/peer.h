#ifndef PEER_H
#define PEER_H

#include <stddef.h>

/* One parse of a whole body by somebody else's library: 0, or -1 when it refused. */
int peer_simdjson_dom(const char *at, size_t len);
int peer_simdjson_ondemand(const char *at, size_t len);

#endif
