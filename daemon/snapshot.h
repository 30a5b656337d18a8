#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "base/fault.h"
#include "base/keyed_hash.h"
#include "config/config.h"
#include "facts/address.h"
#include "facts/asn.h"
#include "facts/identity.h"
#include "limit/limit.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

/*
 * Everything that a reload can change, compiled once and never written again: an exchange ends
 * under the snapshot that it began with. Counted references; the last one frees it. Counters,
 * evidence, connections and streams live elsewhere and outlast it.
 */

/* One address of an upstream. */
struct snapshot_server {
	char name[300]; /* "http://gateway:9000", for logs and metrics */
	char host[256]; /* what its certificate must be for: a name or an address */
	char sni[256];  /* "" = none: an address is never sent as one */
	struct sockaddr_storage address;
	socklen_t address_bytes;
	uint64_t identity; /* the same server in two generations has the same number */
	SSL_CTX *tls;      /* NULL = clear; borrowed from the upstream */
};

struct snapshot_upstream {
	const struct config_upstream *config;
	SSL_CTX *tls; /* NULL when no server is https */
	size_t server_count;
	struct snapshot_server *servers;
};

struct snapshot_route {
	const struct config_route *config;
	size_t upstream; /* index into |upstreams| */
};

struct snapshot {
	_Atomic uint64_t refs;
	uint64_t generation; /* 1 at start, +1 a reload */
	struct config *config;
	struct keyed_hash *hash; /* the master: every worker clones it */
	struct cidr_list *trusted;
	struct identity *identity;
	struct asn *asn; /* NULL = no database named */
	struct limit_set *limits;
	size_t listen_count;
	SSL_CTX **listen_tls; /* one a listener, NULL = clear */
	size_t upstream_count;
	struct snapshot_upstream *upstreams;
	size_t route_count;
	struct snapshot_route *routes; /* most specific first */
};

/*
 * Builds the next generation from a configuration, which it takes even on failure. |previous|
 * may be NULL; TLS ticket keys are carried over from it, so that sessions survive a reload.
 * Resolves upstream names (it may block: main thread only). NULL with a fault when a
 * certificate, a database, a list or a name is not to be had.
 */
struct snapshot *snapshot_new(
    struct config *config, const struct snapshot *previous, struct fault *fault);

struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot); /* NULL is allowed; any thread */

#endif
