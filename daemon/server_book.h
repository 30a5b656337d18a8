#ifndef SERVER_BOOK_H
#define SERVER_BOOK_H

#include "lookup.h"

#include <openssl/ssl.h>
#include <stdatomic.h>
#include <sys/socket.h>

/*
 * Where a snapshot's upstreams are: names, their addresses, and the servers that follow. Made
 * anew when an address changes, and never written again; references are counted. Its TLS
 * contexts are the snapshot's: who holds a book holds its snapshot.
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

struct server_list {
	size_t count;
	struct snapshot_server *servers;
};

struct server_address {
	struct sockaddr_storage at;
	socklen_t bytes;
};

/* A host of some URL. Its addresses are sorted, each once. */
struct server_name {
	struct lookup_name name;
	bool is_literal;  /* an address that nobody needs to be asked for */
	int64_t every_us; /* how often it is asked for again; 0 = never */
	size_t count;
	struct server_address *addresses;
};

struct server_book {
	_Atomic uint64_t refs;
	size_t upstream_count, name_count;
	struct server_list *lists; /* one an upstream */
	struct server_name *names;
};

struct server_book *server_book_ref(struct server_book *book);
void server_book_unref(struct server_book *book); /* NULL is allowed; any thread */

/* The entry of that name, or NULL. */
struct server_name *server_book_find(
    const struct server_book *book, const struct lookup_name *name);

/* Replaces the addresses of an entry by what was found. */
void server_book_fill(struct server_name *entry, const struct addrinfo *found);

/* A copy of an entry's addresses, in the place of |entry|'s. */
void server_book_copy(struct server_name *entry, const struct server_name *from);

bool server_book_same(const struct server_name *a, const struct server_name *b);

#endif
