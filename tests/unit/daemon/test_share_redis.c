/* Two nodes and a real Redis, through everything that a Redis does to those who rely on it. */
#include "tls_context.h"

#include "daemon/certificates.h"
#include "daemon/fleet_traffic.h"

#include <netinet/in.h>
#include <sys/socket.h>

static struct redis_server redis;

static struct config_address address_of(const struct redis_server *server)
{
	return (struct config_address){
		.text = server->text, .host = "127.0.0.1", .port = (uint16_t)server->port
	};
}

static void start_nodes(void)
{
	struct config_address address = address_of(&redis);

	for (unsigned i = 0; i < NODES; i++)
		node_start(&nodes[i], settings_of(&address, 1));
}

static void await_all_shared(void)
{
	for (unsigned i = 0; i < NODES; i++)
		AWAIT(is_shared(&nodes[i]));
}

static void begin(int64_t quota, enum config_mode mode)
{
	use_rules(quota, mode);
	redis_run(&redis);
	start_nodes();
	await_all_shared();
}

static void end(void)
{
	for (unsigned i = 0; i < NODES; i++)
		node_stop(&nodes[i]);
	redis_kill(&redis);
	limit_set_free(rules);
	limit_table_free(memory);
}

static void some_requests(unsigned count, uint64_t accounts)
{
	static uint64_t state = 1;

	for (unsigned i = 0; i < count; i++) {
		state = state * 6364136223846793005ull + 1442695040888963407ull;
		request(&nodes[state >> 40 & 1], 1 + (state >> 42) % accounts);
	}
}

static void await_agreement(void)
{
	for (unsigned i = 0; i < NODES; i++)
		AWAIT(agrees(&nodes[i]));
}

START_TEST(nodes_count_as_one)
{
	begin(1000000, CONFIG_MODE_ENFORCE);
	for (unsigned round = 0; round < 20; round++) {
		some_requests(500, 100);
		await_agreement();
	}
	ck_assert(request(&nodes[0], 1).is_shared);
	AWAIT(told(&nodes[0], "counts are shared through redis 127"));
	end();
}
END_TEST

START_TEST(the_fleet_oversteps_a_quota_by_one_interval_at_most)
{
	const unsigned quota = 300, interval = 7;
	unsigned passed = 0;

	begin(quota, CONFIG_MODE_ENFORCE);
	for (unsigned round = 0; round < 60; round++) {
		for (unsigned i = 0; i < NODES; i++)
			for (unsigned j = 0; j < interval; j++)
				passed += request(&nodes[i], 1).action == LIMIT_PASS;
		await_agreement();
	}
	ck_assert_uint_ge(passed, quota);
	ck_assert_uint_le(passed, quota + (NODES - 1) * interval);
	ck_assert_int_eq(request(&nodes[0], 1).action, LIMIT_THROTTLE);
	ck_assert_int_eq(request(&nodes[1], 1).action, LIMIT_THROTTLE);
	end();
}
END_TEST

START_TEST(killed_under_load_and_restarted_empty_all_sums_are_equal_again)
{
	begin(1000000, CONFIG_MODE_ENFORCE);
	for (unsigned round = 0; round < 3; round++) {
		some_requests(2000, 300);
		redis_kill(&redis);
		some_requests(2000, 300);
		AWAIT(!is_shared(&nodes[0]) && !is_shared(&nodes[1]));
		ck_assert(!request(&nodes[0], 1).is_shared);
		some_requests(2000, 300);
		redis_run(&redis);
		some_requests(2000, 300);
		await_all_shared();
		await_agreement();
	}
	end();
}
END_TEST

START_TEST(a_frozen_redis_is_given_up_in_time_and_nobody_waits_for_it)
{
	unsigned passed = 0;

	begin(1000000, CONFIG_MODE_ENFORCE);
	some_requests(1000, 50);
	await_agreement();
	kill(redis.child, SIGSTOP);
	/* The stripes are free whenever this thread runs: it can always pass. */
	while (is_shared(&nodes[0]) || is_shared(&nodes[1])) {
		some_requests(100, 50);
		passed += 100;
	}
	ck_assert_uint_gt(passed, 0);
	some_requests(1000, 50);
	AWAIT(told(&nodes[0], "did not answer within 500 ms"));
	kill(redis.child, SIGCONT);
	await_all_shared();
	await_agreement();
	end();
}
END_TEST

