/*
 * From "https://gateway:8443" to the addresses that a worker can connect to. A name that cannot
 * be resolved is a fault of a new configuration, never a server that silently is not there; one
 * that could be once keeps its addresses until there are others.
 */
#include "resolve.h"

#include "base/xalloc.h"
#include "config/complaint.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static bool is_address(const char *host)
{
	unsigned char at[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, at) == 1 || inet_pton(AF_INET6, host, at) == 1;
}

/* Connections are pooled by this number: whatever makes two of them differ is in it. */
static uint64_t identity_of(
    const struct snapshot_server *server, const struct config_upstream *config)
{
	XXH64_state_t *state = XXH64_createState();
	const char *ca = server->tls && config->tls.ca ? config->tls.ca : "";
	bool is_verified = server->tls && config->tls.is_verified;
	uint64_t identity;

	XXH64_reset(state, server->tls != NULL);
	XXH64_update(state, &server->address, server->address_bytes);
	XXH64_update(state, server->host, strlen(server->host) + 1);
	XXH64_update(state, server->sni, strlen(server->sni) + 1);
	XXH64_update(state, ca, strlen(ca) + 1);
	XXH64_update(state, &is_verified, sizeof(is_verified));
	identity = XXH64_digest(state);
	XXH64_freeState(state);
	return identity;
}

/* The name of the URL; with the address behind it where a name has several. */
static void name_server(
    struct snapshot_server *server, const struct config_url *url, bool is_one_of_many)
{
	char address[INET6_ADDRSTRLEN] = "";

	getnameinfo((const struct sockaddr *)&server->address, server->address_bytes, address,
	    sizeof(address), NULL, 0, NI_NUMERICHOST);
	if (is_one_of_many)
		snprintf(server->name, sizeof(server->name), "%s (%s)", url->text, address);
	else
		snprintf(server->name, sizeof(server->name), "%s", url->text);
}

static struct snapshot_server server_of(const struct snapshot_upstream *upstream,
    const struct config_url *url, const struct server_address *at, bool is_one_of_many)
{
	const char *wanted = upstream->config->tls.sni ? upstream->config->tls.sni : url->host;
	struct snapshot_server server = { .tls = url->is_tls ? upstream->tls : NULL };

	server.address = at->at;
	server.address_bytes = at->bytes;
	snprintf(server.host, sizeof(server.host), "%s", wanted);
	if (server.tls && !is_address(wanted)) /* RFC 6066 §3: no literal addresses */
		snprintf(server.sni, sizeof(server.sni), "%s", wanted);
	name_server(&server, url, is_one_of_many);
	server.identity = identity_of(&server, upstream->config);
	return server;
}

static struct lookup_name name_of(const struct config_url *url)
{
	struct lookup_name name = { .port = url->port };

	snprintf(name.host, sizeof(name.host), "%s", url->host);
	return name;
}

static void fill_list(const struct server_book *book, const struct snapshot_upstream *upstream,
    struct server_list *list)
{
	for (size_t i = 0; i < upstream->config->server_count; i++) {
		const struct config_url *url = &upstream->config->servers[i];
		struct lookup_name name = name_of(url);
		const struct server_name *entry = server_book_find(book, &name);

		list->servers = xalloc_grow(
		    list->servers, list->count + entry->count, sizeof(*list->servers));
		for (size_t j = 0; j < entry->count; j++)
			list->servers[list->count++] = server_of(
			    upstream, url, &entry->addresses[j], entry->count > 1);
	}
}

static void fill_lists(struct server_book *book, const struct snapshot *snapshot)
{
	book->upstream_count = snapshot->upstream_count;
	book->lists = xalloc_array(book->upstream_count, sizeof(*book->lists));
	for (size_t i = 0; i < book->upstream_count; i++)
		fill_list(book, &snapshot->upstreams[i], &book->lists[i]);
}

/* An address is its own answer. */
static void fill_literal(struct server_name *entry)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char port[8];

	snprintf(port, sizeof(port), "%u", entry->name.port);
	entry->is_literal = getaddrinfo(entry->name.host, port, &hints, &found) == 0;
	if (!entry->is_literal)
		return;
	server_book_fill(entry, found);
	freeaddrinfo(found);
}

