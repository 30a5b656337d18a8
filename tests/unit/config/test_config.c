/* A whole configuration: what is written arrives, what is not has its default. */
#include "config/config.h"

#include "fixture.h"

#include <unistd.h>

START_TEST(the_contract_of_the_design_loads)
{
	struct config *config = parse(
	    "listen:\n"
	    "  - address: 0.0.0.0:8443\n"
	    "    tls: { certificate: server.crt, key: server.key, client_ca: null }\n"
	    "    proxy_protocol: false\n"
	    "    alpn: [h2, http/1.1]\n"
	    "trusted_proxies: [10.0.0.0/8]\n"
	    "workers: auto\n"
	    "upstreams:\n"
	    "  - name: gateway\n"
	    "    servers: [ \"http://127.0.0.1:9000\" ]\n"
	    "    tls: { ca: system, sni: null, verify: true }\n"
	    "    keepalive: 64\n"
	    "    connect_timeout: 5s\n"
	    "    idle_timeout: 10m\n"
	    "routes:\n"
	    "  - { match: { path: \"/\" }, upstream: gateway, dialect: auto }\n"
	    "identity:\n"
	    "  secret: file:/etc/retort/identity.key\n"
	    "  account_from: [authorization, x-api-key, api-key, x-goog-api-key, query:key]\n"
	    "  owners: null\n"
	    "  owner_header: null\n"
	    "network: { asn_database: /usr/share/retort/asn.mmdb }\n"
	    "inspect: { body_limit: 4MiB, decoded_limit: 64MiB }\n"
	    "store:\n"
	    "  kind: memory\n"
	    "  redis: { servers: [\"127.0.0.1:6379\"], username: null, password: null, tls: "
	    "null,\n"
	    "    sync_interval: 100ms, timeout: 50ms }\n"
	    "  snapshot: /var/lib/retort/state\n"
	    "limits:\n"
	    "  - { name: account-rpm, key: [account], count: requests, quota: 600, window: "
	    "60s,\n"
	    "      action: throttle, mode: enforce }\n"
	    "  - { name: fanout, key: [ja4, asn], count: distinct accounts, quota: 200, "
	    "window: 1h,\n"
	    "      action: tag, mode: tag }\n"
	    "detection:\n"
	    "  mode: tag\n"
	    "  tag_evidence: 1e9\n"
	    "  prove_evidence: 1e4\n"
	    "  probe: { enabled: false, rate: 0.02 }\n"
	    "log: { decisions: /var/log/retort/decisions.ndjson, level: info }\n"
	    "admin: { address: 127.0.0.1:9180, token: null }\n");

	config_faults_print(&faults, stderr);
	ck_assert_ptr_nonnull(config);
	ck_assert_str_eq(config->listen[0].tls.certificates[0].key, "server.key");
	ck_assert_str_eq(config->identity.secret.file, "/etc/retort/identity.key");
	ck_assert_uint_eq(config->identity.account_from.count, 5);
	ck_assert_str_eq(config->identity.account_from.at[4], "query:key");
	ck_assert_uint_eq(config->limit_count, 2);
	ck_assert_uint_eq(config->limits[1].key, 1u << CONFIG_PART_JA4 | 1u << CONFIG_PART_ASN);
	ck_assert_int_eq((int)config->limits[1].measure, CONFIG_MEASURE_ACCOUNTS);
	ck_assert_int_eq(config->limits[1].window_us, INT64_C(3600000000));
	ck_assert_int_eq((int)config->limits[0].mode, CONFIG_MODE_ENFORCE);
	ck_assert(config->detection.tag_evidence == 1e9);
	ck_assert_int_eq((int)config->detection.probe.enabled, CONFIG_SWITCH_OFF);
	config_free(config);
}
END_TEST

START_TEST(defaults_stand_where_nothing_is_written)
{
	struct config *config = parse_well(LEAST);

	ck_assert_int_eq(config->workers, 0);
	ck_assert(!config->listen[0].has_tls);
	ck_assert_uint_eq(config->listen[0].alpn, 1u << CONFIG_ALPN_HTTP1);
	ck_assert(config->upstreams[0].tls.is_verified);
	ck_assert_ptr_null(config->upstreams[0].tls.ca);
	ck_assert_int_eq(config->upstreams[0].idle_timeout_us, INT64_C(600000000));
	ck_assert_int_eq(config->timeouts.head_us, 30000000);
	ck_assert_int_eq(config->inspect.body_bytes, 4 << 20);
	ck_assert_int_eq(config->http.body_bytes, 64 << 20);
	ck_assert_str_eq(config->identity.account_from.at[0], "authorization");
	ck_assert_str_eq(config->admin.address.host, "127.0.0.1");
	ck_assert_uint_eq(config->admin.address.port, 9180);
	ck_assert_str_eq(config->store.redis.servers[0].host, "127.0.0.1");
	ck_assert(!config->store.redis.has_tls);
	ck_assert(config->store.redis.tls.is_verified);
	ck_assert_ptr_null(config->store.snapshot);
	config_free(config);
}
END_TEST

START_TEST(one_upstream_needs_no_route)
{
	struct config *config = parse_well(LEAST);

	ck_assert_uint_eq(config->route_count, 1);
	ck_assert_str_eq(config->routes[0].match.path, "/");
	ck_assert_str_eq(config->routes[0].upstream, "up");
	ck_assert_str_eq(config->routes[0].dialect, "auto");
	config_free(config);
}
END_TEST

