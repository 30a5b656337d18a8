/* Snapshots: what a configuration becomes, what outlasts a reload, and which route is taken. */
#include "snapshot.h"

#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct config_faults faults;

#define UPSTREAM "upstreams: [{ name: a, servers: ['http://127.0.0.1:9000'] }]\n"
#define LISTEN   "listen: [{ address: '127.0.0.1:0' }]\n"

static struct snapshot *build(const char *yaml, struct snapshot *previous)
{
	struct config *config = config_parse(bytes_of_text(yaml), "retort.yaml", &faults);

	ck_assert_msg(config != NULL, "%s", faults.faults.list[0].text);
	return snapshot_new(config, previous, &faults.faults);
}

static struct snapshot *build_good(const char *yaml, struct snapshot *previous)
{
	struct snapshot *snapshot = build(yaml, previous);

	ck_assert_msg(snapshot != NULL, "%s", faults.faults.list[0].text);
	return snapshot;
}

/* The name of the upstream that takes a request, "" for none. */
static const char *taken(const struct snapshot *snapshot, const char *host, const char *path)
{
	for (size_t i = 0; i < snapshot->route_count; i++)
		if (snapshot_route_matches(
			&snapshot->routes[i], bytes_of_text(path), bytes_of_text(host)))
			return snapshot->upstreams[snapshot->routes[i].upstream].config->name;
	return "";
}

START_TEST(the_most_specific_route_is_taken)
{
	struct snapshot *snapshot = build_good(LISTEN
	    "upstreams:\n"
	    "  - { name: any, servers: ['http://127.0.0.1:1'] }\n"
	    "  - { name: v1, servers: ['http://127.0.0.1:2'] }\n"
	    "  - { name: named, servers: ['http://127.0.0.1:3'] }\n"
	    "  - { name: below, servers: ['http://127.0.0.1:4'] }\n"
	    "  - { name: deep, servers: ['http://127.0.0.1:5'] }\n"
	    "routes:\n"
	    "  - { match: { path: / }, upstream: any }\n"
	    "  - { match: { path: /v1 }, upstream: v1 }\n"
	    "  - { match: { path: /, host: '*.b.test' }, upstream: below }\n"
	    "  - { match: { path: /, host: '*.a.b.test' }, upstream: deep }\n"
	    "  - { match: { path: /, host: api.test }, upstream: named }\n",
	    NULL);

	ck_assert_str_eq(taken(snapshot, "x.test", "/"), "any");
	ck_assert_str_eq(taken(snapshot, "x.test", "/v1"), "v1");
	ck_assert_str_eq(taken(snapshot, "x.test", "/v1/messages"), "v1");
	ck_assert_str_eq(taken(snapshot, "x.test", "/v1x"), "any");
	ck_assert_str_eq(taken(snapshot, "", "/v1/"), "v1");
	ck_assert_str_eq(taken(snapshot, "API.test:8443", "/v1"), "named");
	ck_assert_str_eq(taken(snapshot, "w.b.test", "/"), "below");
	ck_assert_str_eq(taken(snapshot, "b.test", "/"), "any");
	ck_assert_str_eq(taken(snapshot, "x.a.b.test:1", "/v1"), "deep");
	ck_assert_str_eq(taken(snapshot, "[::1]:443", "/"), "any");
	snapshot_unref(snapshot);
}
END_TEST

START_TEST(a_path_that_no_route_takes_has_none)
{
	struct snapshot *snapshot = build_good(
	    LISTEN UPSTREAM "routes: [{ match: { path: /v1/ }, upstream: a }]\n", NULL);

	ck_assert_str_eq(taken(snapshot, "", "/v1/x"), "a");
	ck_assert_str_eq(taken(snapshot, "", "/v1"), "");
	ck_assert_str_eq(taken(snapshot, "", "/"), "");
	snapshot_unref(snapshot);
}
END_TEST

