#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "base/keyed_hash.h"
#include "config/config.h"
#include "facts/asn.h"
#include "facts/cidr_list.h"
#include "facts/dialect.h"
#include "facts/identity.h"
#include "facts/owners.h"
#include "fingerprint/elicitation.h"
#include "limit/limit.h"
#include "metric_slots.h"
#include "server_book.h"

#include <openssl/ssl.h>
#include <stdatomic.h>

/*
 * Everything that a reload can change, compiled once and never written again: an exchange ends
 * under the snapshot that it began with. Counted references; the last one frees it. Counters,
 * evidence, connections and streams live elsewhere and outlast it.
 */

struct snapshot_upstream {
	const struct config_upstream *config;
	SSL_CTX *tls; /* NULL when no server is https */
};

/* The settings of an open listener. One that a reload took out of the file keeps its settings,
 * and the snapshot that holds them, until the restart that closes it. */
struct snapshot_listen {
	const struct config_listen *config;
	SSL_CTX *tls;           /* NULL = clear */
	struct snapshot *owner; /* of |config|; NULL = this snapshot */
};

struct snapshot_route {
	const struct config_route *config;
	size_t upstream; /* index into |upstreams| */
	bool is_told;    /* what is spoken there, else told by each head: */
	enum dialect dialect;
};

struct snapshot {
	_Atomic uint64_t refs;
	uint64_t generation; /* 1 at start, +1 a reload */
	/* enum config_mode of detection: the file's, or what the operator said since; the one
	 * thing here, with the limits' own modes, that changes. */
	_Atomic uint8_t detection_mode;
	struct config *config;
	struct keyed_hash *hash; /* the master: every worker clones it */
	struct cidr_list *trusted;
	struct identity *identity;
	struct owners *owners;           /* NULL = no file named */
	struct asn_table *asn;           /* NULL = no database named */
	struct elicitation *elicitation; /* NULL = no lexicon named */
	struct limit_set *limits;
	struct metric_slots slots; /* of the limits' counters */
	struct tls_tickets *tickets;
	size_t listen_count; /* listeners keep their number for the life of the process */
	struct snapshot_listen *listens;
	size_t upstream_count;
	struct snapshot_upstream *upstreams;
	/* Where they are. The main thread's: it puts a newer one here and tells the workers. */
	struct server_book *book;
	size_t route_count;
	struct snapshot_route *routes; /* most specific first */
};

/*
 * Builds the next generation from a configuration, which it takes even on failure. |previous|
 * may be NULL; what must outlast a reload is carried over from it: TLS ticket keys, the keys of
 * the hashes, the numbers of the listeners, the addresses of names. Names that are new are
 * resolved, and waited for a while (main thread only). NULL, with every fault appended to
 * |faults|, when a secret, certificate, database, list or name is not to be had.
 */
struct snapshot *snapshot_new(
    struct config *config, struct snapshot *previous, struct config_list *faults);

struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot); /* NULL is allowed; any thread */

/* Whether |route| takes a request for |path| (without its query) at |host| (with or without a
 * port; may be empty). A path matches whole segments: "/v1" takes "/v1/x" and not "/v1x". The
 * server itself, "*" (RFC 9112 §3.2.4), is taken like "/". */
bool snapshot_route_matches(
    const struct snapshot_route *route, struct bytes path, struct bytes host);

#endif