START_TEST(an_outage_is_told_once_and_so_is_its_end)
{
	struct share_state *state;

	begin(1000000, CONFIG_MODE_ENFORCE);
	state = share_redis_state(nodes[0].share);
	ck_assert_uint_eq(nodes[0].changes, 1);
	redis_kill(&redis);
	AWAIT(state->failures >= 4);
	ck_assert_uint_eq(nodes[0].changes, 2);
	ck_assert_uint_eq(state->outages, 1);
	AWAIT(told(&nodes[0], "limits go on with this node's counts"));
	redis_run(&redis);
	await_all_shared();
	ck_assert_uint_eq(nodes[0].changes, 3);
	end();
}
END_TEST

/* How many values of nodes it holds. */
static int values_in_redis(void)
{
	return atoi(redis_ask(&redis, "EVAL %s 0",
	    "local n = 0 for _, key in ipairs(redis.call('keys', '*')) do "
	    "if redis.call('type', key).ok == 'hash' then n = n + redis.call('hlen', key) end "
	    "end return n"));
}

START_TEST(a_redis_that_was_flushed_is_told_everything_again)
{
	struct config_address address;
	int values;

	begin(1000000, CONFIG_MODE_ENFORCE);
	address = address_of(&redis);
	some_requests(2000, 100);
	await_agreement();
	values = values_in_redis();
	redis_ask(&redis, "FLUSHALL");
	some_requests(200, 100);
	for (unsigned i = 0; i < NODES; i++)
		AWAIT(share_redis_state(nodes[i].share)->losses > 0);
	await_agreement();
	AWAIT(values_in_redis() >= values); /* a node that goes sooner takes its own along */
	node_stop(&nodes[1]);
	node_start(&nodes[1], settings_of(&address, 1));
	await_agreement();
	end();
}
END_TEST

START_TEST(a_node_that_restarts_learns_from_redis)
{
	struct config_address address;

	begin(1000000, CONFIG_MODE_ENFORCE);
	address = address_of(&redis);
	some_requests(3000, 100);
	node_stop(&nodes[1]); /* shares its last counts before it goes */
	node_start(&nodes[1], settings_of(&address, 1));
	await_agreement();
	end();
}
END_TEST

START_TEST(no_key_is_left_for_ever)
{
	begin(1000000, CONFIG_MODE_ENFORCE);
	some_requests(2000, 300);
	await_agreement();
	ck_assert_str_ne(redis_ask(&redis, "DBSIZE"), "0");
	ck_assert_str_eq(redis_ask(&redis, "EVAL %s 0",
			     "local n = 0 for _, key in ipairs(redis.call('keys', '*')) do "
			     "if redis.call('pttl', key) < 0 then n = n + 1 end end return n"),
	    "0");
	end();
}
END_TEST

START_TEST(a_redis_without_memory_is_left_alone_until_it_has_some)
{
	begin(1000000, CONFIG_MODE_ENFORCE);
	some_requests(500, 100);
	await_agreement();
	redis_ask(&redis, "CONFIG SET maxmemory 1");
	AWAIT(!is_shared(&nodes[0]) && !is_shared(&nodes[1]));
	AWAIT(told(&nodes[0], "has no memory left (OOM "));
	some_requests(500, 100);
	AWAIT(share_redis_state(nodes[0].share)->failures >= 3);
	ck_assert_uint_eq(nodes[0].changes, 2);
	redis_ask(&redis, "CONFIG SET maxmemory 0");
	await_all_shared();
	await_agreement();
	end();
}
END_TEST

static bool has_words(struct node *node, const char *words)
{
	struct fault why;

	share_redis_why(node->share, &why);
	return strstr(why.text, words);
}

START_TEST(passwords_and_users_are_asked_for)
{
	struct share_redis_settings settings;
	struct config_address address;

	use_rules(1000000, CONFIG_MODE_ENFORCE);
	redis.options[0] = "--requirepass";
	redis.options[1] = "secret";
	redis_start(&redis);
	address = address_of(&redis);
	settings = settings_of(&address, 1);
	AWAIT(strncmp(redis_ask(&redis, "PING"), "NOAUTH", 6) == 0);
	node_start(&nodes[0], settings);
	AWAIT(has_words(&nodes[0], "wants a password (NOAUTH "));
	node_stop(&nodes[0]);
	settings.password = "wrong";
	node_start(&nodes[0], settings);
	AWAIT(has_words(&nodes[0], "refuses the user or the password (WRONGPASS "));
	node_stop(&nodes[0]);
	settings.username = "default";
	settings.password = "secret";
	for (unsigned i = 0; i < NODES; i++)
		node_start(&nodes[i], settings);
	await_all_shared();
	some_requests(500, 100);
	await_agreement();
	end();
}
END_TEST

