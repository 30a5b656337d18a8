/* The effective configuration loads again as the same one. */
#include "config/config.h"

#include "fixture.h"

static char *print(const struct config *config)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	config_print(config, out);
	fclose(out);
	return text;
}

static void expect_same_again(const char *yaml)
{
	static struct config_changes changes;
	struct config *config = parse(yaml), *again;
	char *text;

	ck_assert_ptr_nonnull(config);
	text = print(config);
	again = parse(text);
	if (!again)
		config_faults_print(&faults, stderr);
	ck_assert_msg(again != NULL, "%s", text);
	config_difference(config, again, &changes);
	ck_assert_msg(changes.count == 0, "%s in\n%s", changes.list[0].key, text);
	free(text);
	config_free(again);
	config_free(config);
}

START_TEST(what_is_printed_loads_as_the_same)
{
	expect_same_again(LEAST);
	expect_same_again(
	    "listen:\n"
	    "  - { address: '[::1]:0', tls: { certificate: 'a b', key: \"null\", certificates: "
	    "[{ "
	    "certificate: \"x\\\"\\\\\", key: '#y' }] }, proxy_protocol: true }\n"
	    "  - { address: 'unix:/a' }\n"
	    "trusted_proxies: [10.0.0.0/8, '::/0']\n"
	    "workers: 3\n"
	    "upstreams:\n"
	    "  - { name: '1', servers: ['http://a', 'https://[::1]:1'], keepalive: off, "
	    "tls: { ca: 'true', sni: x, verify: false }, host: 'h:1', failures: off }\n"
	    "routes: [{ match: { path: '/%20:', host: '*.a' }, upstream: '1', dialect: x }]\n"
	    "identity: { secret: 'env:A', account_from: [a, 'query:b'], owners: '- c' }\n"
	    "store: { kind: redis, redis: { servers: 'a:1', username: \"\\u00e9 \\u20ac\", "
	    "password: 'file:/a: b', tls: {} }, snapshot: 'off' }\n"
	    "limits: [{ name: l, key: [model, path], quota: 1, window: 61s, count: output "
	    "tokens, "
	    "missing: bucket, action: block }]\n"
	    "detection: { mode: enforce, tag_evidence: 123456.5, probe: { enabled: true } }\n"
	    "admin: { address: null, token: 'env:T' }\n"
	    "http: { body_limit: off, head_limit: 1025B }\n");
}
END_TEST

START_TEST(of_a_secret_only_the_place_is_printed)
{
	struct config *config = parse_well(
	    LISTEN UPSTREAM "identity: { secret: 'file:/etc/retort/identity.key' }\n"
			    "admin: { token: 'env:TOKEN' }\n");
	char *text = print(config);

	ck_assert_ptr_nonnull(strstr(text, "secret: \"file:/etc/retort/identity.key\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "token: \"env:TOKEN\"\n"));
	free(text);
	config_free(config);
}
END_TEST

START_TEST(words_stand_for_nothing_and_units_for_numbers)
{
	struct config *config = parse_well(LEAST "http: { body_limit: off }\n");
	char *text = print(config);

	ck_assert_ptr_nonnull(strstr(text, "\nworkers: auto\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n      ca: system\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n  body_limit: off\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n  tag_evidence: 1e9\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n    idle_timeout: 10m\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n  decoded_limit: 64MiB\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nlimits: []\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n    tls: null\n"));
	free(text);
	config_free(config);
}
END_TEST

UNIT_MAIN("config_print", what_is_printed_loads_as_the_same,
    of_a_secret_only_the_place_is_printed, words_stand_for_nothing_and_units_for_numbers)
