/*
 * Cross-checks of listeners, upstreams and routes. They must stand a configuration whose single
 * keys were faulty: any text may be NULL here.
 */
#include "config/check.h"

#include "config/complaint.h"
#include "config/nearest.h"

#include <assert.h>

static bool are_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* What was moved is still found at its place in the file. */
static void move_places(struct config *config, struct config_certificate *to,
    const char *const *certificate, const char *const *key)
{
	place_mark(config, &to->certificate, place_of(config, certificate));
	place_mark(config, &to->key, place_of(config, key));
}

/* The lone pair becomes the first of the list. */
static void fold_certificate(struct config *config, struct config_listen *listen)
{
	size_t count = listen->tls.certificate_count + 1;
	struct config_certificate *list = arena_take(
	    &config->memory, count * sizeof(struct config_certificate));

	assert(list);
	list[0] = (struct config_certificate){ place_of(config, &listen->has_tls),
		listen->tls.certificate, listen->tls.key };
	if (count > 1)
		memcpy(list + 1, listen->tls.certificates, (count - 1) * sizeof(*list));
	move_places(config, &list[0], &listen->tls.certificate, &listen->tls.key);
	for (size_t i = 1; i < count; i++) {
		const struct config_certificate *from = &listen->tls.certificates[i - 1];

		move_places(config, &list[i], &from->certificate, &from->key);
	}
	listen->tls.certificates = list;
	listen->tls.certificate_count = count;
	listen->tls.certificate = listen->tls.key = NULL;
}

static void check_tls(
    struct config *config, struct config_listen *listen, struct config_faults *faults)
{
	if (!listen->tls.certificate != !listen->tls.key)
		complaint_about(&faults->faults, config, &listen->has_tls,
		    "listen.tls: certificate and key belong together, and one is missing");
	else if (listen->tls.certificate)
		fold_certificate(config, listen);
	else if (listen->tls.certificate_count == 0)
		complaint_about(&faults->faults, config, &listen->has_tls,
		    "listen.tls: needs certificate and key");
}

/* Port 0 is a different one each time. */
static bool is_same_address(const struct config_address *a, const struct config_address *b)
{
	return are_same(a->text, b->text) && (a->path || a->port);
}

static void check_address(
    const struct config *config, size_t number, struct config_faults *faults)
{
	const struct config_address *address = &config->listen[number].address;
	bool is_taken = is_same_address(address, &config->admin.address);

	for (size_t i = 0; i < number; i++)
		is_taken |= is_same_address(address, &config->listen[i].address);
	if (is_taken)
		complaint_about(&faults->faults, config, address,
		    "listen.address: %s is taken by another listener", address->text);
}

static void check_listen(struct config *config, struct config_faults *faults)
{
	for (size_t i = 0; i < config->listen_count; i++) {
		struct config_listen *listen = &config->listen[i];

		check_address(config, i, faults);
		if (listen->has_tls)
			check_tls(config, listen, faults);
		if (listen->is_proxy_protocol && config->trusted_proxies.count == 0)
			complaint_about(&faults->warnings, config, &listen->is_proxy_protocol,
			    "listen.proxy_protocol: nobody is believed, trusted_proxies is "
			    "empty");
	}
}

static void check_upstreams(const struct config *config, struct config_faults *faults)
{
	for (size_t i = 0; i < config->upstream_count; i++) {
		const struct config_upstream *upstream = &config->upstreams[i];
		bool is_taken = false;

		for (size_t j = 0; j < i; j++)
			is_taken |= are_same(upstream->name, config->upstreams[j].name);
		if (is_taken)
			complaint_about(&faults->faults, config, &upstream->name,
			    "upstreams.name: there is an earlier \"%s\"", upstream->name);
	}
}

static void check_route_upstream(
    const struct config *config, const struct config_route *route, struct config_faults *faults)
{
	struct nearest nearest = nearest_to(bytes_of_text(route->upstream));

	for (size_t i = 0; i < config->upstream_count; i++) {
		const char *name = config->upstreams[i].name;

		if (!name || are_same(name, route->upstream))
			return; /* a name that could not be read was complained of already */
		nearest_offer(&nearest, bytes_of_text(name));
	}
	if (nearest.best.at)
		complaint_about(&faults->faults, config, &route->upstream,
		    "routes.upstream: there is no upstream \"%s\"; did you mean \"%.*s\"?",
		    route->upstream, (int)nearest.best.len, nearest.best.at);
	else
		complaint_about(&faults->faults, config, &route->upstream,
		    "routes.upstream: there is no upstream \"%s\"", route->upstream);
}

static bool is_same_match(const struct config_route *a, const struct config_route *b)
{
	return are_same(a->match.path, b->match.path) &&
	       (are_same(a->match.host, b->match.host) || (!a->match.host && !b->match.host));
}

/* One upstream takes everything when nothing else is said. */
static void add_route(struct config *config, struct config_faults *faults)
{
	struct config_route *route;

	if (config->upstream_count != 1) {
		if (config->upstream_count > 1)
			complaint_about(&faults->faults, config, &config->routes,
			    "routes: is missing, and there are several upstreams");
		return;
	}
	route = arena_take(&config->memory, sizeof(*route));
	assert(route);
	*route = (struct config_route){ .match = { .path = "/" },
		.dialect = "auto",
		.upstream = config->upstreams[0].name };
	config->routes = route;
	config->route_count = 1;
}

static void check_routes(struct config *config, struct config_faults *faults)
{
	if (config->route_count == 0)
		add_route(config, faults);
	for (size_t i = 0; i < config->route_count; i++) {
		const struct config_route *route = &config->routes[i];

		for (size_t j = 0; j < i; j++)
			if (is_same_match(route, &config->routes[j])) {
				complaint_about(&faults->faults, config, &route->upstream,
				    "routes.match: an earlier route matches the same");
				break;
			}
		if (route->upstream)
			check_route_upstream(config, route, faults);
	}
}

void check_traffic(struct config *config, struct config_faults *faults)
{
	check_listen(config, faults);
	check_upstreams(config, faults);
	check_routes(config, faults);
}