START_TEST(a_user_with_few_rights_is_enough)
{
	struct share_redis_settings settings;
	struct config_address address;

	use_rules(1000000, CONFIG_MODE_ENFORCE);
	redis_run(&redis);
	address = address_of(&redis);
	settings = settings_of(&address, 1);
	settings.username = "retort";
	settings.password = "secret";
	redis_ask(&redis, "ACL SETUSER retort on >secret ~retort:* +set +hset +hgetall");
	node_start(&nodes[0], settings);
	request(&nodes[0], 1);
	AWAIT(has_words(&nodes[0], "does not let this user do it (NOPERM "));
	node_stop(&nodes[0]);
	redis_ask(&redis, "ACL SETUSER retort +pexpire");
	for (unsigned i = 0; i < NODES; i++)
		node_start(&nodes[i], settings);
	some_requests(500, 100);
	await_all_shared();
	await_agreement();
	end();
}
END_TEST

START_TEST(of_a_replica_and_its_master_the_master_is_found)
{
	struct redis_server replica = { .port = 0 };
	struct config_address addresses[2];
	char port[8];

	use_rules(1000000, CONFIG_MODE_ENFORCE);
	redis_run(&redis);
	snprintf(port, sizeof(port), "%d", redis.port);
	replica.options[0] = "--replicaof";
	replica.options[1] = "127.0.0.1";
	replica.options[2] = port;
	redis_run(&replica);
	addresses[0] = address_of(&replica);
	addresses[1] = address_of(&redis);
	node_start(&nodes[0], settings_of(addresses, 1));
	AWAIT(has_words(&nodes[0], "is a replica and takes no writes (READONLY "));
	node_stop(&nodes[0]);
	for (unsigned i = 0; i < NODES; i++)
		node_start(&nodes[i], settings_of(addresses, 2));
	await_all_shared();
	some_requests(500, 100);
	await_agreement();
	redis_kill(&redis); /* failover: the replica is promoted, the master is gone */
	redis_ask(&replica, "REPLICAOF NO ONE");
	some_requests(500, 100);
	await_all_shared();
	await_agreement();
	redis_run(&redis);
	end();
	redis_kill(&replica);
}
END_TEST

START_TEST(a_loading_redis_is_waited_for)
{
	char folder[] = "/tmp/retort-loading-XXXXXX";
	char file[64];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	use_rules(1000000, CONFIG_MODE_ENFORCE);
	redis.folder = folder;
	redis_run(&redis);
	for (unsigned i = 0; i < 1000; i++)
		redis_ask(&redis, "SET key:%u 0123456789012345678901234567", i);
	ck_assert_str_eq(redis_ask(&redis, "SAVE"), "OK");
	redis_kill(&redis);
	redis.options[0] = "--key-load-delay";
	redis.options[1] = "2000"; /* µs a key */
	redis.options[2] = "--loading-process-events-interval-bytes";
	redis.options[3] = "1024";
	redis_start(&redis);
	AWAIT(strncmp(redis_ask(&redis, "GET x"), "LOADING", 7) == 0);
	start_nodes();
	AWAIT(has_words(&nodes[0], "is still loading its data (LOADING "));
	some_requests(500, 100);
	await_all_shared();
	await_agreement();
	end();
	snprintf(file, sizeof(file), "%s/dump.rdb", folder);
	unlink(file);
	rmdir(folder);
}
END_TEST

START_TEST(a_cluster_is_named)
{
	char folder[] = "/tmp/retort-cluster-XXXXXX", file[64], port[8];
	struct config_address address;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	use_rules(1, CONFIG_MODE_SHADOW);
	snprintf(port, sizeof(port), "%d", free_port());
	redis = (struct redis_server){ .folder = folder,
		.options = { "--cluster-enabled", "yes", "--cluster-port", port } };
	redis_run(&redis);
	address = address_of(&redis);
	node_start(&nodes[0], settings_of(&address, 1));
	AWAIT(has_words(&nodes[0], "is part of a cluster"));
	node_stop(&nodes[0]);
	redis_kill(&redis);
	snprintf(file, sizeof(file), "%s/nodes.conf", folder);
	unlink(file);
	rmdir(folder);
}
END_TEST

static SSL_CTX *trust(const struct issued *authority)
{
	static struct config config = { .file = "retort.yaml" };
	struct config_peer_tls tls = { .ca = authority->certificate_path, .is_verified = true };
	struct tls_client_plan plan = {
		.config = &config, .where = "store.redis.tls", .tls = &tls
	};
	struct fault fault;

	return tls_context_new_client(&plan, &fault);
}

