/* What identity, store, limits, detection and admin demand of each other. */
#include "config/check.h"

#include "fixture.h"

static void expect_warning(const char *yaml, int line, int column, const char *words)
{
	struct config *config = parse(yaml);

	config_faults_print(&faults, stderr);
	ck_assert_ptr_nonnull(config);
	ck_assert_int_eq(faults.warnings.count, 1);
	ck_assert_msg(is_said(&faults.warnings, line, column, words), "no warning %s", words);
	config_free(config);
}

START_TEST(a_random_secret_is_warned_of)
{
	expect_warning(LISTEN UPSTREAM, 0, 0, "identity.secret: none is given");
}
END_TEST

START_TEST(redis_needs_a_server_and_a_secret)
{
	parse_badly(LEAST "store: { kind: redis }\n", 4, 16, "redis needs store.redis.servers");
	parse_badly(LEAST "store: { kind: redis, redis: { servers: ['a:1', 'b:1'] } }\n", 4, 41,
	    "kind redis takes one server");
	parse_badly(LISTEN UPSTREAM "store: { kind: redis, redis: { servers: 'a:1' } }\n", 3,
	    16, "redis needs identity.secret");
	config_free(parse_well(LEAST "store: { kind: redis, redis: { servers: 'a:1' } }\n"));
}
END_TEST

START_TEST(what_is_decoded_is_not_less_than_what_is_read)
{
	parse_badly(LEAST "inspect: { body_limit: 8MiB, decoded_limit: 4MiB }\n", 4, 45,
	    "must not be below inspect.body_limit");
}
END_TEST

START_TEST(headers_of_strangers_are_warned_of)
{
	expect_warning(
	    LEAST "network: { ja4_header: x-ja4 }\n", 4, 24, "is believed from nobody");
	config_free(
	    parse_well(LEAST "network: { ja4_header: x-ja4 }\ntrusted_proxies: 10.0.0.0/8\n"));
}
END_TEST

#define LIMIT(rest) "limits: [{ name: a, quota: 1, window: 1s, " rest " }]\n"

START_TEST(names_of_limits_are_unique)
{
	parse_badly(LEAST "limits:\n  - { name: a, key: ip, quota: 1, window: 1s }\n"
			  "  - { name: a, key: ip, quota: 2, window: 1s }\n",
	    6, 13, "there is an earlier \"a\"");
}
END_TEST

START_TEST(counting_one_thing_for_each_of_itself_is_a_fault)
{
	parse_badly(LEAST LIMIT("key: [ip, account], count: distinct accounts"), 4, 70,
	    "distinct accounts is always 1, for account is part of the key");
	parse_badly(LEAST LIMIT("key: ip, count: distinct ips"), 4, 59, "is always 1");
	config_free(parse_well(LEAST LIMIT("key: ip, count: distinct accounts")));
}
END_TEST

START_TEST(parts_that_are_never_known_are_warned_of)
{
	expect_warning(LEAST LIMIT("key: asn"), 4, 48, "asn is never known");
	expect_warning(LEAST LIMIT("key: ja4"), 4, 48, "ja4 is never known");
	config_free(parse_well(LEAST "network: { asn_database: a }\n" LIMIT("key: asn")));
	config_free(parse_well(UPSTREAM SECRET
	    "listen: [{ address: 'a:1', tls: { certificate: a, key: b } }]\n" LIMIT(
		"key: ja4")));
}
END_TEST

START_TEST(thresholds_must_rise)
{
	parse_badly(LEAST "detection: { watch_evidence: 1e5, tag_evidence: 1e4 }\n", 4, 30,
	    "must not be above detection.tag_evidence");
	parse_badly(LEAST "detection: { candidate: { watch_evidence: 1e10 } }\n", 4, 43,
	    "must not be above its tag_evidence");
	config_free(parse_well(LEAST "detection: { candidate: { tag_evidence: 1e6 } }\n"));
}
END_TEST

START_TEST(probes_outside_enforce_are_warned_of)
{
	expect_warning(LEAST "detection: { probe: { enabled: true } }\n", 4, 32,
	    "probes refuse honest requests, though detection.mode is tag");
	config_free(
	    parse_well(LEAST "detection: { mode: enforce, probe: { enabled: true } }\n"));
}
END_TEST

START_TEST(trials_outside_enforce_are_warned_of)
{
	expect_warning(LEAST "detection: { displacement: { enabled: true } }\n", 4, 39,
	    "trials refuse honest requests, though detection.mode is tag");
	config_free(parse_well(
	    LEAST "detection: { mode: enforce, displacement: { enabled: true } }\n"));
}
END_TEST

START_TEST(an_open_admin_listener_without_a_token_is_warned_of)
{
	expect_warning(
	    LEAST "admin: { address: '0.0.0.0:9180' }\n", 4, 19, "others can read it");
	config_free(parse_well(LEAST "admin: { address: '0.0.0.0:9180', token: 'env:T' }\n"));
	config_free(parse_well(LEAST "admin: { address: 'unix:/run/x' }\n"));
	config_free(parse_well(LEAST "admin: { address: null }\n"));
}
END_TEST

START_TEST(a_snapshot_without_a_secret_is_warned_of)
{
	config_free(parse(LISTEN UPSTREAM "store: { snapshot: /x }\n"));
	ck_assert(is_said(&faults.warnings, 3, 20, "means nothing after a restart"));
}
END_TEST

UNIT_MAIN("check_policy", a_random_secret_is_warned_of, redis_needs_a_server_and_a_secret,
    what_is_decoded_is_not_less_than_what_is_read, headers_of_strangers_are_warned_of,
    names_of_limits_are_unique, counting_one_thing_for_each_of_itself_is_a_fault,
    parts_that_are_never_known_are_warned_of, probes_outside_enforce_are_warned_of,
    trials_outside_enforce_are_warned_of, thresholds_must_rise,
    an_open_admin_listener_without_a_token_is_warned_of,
    a_snapshot_without_a_secret_is_warned_of)
