/* What a reload would change, and what of it needs a restart. */
#include "config/config.h"

#include "fixture.h"

static struct config_changes changes;

static void compare(const char *old_yaml, const char *new_yaml)
{
	struct config *old = parse(old_yaml), *new = parse(new_yaml);

	ck_assert(old && new);
	config_difference(old, new, &changes);
	config_free(old);
	config_free(new);
}

static void expect_change(int number, const char *key, bool needs_restart)
{
	ck_assert_str_eq(changes.list[number].key, key);
	ck_assert_int_eq(changes.list[number].needs_restart, needs_restart);
}

START_TEST(the_same_differs_in_nothing)
{
	compare(LEAST, LEAST "workers: auto\nlog: { level: info }\n");
	ck_assert_int_eq(changes.count, 0);
}
END_TEST

START_TEST(changes_say_whether_they_need_a_restart)
{
	compare(LEAST, LEAST "workers: 2\nlog: { level: debug }\ntrusted_proxies: ['::1']\n"
			     "store: { redis: { tls: {} }, memory: 1GiB }\n");
	ck_assert_int_eq(changes.count, 5);
	ck_assert_int_eq(changes.restart_count, 3);
	expect_change(0, "trusted_proxies", false);
	expect_change(1, "workers", true);
	expect_change(2, "store.redis.tls", true);
	expect_change(3, "store.memory", true);
	expect_change(4, "log.level", false);
}
END_TEST

START_TEST(items_are_compared_by_their_number)
{
	compare(LEAST "limits: [{ name: a, key: ip, quota: 1, window: 1s }]\n",
	    LEAST "limits: [{ name: a, key: [ip, model], quota: 2, window: 1s },\n"
		  "  { name: b, key: ip, quota: 1, window: 1s }]\n");
	ck_assert_int_eq(changes.count, 3);
	ck_assert_int_eq(changes.restart_count, 0);
	expect_change(0, "limits", false);
	expect_change(1, "limits[0].key", false);
	expect_change(2, "limits[0].quota", false);
}
END_TEST

START_TEST(listeners_need_a_restart_and_their_certificates_do_not)
{
	const char *first = UPSTREAM SECRET "listen: [{ address: 'a:1', tls: { certificate: a, "
					    "key: b } }]\n";

	compare(first, UPSTREAM SECRET "listen: [{ address: 'a:1', tls: { certificate: c, "
				       "key: b } }, { address: 'a:2' }]\n");
	ck_assert_int_eq(changes.count, 2);
	expect_change(0, "listen", true);
	expect_change(1, "listen[0].tls.certificates[0].certificate", false);
	compare(first, UPSTREAM SECRET "listen: [{ address: 'a:2' }]\n");
	ck_assert_int_eq(changes.count, 2);
	expect_change(0, "listen[0].address", true);
	expect_change(1, "listen[0].tls", false);
}
END_TEST

START_TEST(secrets_and_servers_are_compared)
{
	compare(LISTEN SECRET "upstreams: [{ name: a, servers: ['http://x', 'http://y'] }]\n",
	    LISTEN "identity: { secret: 'file:/x' }\n"
		   "upstreams: [{ name: a, servers: ['http://x', 'http://z'] }]\n");
	ck_assert_int_eq(changes.count, 2);
	expect_change(0, "upstreams[0].servers", false);
	expect_change(1, "identity.secret", true);
}
END_TEST

UNIT_MAIN("config_difference", the_same_differs_in_nothing,
    changes_say_whether_they_need_a_restart, items_are_compared_by_their_number,
    listeners_need_a_restart_and_their_certificates_do_not, secrets_and_servers_are_compared)