START_TEST(the_server_itself_is_taken_like_its_root)
{
	struct snapshot *snapshot = build_good(LISTEN
	    "upstreams:\n"
	    "  - { name: any, servers: ['http://127.0.0.1:1'] }\n"
	    "  - { name: named, servers: ['http://127.0.0.1:2'] }\n"
	    "routes:\n"
	    "  - { match: { path: / }, upstream: any }\n"
	    "  - { match: { path: /, host: api.test }, upstream: named }\n",
	    NULL);
	struct snapshot *below = build_good(
	    LISTEN UPSTREAM "routes: [{ match: { path: /v1 }, upstream: a }]\n", NULL);

	ck_assert_str_eq(taken(snapshot, "x.test", "*"), "any");
	ck_assert_str_eq(taken(snapshot, "api.test", "*"), "named");
	ck_assert_str_eq(taken(below, "x.test", "*"), "");
	snapshot_unref(snapshot);
	snapshot_unref(below);
}
END_TEST

START_TEST(a_route_may_tell_its_dialect)
{
	struct snapshot *snapshot = build_good(LISTEN UPSTREAM
	    "routes:\n"
	    "  - { match: { path: /a }, upstream: a, dialect: openai-chat }\n"
	    "  - { match: { path: / }, upstream: a }\n",
	    NULL);

	ck_assert(snapshot->routes[0].is_told);
	ck_assert_int_eq(snapshot->routes[0].dialect, DIALECT_OPENAI_CHAT);
	ck_assert(!snapshot->routes[1].is_told);
	snapshot_unref(snapshot);
	ck_assert_ptr_null(
	    build(LISTEN UPSTREAM "routes: [{ upstream: a, dialect: openai-chatt }]\n", NULL));
	ck_assert_int_eq(faults.faults.count, 1);
	ck_assert_int_eq(faults.faults.list[0].line, 3);
	ck_assert_ptr_nonnull(
	    strstr(faults.faults.list[0].text, "did you mean \"openai-chat\"?"));
}
END_TEST

