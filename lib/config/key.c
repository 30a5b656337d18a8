/*
 * The key table itself: the one place that knows what may stand in the configuration file. It
 * must never hold code about a single key: what keys demand of each other is in check.c.
 */
#include "config/key.h"

#include "config/form.h"

/* clang-format off */
#define AT(type, member)       .offset = offsetof(struct type, member)
#define SEVERAL(type, member, number) \
	AT(type, member), .count_offset = offsetof(struct type, number), .is_list = true
#define ITEMS(type, member, number, item) \
	AT(type, member), .count_offset = offsetof(struct type, number), \
	.item_bytes = sizeof(struct item)
#define PRESENT(type, flag)    AT(type, flag), .is_optional = true
#define IS(text)               .value = (text)
#define MUST(text)             .example = (text)
#define SHOW(text)             .example = (text)
#define OR(word)               .none = (word)
#define WITHIN(ends)           .range = (ends)
#define LIVE                   .is_reloadable = true
#define ONE_OF(list)           .choice = &choice_##list
#define FORM(name)             .form = form_##name
#define HELP(text)             .help = (text)

static const struct config_key rows[] = {
	{ "listen[]", KEY_ITEMS, ITEMS(config, listen, listen_count, config_listen),
	  WITHIN("1..64"),
	  HELP("Where clients connect.") },
	{ "listen[].address", KEY_ADDRESS, AT(config_listen, address), MUST("0.0.0.0:8443"),
	  HELP("As host:port, [IPv6]:port or unix:/path; port 0 takes a free one") },
	{ "listen[].tls", KEY_SECTION, PRESENT(config_listen, has_tls), LIVE, SHOW("given"),
	  HELP("Omit it, or write null, for clear HTTP") },
	{ "listen[].tls.certificate", KEY_PATH, AT(config_listen, tls.certificate), IS("null"),
	  SHOW("server.crt"), OR("null"), LIVE,
	  HELP("PEM file: the certificate and its chain") },
	{ "listen[].tls.key", KEY_PATH, AT(config_listen, tls.key), IS("null"),
	  SHOW("server.key"), OR("null"), LIVE, HELP("PEM file: its private key") },
	{ "listen[].tls.certificates[]", KEY_ITEMS,
	  ITEMS(config_listen, tls.certificates, tls.certificate_count, config_certificate), LIVE,
	  WITHIN("0..256"),
	  HELP("More pairs, chosen by the name that the client asks for (SNI)") },
	{ "listen[].tls.certificates[].certificate", KEY_PATH, AT(config_certificate, certificate),
	  MUST("other.crt"), LIVE, HELP("PEM file: the certificate and its chain") },
	{ "listen[].tls.certificates[].key", KEY_PATH, AT(config_certificate, key),
	  MUST("other.key"), LIVE, HELP("PEM file: its private key") },
	{ "listen[].tls.client_ca", KEY_PATH, AT(config_listen, tls.client_ca), IS("null"),
	  OR("null"), LIVE, HELP("PEM file: demand a client certificate that it signed") },
	{ "listen[].proxy_protocol", KEY_BOOL, AT(config_listen, is_proxy_protocol), IS("false"),
	  LIVE, HELP("Accept PROXY v1 and v2, from trusted_proxies only") },
	{ "listen[].alpn", KEY_CHOICES, AT(config_listen, alpn), IS("[http/1.1]"), ONE_OF(alpns),
	  .absent = "h2", LIVE, HELP("Protocols offered in the TLS handshake") },

	{ "trusted_proxies", KEY_TEXT, SEVERAL(config, trusted_proxies.at, trusted_proxies.count),
	  IS("[]"), FORM(cidr), WITHIN("0..4096"), LIVE,
	  HELP("Whose X-Forwarded-For, Forwarded, PROXY and fingerprint headers are believed") },
	{ "workers", KEY_NUMBER, AT(config, workers), IS("auto"), OR("auto"), WITHIN("1..1024"),
	  HELP("Threads that serve clients; auto is one a core") },

	{ "upstreams[]", KEY_ITEMS, ITEMS(config, upstreams, upstream_count, config_upstream),
	  WITHIN("1..256"), LIVE, HELP("Where exchanges are sent on to.") },
	{ "upstreams[].name", KEY_TEXT, AT(config_upstream, name), MUST("gateway"), FORM(name),
	  LIVE,
	  HELP("What routes call it") },
	{ "upstreams[].servers", KEY_URL, SEVERAL(config_upstream, servers, server_count),
	  MUST("[\"http://127.0.0.1:9000\"]"), WITHIN("1..64"), LIVE,
	  HELP("Of http:// or https://, used in turn") },
	{ "upstreams[].tls", KEY_SECTION, LIVE, HELP("For servers of https://") },
	{ "upstreams[].tls.ca", KEY_PATH, AT(config_upstream, tls.ca), IS("system"), OR("system"),
	  LIVE, HELP("PEM file of the authorities to verify with") },
	{ "upstreams[].tls.sni", KEY_TEXT, AT(config_upstream, tls.sni), IS("null"), OR("null"),
	  FORM(host), LIVE,
	  HELP("Name to ask for and to verify; null is the host of the URL") },
	{ "upstreams[].tls.verify", KEY_BOOL, AT(config_upstream, tls.is_verified), IS("true"),
	  LIVE,
	  HELP("Without it any certificate is accepted") },
	{ "upstreams[].host", KEY_TEXT, AT(config_upstream, host), IS("null"), OR("null"),
	  FORM(authority), LIVE, HELP("Host header to send; null is what the client sent") },
	{ "upstreams[].keepalive", KEY_NUMBER, AT(config_upstream, keepalive), IS("64"), OR("off"),
	  WITHIN("1..65536"), LIVE, HELP("Idle connections kept open, a worker") },
	{ "upstreams[].keepalive_timeout", KEY_DURATION, AT(config_upstream, keepalive_timeout_us),
	  IS("50s"), WITHIN("1s..1h"), LIVE, HELP("How long an idle one is kept") },
	{ "upstreams[].connect_timeout", KEY_DURATION, AT(config_upstream, connect_timeout_us),
	  IS("5s"), WITHIN("10ms..5m"), LIVE, HELP("For connecting, with the TLS handshake") },
	{ "upstreams[].idle_timeout", KEY_DURATION, AT(config_upstream, idle_timeout_us), IS("10m"),
	  OR("off"), WITHIN("1s..1d"), LIVE,
	  HELP("Silence of a server during an exchange; models think for long") },
	{ "upstreams[].failures", KEY_NUMBER, AT(config_upstream, failures), IS("3"), OR("off"),
	  WITHIN("1..1000"), LIVE,
	  HELP("Failed connections in a row before a server is passed over") },
	{ "upstreams[].holddown", KEY_DURATION, AT(config_upstream, holddown_us), IS("10s"),
	  WITHIN("100ms..1h"), LIVE, HELP("For how long it is passed over") },

	{ "upstreams[].resolve_every", KEY_DURATION, AT(config_upstream, resolve_every_us),
	  IS("30s"), OR("off"), WITHIN("1s..1d"), LIVE,
	  HELP("How often the names of servers are asked for again; failing that, addresses stay") },

	{ "routes[]", KEY_ITEMS, ITEMS(config, routes, route_count, config_route),
	  WITHIN("0..1024"),
	  LIVE,
	  HELP("Which exchange goes where: by host, then by the longest path. One upstream needs no route.") },
	{ "routes[].match", KEY_SECTION, LIVE, HELP("What the request must look like") },
	{ "routes[].match.path", KEY_TEXT, AT(config_route, match.path), IS("/"), FORM(path_prefix),
	  LIVE, HELP("The path begins with this") },
	{ "routes[].match.host", KEY_TEXT, AT(config_route, match.host), IS("null"), OR("null"),
	  FORM(host_pattern), LIVE,
	  HELP("The host is this, or below it with *.example.com; null is any") },
	{ "routes[].upstream", KEY_TEXT, AT(config_route, upstream), MUST("gateway"), FORM(name),
	  LIVE, HELP("The name of an upstream") },
	{ "routes[].dialect", KEY_TEXT, AT(config_route, dialect), IS("auto"), FORM(name), LIVE,
	  HELP("The API that prompts speak there, as openai-chat; auto tells by path and headers") },

	{ "identity", KEY_SECTION, HELP("Who sends an exchange.") },
	{ "identity.secret", KEY_SECRET, AT(config, identity.secret), IS("null"), OR("null"),
	  HELP("Keys every hash, in all the fleet; null is a random one until the process ends") },
	{ "identity.account_from", KEY_TEXT,
	  SEVERAL(config, identity.account_from.at, identity.account_from.count), FORM(credential),
	  IS("[authorization, x-api-key, api-key, x-goog-api-key, query:key]"), WITHIN("1..16"),
	  LIVE,
	  HELP("Headers and query parameters that hold the credential; the first found wins") },
	{ "identity.owners", KEY_PATH, AT(config, identity.owners), IS("null"), OR("null"), LIVE,
	  HELP("CSV file: account hash,owner. Accounts of one owner are never unrelated; others always are") },
	{ "identity.owner_header", KEY_TEXT, AT(config, identity.owner_header), IS("null"),
	  OR("null"), FORM(header), LIVE,
	  HELP("Names the owner; believed from trusted_proxies only") },

	{ "network", KEY_SECTION, HELP("What is known of a connection from elsewhere.") },
	{ "network.asn_database", KEY_PATH, AT(config, network.asn_database), IS("null"),
	  OR("null"), LIVE, HELP("MaxMind DB file, as in /usr/share/retort/asn.mmdb") },
	{ "network.ja3_header", KEY_TEXT, AT(config, network.ja3_header), IS("null"), OR("null"),
	  FORM(header), LIVE,
	  HELP("JA3 from a balancer that ends TLS; from trusted_proxies only") },
	{ "network.ja4_header", KEY_TEXT, AT(config, network.ja4_header), IS("null"), OR("null"),
	  FORM(header), LIVE, HELP("JA4, likewise") },

	{ "inspect", KEY_SECTION,
	  HELP("How much of a request body is read; the rest passes unread.") },
	{ "inspect.body_limit", KEY_SIZE, AT(config, inspect.body_bytes), IS("4MiB"), OR("off"),
	  WITHIN("4KiB..64MiB"), LIVE,
	  HELP("Bytes as they are sent; off leaves detection with heads alone") },
	{ "inspect.decoded_limit", KEY_SIZE, AT(config, inspect.decoded_bytes), IS("64MiB"),
	  WITHIN("4KiB..1GiB"), LIVE,
	  HELP("Bytes after decompression; beyond it a body is called opaque") },
	{ "inspect.held_limit", KEY_SIZE, AT(config, inspect.held_bytes), IS("256MiB"),
	  WITHIN("1MiB..1024GiB"), LIVE,
	  HELP("Memory for all bodies that wait to be read; beyond it they pass, less read") },
	{ "inspect.elicitation", KEY_PATH, AT(config, inspect.elicitation), IS("null"),
	  OR("null"), LIVE,
	  HELP("Phrases that ask for reasoning or synthesis, as in conf/elicitation.txt; null looks for none") },

	{ "headers", KEY_SECTION,
	  HELP("Optional headers to the upstream, beside Retort-Score and the others.") },
	{ "headers.ja4", KEY_BOOL, AT(config, headers.has_ja4), IS("false"), LIVE,
	  HELP("Retort-JA4") },
	{ "headers.asn", KEY_BOOL, AT(config, headers.has_asn), IS("false"), LIVE,
	  HELP("Retort-ASN") },

	{ "store", KEY_SECTION, HELP("Where counts are kept.") },
	{ "store.kind", KEY_CHOICE, AT(config, store.kind), IS("memory"), ONE_OF(stores),
	  .absent = "cluster sentinel", HELP("With redis a fleet shares its counts") },
	{ "store.redis", KEY_SECTION, HELP("For kind redis; no request ever waits for it") },
	{ "store.redis.servers", KEY_ADDRESS,
	  SEVERAL(config, store.redis.servers, store.redis.server_count),
	  IS("[\"127.0.0.1:6379\"]"),
	  WITHIN("1..64"), HELP("As host:port; kind redis takes one") },
	{ "store.redis.username", KEY_TEXT, AT(config, store.redis.username), IS("null"),
	  OR("null"),
	  HELP("Of Redis's access control list") },
	{ "store.redis.password", KEY_SECRET, AT(config, store.redis.password), IS("null"),
	  OR("null"), HELP("As file:PATH or env:NAME") },
	{ "store.redis.tls", KEY_SECTION, PRESENT(config, store.redis.has_tls),
	  HELP("Omit it, or write null, for clear text") },
	{ "store.redis.tls.ca", KEY_PATH, AT(config, store.redis.tls.ca), IS("system"),
	  OR("system"), HELP("PEM file of the authorities to verify with") },
	{ "store.redis.tls.sni", KEY_TEXT, AT(config, store.redis.tls.sni), IS("null"), OR("null"),
	  FORM(host), HELP("Name to ask for and to verify; null is the host") },
	{ "store.redis.tls.verify", KEY_BOOL, AT(config, store.redis.tls.is_verified), IS("true"),
	  HELP("Without it any certificate is accepted") },
	{ "store.redis.prefix", KEY_TEXT, AT(config, store.redis.prefix), IS("retort"),
	  FORM(key_prefix), HELP("Begins the name of every key") },
	{ "store.redis.sync_interval", KEY_DURATION, AT(config, store.redis.sync_interval_us),
	  IS("100ms"), WITHIN("10ms..10s"), HELP("How often counts are exchanged") },
	{ "store.redis.timeout", KEY_DURATION, AT(config, store.redis.timeout_us), IS("50ms"),
	  WITHIN("1ms..10s"),
	  HELP("For connecting and for each batch; then decisions go on locally") },
	{ "store.snapshot", KEY_PATH, AT(config, store.snapshot), IS("null"), OR("null"),
	  HELP("File that carries counts over a restart, as in /var/lib/retort/state; beside it .evidence and .lists") },
	{ "store.snapshot_interval", KEY_DURATION, AT(config, store.snapshot_interval_us), IS("1m"),
	  WITHIN("1s..1d"), HELP("How often it is written, beside at the end") },
	{ "store.memory", KEY_SIZE, AT(config, store.memory_bytes), IS("256MiB"),
	  WITHIN("1MiB..1024GiB"),
	  HELP("Ceiling of the windows of all limits; the oldest give way") },

	{ "limits[]", KEY_ITEMS, ITEMS(config, limits, limit_count, config_limit), WITHIN("0..64"),
	  LIVE,
	  HELP("Sliding windows, evaluated inline. None by default; this is an example.") },
	{ "limits[].name", KEY_TEXT, AT(config_limit, name), MUST("account-rpm"), FORM(name), LIVE,
	  HELP("Its name in logs and metrics") },
	{ "limits[].key", KEY_CHOICES, AT(config_limit, key), MUST("[account]"), ONE_OF(parts),
	  WITHIN("1..11"), LIVE, HELP("What is counted apart") },
	{ "limits[].count", KEY_CHOICE, AT(config_limit, measure), IS("requests"), ONE_OF(measures),
	  LIVE, HELP("What is counted") },
	{ "limits[].quota", KEY_NUMBER, AT(config_limit, quota), MUST("600"),
	  WITHIN("1..4294967295"), LIVE, HELP("How much of it in a window is still fine") },
	{ "limits[].window", KEY_DURATION, AT(config_limit, window_us), MUST("60s"),
	  WITHIN("1s..30d"), LIVE, HELP("Its length") },
	{ "limits[].action", KEY_CHOICE, AT(config_limit, action), IS("throttle"), ONE_OF(actions),
	  LIVE, HELP("What happens beyond it") },
	{ "limits[].mode", KEY_CHOICE, AT(config_limit, mode), IS("tag"), ONE_OF(modes), LIVE,
	  HELP("Shadow counts and logs only, tag tells the upstream, enforce acts") },
	{ "limits[].missing", KEY_CHOICE, AT(config_limit, missing), IS("skip"), ONE_OF(missings),
	  LIVE,
	  HELP("An exchange that lacks a part of the key is skipped, or counted with all such") },

	{ "detection", KEY_SECTION, HELP("Pools of accounts under one hand.") },
	{ "detection.mode", KEY_CHOICE, AT(config, detection.mode), IS("tag"), ONE_OF(modes), LIVE,
	  HELP("The most that detection may do, unless probe or displacement is set to true") },
	{ "detection.watch_evidence", KEY_FLOAT, AT(config, detection.watch_evidence), IS("1e3"),
	  WITHIN("1..1e30"), LIVE,
	  HELP("From here on a cohort is recorded, and may be probed") },
	{ "detection.tag_evidence", KEY_FLOAT, AT(config, detection.tag_evidence), IS("1e9"),
	  WITHIN("10..1e30"), LIVE,
	  HELP("A: expected false tags are at most pairs of cohort and account / A") },
	{ "detection.prove_evidence", KEY_FLOAT, AT(config, detection.prove_evidence), IS("1e4"),
	  WITHIN("10..1e30"), LIVE,
	  HELP("A benign cohort is ever proven with a chance of at most 1 in this") },
	{ "detection.probe", KEY_SECTION, LIVE,
	  HELP("Randomised honest 429s in tagged and watched cohorts") },
	{ "detection.probe.enabled", KEY_CHOICE, AT(config, detection.probe.enabled), IS("auto"),
	  ONE_OF(switches), LIVE, HELP("Whether there are any; auto is in mode enforce only") },
	{ "detection.probe.rate", KEY_FLOAT, AT(config, detection.probe.rate), IS("0.02"),
	  WITHIN("0.001..0.25"), LIVE, HELP("Share of a tagged cohort's requests; of a watched one's a quarter of it") },
	{ "detection.displacement", KEY_SECTION, LIVE,
	  HELP("Trials of small tagged cohorts: half their owners are held to 70 % in random half minutes") },
	{ "detection.displacement.enabled", KEY_CHOICE,
	  AT(config, detection.displacement.enabled), IS("auto"), ONE_OF(switches), LIVE,
	  HELP("Whether there are any; auto is in mode enforce only") },
	{ "detection.hold_out", KEY_FLOAT, AT(config, detection.hold_out), IS("0.05"),
	  WITHIN("0..0.5"), LIVE,
	  HELP("Secret share of cohorts never tried nor shaped, so that precision can be measured") },
	{ "detection.reference", KEY_PATH, AT(config, detection.reference),
	  IS("/usr/share/retort/reference"), OR("null"),
	  HELP("Folder of the tables of honest tools; without it only probes and hops are evidence") },
	{ "detection.candidate", KEY_SECTION, PRESENT(config, detection.has_candidate),
	  HELP("Thresholds tried beside those in force: counted, never enforced") },
	{ "detection.candidate.watch_evidence", KEY_FLOAT,
	  AT(config, detection.candidate.watch_evidence), IS("1e3"), WITHIN("1..1e30"), LIVE,
	  HELP("In place of detection.watch_evidence") },
	{ "detection.candidate.tag_evidence", KEY_FLOAT,
	  AT(config, detection.candidate.tag_evidence), IS("1e9"), WITHIN("10..1e30"), LIVE,
	  HELP("In place of detection.tag_evidence") },
	{ "detection.candidate.prove_evidence", KEY_FLOAT,
	  AT(config, detection.candidate.prove_evidence), IS("1e4"), WITHIN("10..1e30"), LIVE,
	  HELP("In place of detection.prove_evidence") },
	{ "detection.memory", KEY_SIZE, AT(config, detection.memory_bytes), IS("512MiB"),
	  WITHIN("1MiB..1024GiB"),
	  HELP("Ceiling of all tables, a candidate's apart; the least evidenced give way") },

	{ "log", KEY_SECTION, HELP("What is written down: never a prompt or a credential.") },
	{ "log.decisions", KEY_PATH, AT(config, log.decisions), IS("null"), OR("null"), LIVE,
	  HELP("NDJSON file, as in /var/log/retort/decisions.ndjson; reopened at USR1") },
	{ "log.level", KEY_CHOICE, AT(config, log.level), IS("info"), ONE_OF(levels), LIVE,
	  HELP("Of the daemon's own words on standard error") },

	{ "admin", KEY_SECTION, HELP("The listener of dashboards and retortctl.") },
	{ "admin.address", KEY_ADDRESS, AT(config, admin.address), IS("127.0.0.1:9180"), OR("null"),
	  HELP("As host:port or unix:/path; null is none") },
	{ "admin.token", KEY_SECRET, AT(config, admin.token), IS("null"), OR("null"), LIVE,
	  HELP("As file:PATH or env:NAME; without one only a unix socket may change anything. Reading needs none") },

	{ "timeouts", KEY_SECTION, HELP("How long a client may take.") },
	{ "timeouts.handshake", KEY_DURATION, AT(config, timeouts.handshake_us), IS("10s"),
	  WITHIN("100ms..5m"), LIVE, HELP("For the PROXY line and the TLS handshake") },
	{ "timeouts.head", KEY_DURATION, AT(config, timeouts.head_us), IS("30s"),
	  WITHIN("100ms..10m"), LIVE, HELP("For a whole request head; then 408") },
	{ "timeouts.body", KEY_DURATION, AT(config, timeouts.body_us), IS("1m"), WITHIN("1s..1h"),
	  LIVE, HELP("Silence within a request body; then 408") },
	{ "timeouts.send", KEY_DURATION, AT(config, timeouts.send_us), IS("2m"), WITHIN("1s..1h"),
	  LIVE, HELP("A client that takes nothing of its answer") },
	{ "timeouts.idle", KEY_DURATION, AT(config, timeouts.idle_us), IS("2m"), WITHIN("1s..1d"),
	  LIVE, HELP("Between two requests of a connection") },
	{ "timeouts.drain", KEY_DURATION, AT(config, timeouts.drain_us), IS("10m"),
	  WITHIN("1s..1d"), LIVE, HELP("For exchanges to end after TERM; then they are cut") },

	{ "http", KEY_SECTION, HELP("How much a client may send.") },
	{ "http.head_limit", KEY_SIZE, AT(config, http.head_bytes), IS("64KiB"),
	  WITHIN("1KiB..1MiB"), LIVE, HELP("A request head; beyond it 431") },
	{ "http.header_limit", KEY_NUMBER, AT(config, http.header_count), IS("128"),
	  WITHIN("8..1024"), LIVE, HELP("Its header lines; beyond it 431") },
	{ "http.body_limit", KEY_SIZE, AT(config, http.body_bytes), IS("64MiB"), OR("off"),
	  WITHIN("1KiB..1024GiB"), LIVE, HELP("A request body; beyond it 413") },
	{ "http.connections", KEY_NUMBER, AT(config, http.connections), IS("100000"),
	  WITHIN("1..10000000"), LIVE,
	  HELP("Connections open at once, over all workers; more wait to be accepted") },
};
/* clang-format on */