static void add_name(struct server_book *book, const struct config_upstream *upstream,
    const struct config_url *url)
{
	struct lookup_name name = name_of(url);
	struct server_name *entry = server_book_find(book, &name);

	if (!entry) {
		book->names = xalloc_grow(
		    book->names, book->name_count + 1, sizeof(*book->names));
		entry = &book->names[book->name_count++];
		*entry = (struct server_name){ .name = name,
			.every_us = upstream->resolve_every_us };
		fill_literal(entry);
	}
	if (upstream->resolve_every_us &&
	    (!entry->every_us || upstream->resolve_every_us < entry->every_us))
		entry->every_us = upstream->resolve_every_us;
}

static struct server_book *new_book(const struct config *config)
{
	struct server_book *book = xalloc(sizeof(*book));

	book->refs = 1;
	for (size_t i = 0; i < config->upstream_count; i++)
		for (size_t j = 0; j < config->upstreams[i].server_count; j++)
			add_name(book, &config->upstreams[i], &config->upstreams[i].servers[j]);
	return book;
}

static void fill_known(struct server_book *book, const struct server_book *known)
{
	for (size_t i = 0; known && i < book->name_count; i++) {
		const struct server_name *old = server_book_find(known, &book->names[i].name);

		if (old && !book->names[i].count)
			server_book_copy(&book->names[i], old);
	}
}

/* Asks for what is not known yet. NULL with a fault when that cannot even be tried. */
static struct lookup *ask(const struct server_book *book, struct fault *fault)
{
	struct lookup_name *names = xalloc_array(book->name_count + 1, sizeof(*names));
	struct lookup *lookup;
	size_t count = 0;

	for (size_t i = 0; i < book->name_count; i++)
		if (!book->names[i].count)
			names[count++] = book->names[i].name;
	lookup = lookup_begin(names, count, fault);
	free(names);
	return lookup;
}

/* Every URL whose name has no address is complained of. */
static bool is_complete(const struct server_book *book, const struct config *config,
    const struct lookup *lookup, struct config_list *faults)
{
	bool is_complete = true;

	for (size_t i = 0; i < config->upstream_count; i++) {
		const struct config_upstream *upstream = &config->upstreams[i];

		for (size_t j = 0; j < upstream->server_count; j++) {
			struct lookup_name name = name_of(&upstream->servers[j]);
			struct fault fault;

			if (server_book_find(book, &name)->count)
				continue;
			is_complete = false;
			faults->passing += lookup_may_come(lookup, &name);
			if (lookup_found(lookup, &name, &fault))
				fault_say(&fault, "%s: was answered too late", name.host);
			complaint_about(faults, config, &upstream->servers,
			    "upstreams.servers: %s", fault.text);
		}
	}
	return is_complete;
}

static void fill_found(struct server_book *book, const struct lookup *lookup)
{
	for (size_t i = 0; i < book->name_count; i++) {
		struct server_name *entry = &book->names[i];
		const struct addrinfo *found;
		struct fault fault;

		if (entry->is_literal)
			continue;
		found = lookup_found(lookup, &entry->name, &fault);
		if (found)
			server_book_fill(entry, found);
	}
}

struct server_book *resolve_book(const struct snapshot *snapshot,
    const struct server_book *known, struct config_list *faults)
{
	struct server_book *book = new_book(snapshot->config);
	struct lookup *lookup;
	struct fault fault;
	bool is_whole;

	fill_known(book, known);
	lookup = ask(book, &fault);
	if (!lookup) {
		complaint_add(faults, &fault);
		server_book_unref(book);
		return NULL;
	}
	lookup_wait(lookup, RESOLVE_WAIT_US);
	fill_found(book, lookup);
	is_whole = is_complete(book, snapshot->config, lookup, faults);
	lookup_end(lookup);
	if (is_whole) {
		fill_lists(book, snapshot);
		return book;
	}
	server_book_unref(book);
	return NULL;
}

struct server_book *resolve_again(const struct snapshot *snapshot, const struct lookup *lookup)
{
	struct server_book *book = new_book(snapshot->config);
	bool is_changed = false;

	fill_known(book, snapshot->book);
	fill_found(book, lookup);
	for (size_t i = 0; i < book->name_count; i++)
		is_changed |= !server_book_same(
		    &book->names[i], server_book_find(snapshot->book, &book->names[i].name));
	if (is_changed) {
		fill_lists(book, snapshot);
		return book;
	}
	server_book_unref(book);
	return NULL;
}