START_TEST(every_address_of_a_name_is_a_server_and_keeps_its_number)
{
	const char *yaml = LISTEN "upstreams: [{ name: a, servers: ['http://localhost:80',"
				  " 'https://127.0.0.1:443', 'https://[::1]:443'] }]\n";
	struct snapshot *first = build_good(yaml, NULL);
	struct snapshot *second = build_good(yaml, first);
	const struct server_list *a = &first->book->lists[0], *b = &second->book->lists[0];
	const struct snapshot_server *v6 = &a->servers[a->count - 1];

	ck_assert_uint_ge(a->count, 3);
	ck_assert_uint_eq(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			ck_assert(
			    (a->servers[i].identity == b->servers[j].identity) == (i == j));
	ck_assert_ptr_null(a->servers[0].tls);
	ck_assert_ptr_eq(v6->tls, first->upstreams[0].tls);
	ck_assert_str_eq(v6->name, "https://[::1]:443");
	ck_assert_str_eq(v6->host, "::1");
	ck_assert_str_eq(v6->sni, "");
	ck_assert_int_eq(v6->address.ss_family, AF_INET6);
	ck_assert_uint_eq(ntohs(((struct sockaddr_in6 *)&v6->address)->sin6_port), 443);
	snapshot_unref(first);
	snapshot_unref(second);
}
END_TEST

START_TEST(another_name_to_verify_is_another_server)
{
	struct snapshot *first = build_good(
	    LISTEN "upstreams: [{ name: a, servers: ['https://127.0.0.1:443'] }]\n", NULL);
	struct snapshot *second = build_good(LISTEN
	    "upstreams: [{ name: a, servers: ['https://127.0.0.1:443'],"
	    " tls: { sni: gateway.test } }]\n",
	    first);
	const struct snapshot_server *old = first->book->lists[0].servers,
				     *new = second->book->lists[0].servers;

	ck_assert_str_eq(new->sni, "gateway.test");
	ck_assert_str_eq(new->host, "gateway.test");
	ck_assert_uint_ne(old->identity, new->identity);
	snapshot_unref(first);
	snapshot_unref(second);
}
END_TEST

START_TEST(what_must_outlast_a_reload_does)
{
	struct snapshot *first = build_good(LISTEN UPSTREAM, NULL);
	struct snapshot *second = build_good(LISTEN UPSTREAM "timeouts: { idle: 5s }\n", first);

	ck_assert_uint_eq(first->generation, 1);
	ck_assert_uint_eq(second->generation, 2);
	ck_assert_ptr_eq(first->tickets, second->tickets);
	ck_assert_uint_eq(keyed_hash_of(first->hash, HASH_ACCOUNT, BYTES("key")),
	    keyed_hash_of(second->hash, HASH_ACCOUNT, BYTES("key")));
	ck_assert_int_eq(second->config->timeouts.idle_us, 5000000);
	snapshot_unref(first);
	ck_assert_uint_ne(keyed_hash_of(second->hash, HASH_ACCOUNT, BYTES("key")), 0);
	snapshot_unref(second);
}
END_TEST

START_TEST(listeners_keep_their_numbers_when_the_file_moves_them)
{
	struct snapshot *first = build_good(UPSTREAM "listen:\n"
						     "  - { address: '127.0.0.1:1' }\n"
						     "  - { address: '127.0.0.1:2' }\n",
	    NULL);
	struct snapshot *moved = build_good(UPSTREAM
	    "listen:\n"
	    "  - { address: '127.0.0.1:3' }\n"
	    "  - { address: '127.0.0.1:2', proxy_protocol: true }\n"
	    "  - { address: '127.0.0.1:1' }\n"
	    "trusted_proxies: [10.0.0.0/8]\n",
	    first);
	struct snapshot *less = build_good(
	    UPSTREAM "listen: [{ address: '127.0.0.1:3' }]\n", moved);

	ck_assert_uint_eq(moved->listen_count, 2);
	ck_assert_str_eq(moved->listens[0].config->address.text, "127.0.0.1:1");
	ck_assert_str_eq(moved->listens[1].config->address.text, "127.0.0.1:2");
	snapshot_unref(first);
	snapshot_unref(moved); /* |less| holds it: its listeners' settings lie there */
	ck_assert_uint_eq(less->listen_count, 2);
	ck_assert_str_eq(less->listens[1].config->address.text, "127.0.0.1:2");
	ck_assert(less->listens[1].config->is_proxy_protocol);
	ck_assert(!less->listens[0].config->is_proxy_protocol);
	snapshot_unref(less);
}
END_TEST

START_TEST(every_fault_of_what_is_named_is_listed_with_its_place)
{
	struct config *config = config_parse(
	    bytes_of_text(
		"listen:\n"
		"  - { address: '127.0.0.1:1', tls: { certificate: no.crt, key: no.key } }\n"
		"upstreams: [{ name: a, servers: ['https://127.0.0.1:1'],\n"
		"             tls: { ca: no.pem } }]\n"
		"identity: { owners: no.csv }\n"
		"network: { asn_database: no.mmdb }\n"),
	    "retort.yaml", &faults);

	ck_assert_ptr_nonnull(config);
	ck_assert_ptr_null(snapshot_new(config, NULL, &faults.faults));
	ck_assert_int_eq(faults.faults.count, 4);
	for (int i = 0; i < faults.faults.count; i++) {
		const struct fault *fault = &faults.faults.list[i];

		ck_assert_msg(fault->line >= 2, "%s", fault->text);
		ck_assert_str_eq(fault->file, "retort.yaml");
		ck_assert_ptr_nonnull(strstr(fault->text, ": "));
	}
}
END_TEST

START_TEST(owners_are_read_from_their_file)
{
	char folder[] = "/tmp/retort-snapshot-XXXXXX", path[100], yaml[300];
	struct snapshot *snapshot;
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/owners.csv", folder);
	file = fopen(path, "w");
	fputs("account,owner\n00000000000000aa,acme\n", file);
	fclose(file);
	snprintf(yaml, sizeof(yaml), LISTEN UPSTREAM "identity: { owners: '%s' }\n", path);
	snapshot = build_good(yaml, NULL);
	ck_assert_uint_eq(
	    owners_of(snapshot->owners, 0xaa), owners_hash(BYTES("acme"), snapshot->hash));
	snapshot_unref(snapshot);
	unlink(path);
	rmdir(folder);
}
END_TEST

UNIT_MAIN("snapshot", the_most_specific_route_is_taken, a_path_that_no_route_takes_has_none,
    the_server_itself_is_taken_like_its_root, a_route_may_tell_its_dialect,
    every_address_of_a_name_is_a_server_and_keeps_its_number,
    another_name_to_verify_is_another_server, what_must_outlast_a_reload_does,
    listeners_keep_their_numbers_when_the_file_moves_them,
    every_fault_of_what_is_named_is_listed_with_its_place, owners_are_read_from_their_file)