const struct config_key *key_rows(size_t *count)
{
	*count = sizeof(rows) / sizeof(*rows);
	return rows;
}

struct bytes key_name(const struct config_key *key)
{
	struct bytes path = bytes_of_text(key->path);
	const char *dot = strrchr(key->path, '.');

	if (dot)
		path = bytes_of_text(dot + 1);
	if (bytes_end_with(path, BYTES("[]")))
		path.len -= 2;
	return path;
}

bool key_is_child(const struct config_key *parent, const struct config_key *key)
{
	const char *dot = strrchr(key->path, '.');
	size_t len = dot ? (size_t)(dot - key->path) : 0;

	return bytes_equal(bytes_of(key->path, len), bytes_of_text(parent ? parent->path : ""));
}

const struct config_key *key_find(const struct config_key *parent, struct bytes name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (key_is_child(parent, &rows[i]) && bytes_equal(key_name(&rows[i]), name))
			return &rows[i];
	return NULL;
}

void *key_items(const struct config_key *key, const void *base)
{
	void *items;

	memcpy(&items, key_at(key, base), sizeof(items));
	return items;
}

size_t key_count(const struct config_key *key, const void *base)
{
	size_t count;

	memcpy(&count, (const char *)base + key->count_offset, sizeof(count));
	return count;
}

void key_set_items(const struct config_key *key, void *base, void *items, size_t count)
{
	memcpy(key_at(key, base), &items, sizeof(items));
	memcpy((char *)base + key->count_offset, &count, sizeof(count));
}
