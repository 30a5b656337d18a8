#ifndef RESOLVE_H
#define RESOLVE_H

#include "base/fault.h"
#include "snapshot.h"

/*
 * Upstream names become addresses here and nowhere else: once a generation, on the main thread,
 * so that no worker ever waits for DNS. Every address of a name is a server of its own.
 */

/*
 * Appends the addresses of |url| to the servers of |upstream|, whose |config| and |tls| are
 * set. An address that the name gives twice is left out; a URL that is listed
 * twice counts twice. -1 with a fault when the name has none.
 */
int resolve_server(
    struct snapshot_upstream *upstream, const struct config_url *url, struct fault *fault);

#endif