START_TEST(tls_is_verified)
{
	struct issued authority = certificates_issue("authority", NULL, false, NULL);
	struct issued stranger = certificates_issue("stranger", NULL, false, NULL);
	struct issued leaf = certificates_issue("leaf", "DNS:redis.test", false, &authority);
	struct config_address address;
	struct share_redis_settings settings;
	char port[8];

	use_rules(1000000, CONFIG_MODE_ENFORCE);
	snprintf(port, sizeof(port), "%d", free_port());
	redis = (struct redis_server){
		.options = { "--tls-port", port, "--tls-cert-file", leaf.certificate_path,
		    "--tls-key-file", leaf.key_path, "--tls-ca-cert-file",
		    authority.certificate_path, "--tls-auth-clients", "no" }
	};
	redis_run(&redis);
	address = address_of(&redis);
	address.port = (uint16_t)atoi(port);
	settings = settings_of(&address, 1);
	settings.is_verified = true;
	settings.tls = trust(&stranger);
	node_start(&nodes[0], settings);
	AWAIT(has_words(&nodes[0], "TLS: self-signed certificate"));
	node_stop(&nodes[0]);
	SSL_CTX_free(settings.tls);
	settings.tls = trust(&authority);
	node_start(&nodes[0], settings);
	AWAIT(has_words(&nodes[0], "TLS: IP address mismatch"));
	node_stop(&nodes[0]);
	settings.sni = "redis.test";
	for (unsigned i = 0; i < NODES; i++)
		node_start(&nodes[i], settings);
	SSL_CTX_free(settings.tls);
	await_all_shared();
	for (unsigned round = 0; round < 10; round++) {
		some_requests(3000, 2000);
		await_agreement();
	}
	end();
	certificates_drop(&leaf);
	certificates_drop(&stranger);
	certificates_drop(&authority);
}
END_TEST

START_TEST(an_unreachable_redis_is_given_up_in_time)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int door = socket(AF_INET, SOCK_STREAM, 0), guests[4];
	struct config_address address = { .text = "black hole", .host = "127.0.0.1" };

	/* A door that nobody opens, with its one seat taken: the next knock is never answered.
	 */
	ck_assert_int_eq(bind(door, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(door, 0), 0);
	getsockname(door, (struct sockaddr *)&at, &len);
	for (unsigned i = 0; i < 4; i++) {
		guests[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(guests[i], (struct sockaddr *)&at, len);
	}
	use_rules(1000000, CONFIG_MODE_ENFORCE);
	address.port = ntohs(at.sin_port);
	node_start(&nodes[0], settings_of(&address, 1));
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_int_eq(request(&nodes[0], i).action, LIMIT_PASS);
	AWAIT(has_words(&nodes[0], "redis black hole could not be reached within 1000 ms"));
	ck_assert_uint_eq(nodes[0].changes, 1);
	node_stop(&nodes[0]);
	for (unsigned i = 0; i < 4; i++)
		close(guests[i]);
	close(door);
}
END_TEST

START_TEST(a_name_is_resolved)
{
	struct config_address address;

	use_rules(1000000, CONFIG_MODE_ENFORCE);
	redis_run(&redis);
	address = address_of(&redis);
	address.host = "localhost";
	node_start(&nodes[0], settings_of(&address, 1));
	AWAIT(is_shared(&nodes[0]));
	node_stop(&nodes[0]);
	redis_kill(&redis);
}
END_TEST

START_TEST(settings_that_cannot_work_are_refused)
{
	struct config_address address = { .text = "x", .host = "127.0.0.1", .port = 1 };
	struct share_redis_settings settings = settings_of(&address, 0);
	struct fault fault;

	ck_assert_ptr_null(share_redis_start(&settings, &fault));
	settings = settings_of(&address, 1);
	settings.username = "user";
	ck_assert_ptr_null(share_redis_start(&settings, &fault));
	settings = settings_of(&address, 1);
	settings.prefix = "a{b}";
	ck_assert_ptr_null(share_redis_start(&settings, &fault));
	ck_assert_ptr_nonnull(strstr(fault.text, "braces"));
}
END_TEST

UNIT_MAIN("share_redis", nodes_count_as_one,
    the_fleet_oversteps_a_quota_by_one_interval_at_most,
    killed_under_load_and_restarted_empty_all_sums_are_equal_again,
    a_frozen_redis_is_given_up_in_time_and_nobody_waits_for_it,
    an_outage_is_told_once_and_so_is_its_end, a_redis_that_was_flushed_is_told_everything_again,
    a_node_that_restarts_learns_from_redis, no_key_is_left_for_ever,
    a_redis_without_memory_is_left_alone_until_it_has_some, passwords_and_users_are_asked_for,
    a_user_with_few_rights_is_enough, of_a_replica_and_its_master_the_master_is_found,
    a_loading_redis_is_waited_for, a_cluster_is_named, tls_is_verified,
    an_unreachable_redis_is_given_up_in_time, a_name_is_resolved,
    settings_that_cannot_work_are_refused)