START_TEST(anchors_and_aliases_share_values)
{
	struct config *config = parse_well(
	    LISTEN SECRET "upstreams:\n"
			  "  - { name: a, servers: &s ['http://x:1', 'http://y:2'] }\n"
			  "  - { name: b, servers: *s, keepalive: off }\n"
			  "routes: [{ match: { path: /a }, upstream: a }, { upstream: b }]\n");

	ck_assert_uint_eq(config->upstreams[1].server_count, 2);
	ck_assert_str_eq(config->upstreams[1].servers[1].host, "y");
	ck_assert_int_eq(config->upstreams[1].keepalive, 0);
	config_free(config);
}
END_TEST

START_TEST(several_certificates_follow_the_lone_pair)
{
	struct config *config = parse_well(
	    UPSTREAM SECRET "listen:\n"
			    "  - address: '[::]:0'\n"
			    "    tls:\n"
			    "      certificate: a.crt\n"
			    "      key: a.key\n"
			    "      certificates: [{ certificate: b.crt, key: b.key }]\n"
			    "  - { address: 'unix:/run/r', tls: { certificates: "
			    "[{ certificate: c.crt, key: c.key }] } }\n");

	ck_assert_uint_eq(config->listen[0].tls.certificate_count, 2);
	ck_assert_str_eq(config->listen[0].tls.certificates[0].certificate, "a.crt");
	ck_assert_str_eq(config->listen[0].tls.certificates[1].key, "b.key");
	ck_assert_ptr_null(config->listen[0].tls.certificate);
	ck_assert_uint_eq(config->listen[1].tls.certificate_count, 1);
	config_free(config);
}
END_TEST

START_TEST(empty_sections_and_lists_are_their_defaults)
{
	struct config *config = parse_well(
	    LEAST "limits:\nstore:\ntrusted_proxies:\nlog: {}\n");

	ck_assert_uint_eq(config->limit_count, 0);
	ck_assert_uint_eq(config->trusted_proxies.count, 0);
	ck_assert_int_eq(config->store.memory_bytes, 256 << 20);
	config_free(config);
}
END_TEST

START_TEST(relative_paths_are_joined_to_the_folder_of_the_file)
{
	struct bytes yaml = BYTES(
	    LISTEN UPSTREAM "identity: { secret: 'file:id.key', owners: /abs.csv }\n"
			    "network: { asn_database: db/asn.mmdb }\n");
	struct config *config = config_parse(yaml, "/etc/retort/a.yaml", &faults);

	ck_assert_str_eq(config->identity.secret.file, "/etc/retort/id.key");
	ck_assert_str_eq(config->identity.owners, "/abs.csv");
	ck_assert_str_eq(config->network.asn_database, "/etc/retort/db/asn.mmdb");
	config_free(config);
	config = config_parse(yaml, "/a.yaml", &faults);
	ck_assert_str_eq(config->identity.secret.file, "/id.key");
	config_free(config);
	config = config_parse(yaml, "a.yaml", &faults);
	ck_assert_str_eq(config->identity.secret.file, "id.key");
	config_free(config);
}
END_TEST

START_TEST(a_later_fault_knows_the_place_of_its_setting)
{
	struct config *config = parse_well(LEAST "network:\n  asn_database: /none.mmdb\n");
	struct fault fault;
	char words[500];

	ck_assert_int_eq(
	    config_say(&fault, config, &config->network.asn_database, "no %s", "file"), -1);
	ck_assert_str_eq(fault_words(&fault, words, sizeof(words)), "t.yaml:5:17: no file");
	ck_assert_int_eq(config->upstreams[0].place.line, 2);
	ck_assert_int_eq(config->upstreams[0].place.column, 13);
	config_say(&fault, config, &config->log.decisions, "not written");
	ck_assert_str_eq(fault_words(&fault, words, sizeof(words)), "t.yaml: not written");
	config_free(config);
}
END_TEST

START_TEST(a_file_loads_and_a_missing_one_is_a_fault)
{
	char path[] = "/tmp/retort-config-XXXXXX";
	int fd = mkstemp(path);
	struct config *config;

	ck_assert_int_gt(fd, -1);
	ck_assert_int_eq(write(fd, LEAST, sizeof(LEAST) - 1), (ssize_t)sizeof(LEAST) - 1);
	close(fd);
	config = config_load(path, &faults);
	ck_assert_ptr_nonnull(config);
	ck_assert_str_eq(config->file, path);
	config_free(config);
	unlink(path);
	ck_assert_ptr_null(config_load(path, &faults));
	ck_assert_int_eq(faults.faults.count, 1);
	ck_assert_str_eq(
	    faults.faults.list[0].text, "cannot be read: No such file or directory");
	ck_assert_ptr_null(config_load("/tmp", &faults));
	ck_assert_int_eq(faults.faults.count, 1);
	config_free(NULL);
}
END_TEST

UNIT_MAIN("config", the_contract_of_the_design_loads, defaults_stand_where_nothing_is_written,
    one_upstream_needs_no_route, anchors_and_aliases_share_values,
    several_certificates_follow_the_lone_pair, empty_sections_and_lists_are_their_defaults,
    relative_paths_are_joined_to_the_folder_of_the_file,
    a_later_fault_knows_the_place_of_its_setting, a_file_loads_and_a_missing_one_is_a_fault)
