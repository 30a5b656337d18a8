/* Faults of single keys: each with its place, all of them at once, none with a secret in it. */
#include "config/bind.h"

#include "fixture.h"

START_TEST(an_unknown_key_names_the_one_that_was_meant)
{
	parse_badly(
	    LEAST "worker: 3\n", 4, 1, "worker: unknown key; did you mean \"workers\"?");
	parse_badly(LEAST "store: { Kind: memory }\n", 4, 10, "did you mean \"kind\"?");
	parse_badly(LEAST "quota: 3\n", 4, 1, "did you mean \"limits[].quota\"?");
	parse_badly(LEAST "zebra: 3\n", 4, 1, "zebra: unknown key");
	parse_badly(UPSTREAM SECRET "listen: [{ adress: '127.0.0.1:0' }]\n", 3, 12,
	    "listen[0].adress: unknown key; did you mean \"address\"?");
}
END_TEST

START_TEST(what_must_be_given_is_asked_for)
{
	parse_badly(UPSTREAM SECRET, 1, 1, "listen: is missing");
	parse_badly(LISTEN SECRET, 1, 1, "upstreams: is missing");
	parse_badly(
	    LISTEN SECRET "upstreams: []\n", 3, 12, "upstreams: must have 1..256 entries");
	parse_badly(LISTEN SECRET "upstreams: [{ servers: 'http://a' }]\n", 3, 13,
	    "upstreams[0].name: is missing");
	parse_badly(LEAST "limits: [{ name: a, key: account, quota: 1 }]\n", 4, 10,
	    "limits[0].window: is missing");
}
END_TEST

START_TEST(a_key_twice_is_a_fault)
{
	parse_badly(LEAST "workers: 1\nworkers: 2\n", 5, 1, "workers: is given twice");
	parse_badly(LEAST "store: { kind: memory, kind: memory }\n", 4, 24, "is given twice");
}
END_TEST

START_TEST(a_range_is_said)
{
	parse_badly(LEAST "workers: 0\n", 4, 10, "must be within 1..1024, or auto, not 0");
	parse_badly(LEAST "limits: [{ name: a, key: account, quota: 0, window: 1s }]\n", 4, 42,
	    "limits[0].quota: must be within 1..");
	parse_badly(LEAST "limits: [{ name: a, key: account, quota: 1, window: 31d }]\n", 4, 53,
	    "limits[0].window: must be within 1s..30d, not 31d");
	parse_badly(LEAST "limits: [{ name: a, key: account, quota: 1, window: 999ms }]\n", 4,
	    53, "must be within 1s..30d");
	parse_badly(
	    LEAST "detection: { probe: { rate: 0.3 } }\n", 4, 29, "must be within 0.001..0.25");
}
END_TEST

START_TEST(a_wrong_word_is_answered_with_the_right_ones)
{
	parse_badly(LEAST "detection: { mode: enforced }\n", 4, 20,
	    "expected shadow, tag or enforce; did you mean \"enforce\"?");
	parse_badly(LEAST "limits: [{ name: a, key: [acount], quota: 1, window: 1s }]\n", 4, 27,
	    "did you mean \"account\"?");
	parse_badly(LEAST "limits: [{ name: a, key: [ip, ip], quota: 1, window: 1s }]\n", 4, 31,
	    "expected each word once");
	parse_badly(LEAST "limits: [{ name: a, key: [], quota: 1, window: 1s }]\n", 4, 26,
	    "must have 1..11 entries, not 0");
}
END_TEST

START_TEST(a_value_of_the_wrong_kind_is_refused)
{
	parse_badly(LEAST "workers: [1]\n", 4, 10, "workers: expected a number");
	parse_badly(LEAST "workers: three\n", 4, 10, "expected a whole number");
	parse_badly(LEAST "store: memory\n", 4, 8, "store: expected keys and values");
	parse_badly(LEAST "limits: { name: a }\n", 4, 9, "limits: expected a list");
	parse_badly(LEAST "limits: [7]\n", 4, 10, "limits[0]: expected keys and values");
	parse_badly(LEAST "trusted_proxies: { a: b }\n", 4, 18, "expected a list");
	parse_badly(
	    LEAST "headers: { ja4: yes }\n", 4, 17, "expected true or false, not \"yes\"");
	parse_badly(LEAST "timeouts: { head: 30 }\n", 4, 19, "a whole number with a unit");
	parse_badly(LEAST "log: { level: null }\n", 4, 15, "log.level: has no value");
	parse_badly(LEAST "workers: !fast 3\n", 4, 10, "without a tag");
	parse_badly(LEAST "? [a]\n: b\n", 4, 3, "a key must be a plain word");
	parse_badly(
	    LEAST "log: { decisions: \"a\\nb\" }\n", 4, 19, "holds a control character");
	parse_badly(LEAST "log: { decisions: \"a\\u2028b\" }\n", 4, 19, "control character");
	parse_badly("- a\n", 1, 1, "expected keys and values");
}
END_TEST

