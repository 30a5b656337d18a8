/*
 * Which route a request takes: a pure question, answered by order and prefix alone. A named
 * host goes before a pattern and a pattern before any host, so that a route for everybody never
 * shadows one for somebody.
 */
#include "snapshot_route.h"

#include "api/dialect.h"
#include "base/xalloc.h"
#include "config/complaint.h"
#include "config/nearest.h"

#include <stdlib.h>

/* A named host goes before a pattern, a pattern before any host; then the longest path. */
static int compare_routes(const void *left, const void *right)
{
	const struct config_route *a = ((const struct snapshot_route *)left)->config;
	const struct config_route *b = ((const struct snapshot_route *)right)->config;
	const char *host_a = a->match.host, *host_b = b->match.host;
	int rank_a = host_a ? (host_a[0] == '*' ? 1 : 2) : 0;
	int rank_b = host_b ? (host_b[0] == '*' ? 1 : 2) : 0;

	if (rank_a != rank_b)
		return rank_b - rank_a;
	if (rank_a == 1 && strlen(host_a) != strlen(host_b))
		return strlen(host_a) < strlen(host_b) ? 1 : -1;
	if (strlen(a->match.path) != strlen(b->match.path))
		return strlen(a->match.path) < strlen(b->match.path) ? 1 : -1;
	return a < b ? -1 : 1; /* the order of the file */
}

static void complain(
    const struct config *config, const struct config_route *route, struct config_list *faults)
{
	struct nearest nearest = nearest_to(bytes_of_text(route->dialect));

	for (int i = 0; i < DIALECT_COUNT; i++)
		nearest_offer(&nearest, bytes_of_text(dialect_name((enum dialect)i)));
	if (nearest.best.at)
		complaint_about(faults, config, &route->dialect,
		    "routes.dialect: there is no dialect \"%s\"; did you mean \"%.*s\"?",
		    route->dialect, (int)nearest.best.len, nearest.best.at);
	else
		complaint_about(faults, config, &route->dialect,
		    "routes.dialect: there is no dialect \"%s\"", route->dialect);
}

static void settle_dialect(
    const struct config *config, struct snapshot_route *route, struct config_list *faults)
{
	const char *name = route->config->dialect;

	route->is_told = strcmp(name, "auto") != 0;
	if (route->is_told && !dialect_from_name(bytes_of_text(name), &route->dialect))
		complain(config, route->config, faults);
}

struct snapshot_route *snapshot_route_table(
    const struct config *config, struct config_list *faults)
{
	struct snapshot_route *routes = xalloc_array(config->route_count + 1, sizeof(*routes));

	for (size_t i = 0; i < config->route_count; i++) {
		routes[i].config = &config->routes[i];
		for (size_t j = 0; j < config->upstream_count; j++)
			if (strcmp(config->upstreams[j].name, config->routes[i].upstream) == 0)
				routes[i].upstream = j;
		settle_dialect(config, &routes[i], faults);
	}
	qsort(routes, config->route_count, sizeof(*routes), compare_routes);
	return routes;
}

static bool path_matches(struct bytes prefix, struct bytes path)
{
	if (!bytes_start_with(path, prefix))
		return false;
	return path.len == prefix.len || bytes_end_with(prefix, BYTES("/")) ||
	       path.at[prefix.len] == '/';
}

/* "host:443" and "[::1]:443" without their port. */
static struct bytes without_port(struct bytes host)
{
	size_t end = host.len;

	while (end > 0 && host.at[end - 1] >= '0' && host.at[end - 1] <= '9')
		end--;
	if (end > 0 && host.at[end - 1] == ':' &&
	    (!memchr(host.at, ':', end - 1) || host.at[end - 2] == ']'))
		host.len = end - 1;
	return host;
}

bool snapshot_route_matches(
    const struct snapshot_route *route, struct bytes path, struct bytes host)
{
	const char *wanted = route->config->match.host;
	struct bytes name = without_port(host), tail;

	if (bytes_equal(path, BYTES("*")))
		path = BYTES("/");
	if (!path_matches(bytes_of_text(route->config->match.path), path))
		return false;
	if (!wanted)
		return true;
	if (wanted[0] != '*')
		return bytes_equal_nocase(name, bytes_of_text(wanted));
	tail = bytes_of_text(wanted + 1); /* ".example.com" */
	if (name.len <= tail.len)
		return false;
	return bytes_equal_nocase(bytes_of(name.at + name.len - tail.len, tail.len), tail);
}
