/*
 * From "https://gateway:8443" to the addresses that a worker can connect to. It blocks, as
 * getaddrinfo(3) does; a name that cannot be resolved is a fault of the configuration, never a
 * server that silently is not there.
 */
#include "resolve.h"

#include "base/xalloc.h"

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

/* AI_ADDRCONFIG leaves out ::1 where nobody speaks IPv6; a machine with nothing but loopback
 * has no address in its sense, so a second look goes without. */
static struct addrinfo *look_up(const struct config_url *url, struct fault *fault)
{
	struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char port[8];
	int error;

	snprintf(port, sizeof(port), "%u", url->port);
	error = getaddrinfo(url->host, port, &hints, &found);
	if (error && error != EAI_AGAIN) {
		hints.ai_flags &= ~AI_ADDRCONFIG;
		error = getaddrinfo(url->host, port, &hints, &found);
	}
	if (error)
		fault_say(fault, "%s: %s", url->host, gai_strerror(error));
	return error ? NULL : found;
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
static void name_server(struct snapshot_server *server, const struct config_url *url,
    const struct addrinfo *at, bool is_one_of_many)
{
	char address[INET6_ADDRSTRLEN] = "";

	getnameinfo(
	    at->ai_addr, at->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
	if (is_one_of_many)
		snprintf(server->name, sizeof(server->name), "%s (%s)", url->text, address);
	else
		snprintf(server->name, sizeof(server->name), "%s", url->text);
}

static struct snapshot_server server_of(const struct snapshot_upstream *upstream,
    const struct config_url *url, const struct addrinfo *at, bool is_one_of_many)
{
	const char *wanted = upstream->config->tls.sni ? upstream->config->tls.sni : url->host;
	struct snapshot_server server = { .tls = url->is_tls ? upstream->tls : NULL };

	memcpy(&server.address, at->ai_addr, at->ai_addrlen);
	server.address_bytes = at->ai_addrlen;
	snprintf(server.host, sizeof(server.host), "%s", wanted);
	if (server.tls && !is_address(wanted)) /* RFC 6066 §3: no literal addresses */
		snprintf(server.sni, sizeof(server.sni), "%s", wanted);
	name_server(&server, url, at, is_one_of_many);
	server.identity = identity_of(&server, upstream->config);
	return server;
}

static bool has_server(const struct snapshot_upstream *upstream, size_t from, uint64_t identity)
{
	for (size_t i = from; i < upstream->server_count; i++)
		if (upstream->servers[i].identity == identity)
			return true;
	return false;
}

int resolve_server(
    struct snapshot_upstream *upstream, const struct config_url *url, struct fault *fault)
{
	struct addrinfo *found = look_up(url, fault), *at;
	size_t from = upstream->server_count;

	if (!found)
		return -1;
	for (at = found; at; at = at->ai_next) {
		struct snapshot_server server = server_of(
		    upstream, url, at, found->ai_next != NULL);

		if (has_server(upstream, from, server.identity))
			continue;
		upstream->servers = xalloc_grow(
		    upstream->servers, upstream->server_count + 1, sizeof(*upstream->servers));
		upstream->servers[upstream->server_count++] = server;
	}
	freeaddrinfo(found);
	return 0;
}