START_TEST(what_this_version_lacks_is_said)
{
	struct config *config;

	parse_badly(LEAST "store: { kind: cluster }\n", 4, 16,
	    "store.kind: cluster is not available in this version");
	parse_badly(LEAST "store: { kind: sentinel }\n", 4, 16, "not available");
	config = parse(UPSTREAM SECRET "listen: [{ address: 'a:0', alpn: [h2, http/1.1] }]\n");
	ck_assert_ptr_nonnull(config);
	ck_assert(is_said(&faults.warnings, 3, 35, "listen[0].alpn: h2 is not available"));
	ck_assert_uint_eq(config->listen[0].alpn, 1u << CONFIG_ALPN_HTTP1);
	config_free(config);
	config = parse(UPSTREAM SECRET "listen: [{ address: 'a:0', alpn: [h2] }]\n");
	ck_assert_uint_eq(config->listen[0].alpn, 1u << CONFIG_ALPN_HTTP1);
	config_free(config);
}
END_TEST

START_TEST(all_faults_are_listed_in_the_order_of_the_file)
{
	ck_assert_ptr_null(
	    parse(LISTEN "workers: x\n" UPSTREAM "zebra: 1\nlog: { level: loud }\n"
			 "routes: [{ upstream: nobody }]\n"));
	ck_assert_int_eq(faults.faults.count, 4);
	ck_assert_int_eq(faults.faults.list[0].line, 2);
	ck_assert_int_eq(faults.faults.list[1].line, 4);
	ck_assert_int_eq(faults.faults.list[2].line, 5);
	ck_assert_int_eq(faults.faults.list[3].line, 6);
}
END_TEST

START_TEST(a_file_of_nonsense_ends_in_a_count)
{
	char yaml[4096] = "", text[32768] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	size_t len = 0;

	for (int i = 0; i < 100; i++)
		len += (size_t)snprintf(yaml + len, sizeof(yaml) - len, "zebra%d: 1\n", i);
	ck_assert_ptr_null(parse(yaml));
	ck_assert_int_eq(faults.faults.count, 102);
	config_faults_print(&faults, out);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "t.yaml:1:1: zebra0: unknown key\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n... and 38 more\n"));
}
END_TEST

START_TEST(no_secret_is_repeated)
{
	static const char *const yamls[] = {
		LISTEN UPSTREAM "identity: { secret: hunter2 }\n",
		LISTEN UPSTREAM "identity: { secret: 'env:hunter2 hunter2' }\n",
		LEAST "store: { redis: { password: hunter2 } }\n",
		LEAST "admin: { token: hunter2 }\n",
		LISTEN SECRET "upstreams: [{ name: a, servers: 'http://u:hunter2@host' }]\n",
		LEAST "identity2: hunter2\n",
	};

	for (size_t i = 0; i < sizeof(yamls) / sizeof(*yamls); i++) {
		ck_assert_ptr_null(parse(yamls[i]));
		for (int j = 0; j < faults.faults.count; j++)
			ck_assert_ptr_null(strstr(faults.faults.list[j].text, "hunter2"));
	}
	parse_badly(
	    yamls[0], 3, 21, "expected file:PATH or env:NAME; a secret never stands in this");
}
END_TEST

START_TEST(aliases_make_no_bomb)
{
	char yaml[20000];
	size_t len = (size_t)snprintf(yaml, sizeof(yaml),
	    LISTEN SECRET "upstreams:\n  - { name: a, "
			  "servers: &s [");

	for (int i = 0; i < 64; i++)
		len += (size_t)snprintf(
		    yaml + len, sizeof(yaml) - len, "%s'http://h%d'", i ? "," : "", i);
	len += (size_t)snprintf(yaml + len, sizeof(yaml) - len, "] }\n");
	for (int i = 1; i < 256; i++)
		len += (size_t)snprintf(
		    yaml + len, sizeof(yaml) - len, "  - { name: a%d, servers: *s }\n", i);
	snprintf(yaml + len, sizeof(yaml) - len,
	    "routes: [{ upstream: a }]\ntrusted_proxies: &p %s", "[10.0.0.0/8]\n");
	config_free(parse_well(yaml)); /* 16,384 servers by aliases are within the bounds */
	parse_badly(LISTEN SECRET "upstreams: &u [{ name: a, servers: *u }]\n", 3, 16,
	    "upstreams[0].servers: expected a URL");
}
END_TEST

START_TEST(a_merge_key_is_refused_with_a_reason)
{
	parse_badly(LEAST "log: { <<: { level: info } }\n", 4, 8, "merge keys are not taken");
}
END_TEST

UNIT_MAIN("bind", an_unknown_key_names_the_one_that_was_meant, what_must_be_given_is_asked_for,
    a_key_twice_is_a_fault, a_range_is_said, a_wrong_word_is_answered_with_the_right_ones,
    a_value_of_the_wrong_kind_is_refused, what_this_version_lacks_is_said,
    all_faults_are_listed_in_the_order_of_the_file, a_file_of_nonsense_ends_in_a_count,
    no_secret_is_repeated, aliases_make_no_bomb, a_merge_key_is_refused_with_a_reason)
