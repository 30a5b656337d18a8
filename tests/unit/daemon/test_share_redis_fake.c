/* A node and a server that says what a real Redis cannot be made to say on demand. */
#include "daemon/fleet_traffic.h"

#include <pthread.h>
#include <sys/socket.h>

#define GREETED  "-NOPERM no TIME for you\r\n+OK\r\n"
#define ANSWERED ":1\r\n:1\r\n*0\r\n*0\r\n" /* to what is asked for a new window */

/* What happens on one connection. */
struct scene {
	const char *greeting; /* the answer to the greeting */
	const char *answer;   /* to the first batch */
	bool is_cut;          /* then the connection ends */
	bool is_late;         /* the answer comes when the node has left */
	bool is_dribbled;     /* the last byte of the answer goes on for ever */
	bool is_endless;      /* the answer is followed by megabytes */
	bool is_honest;       /* every batch is answered, windows with |answer| */
};

static struct {
	int door;
	pthread_t thread;
	const struct scene *scenes;
	size_t count;
	_Atomic size_t played; /* connections that ended */
	char text[32];
	struct config_address address;
} fake;

static void say(int peer, const char *text)
{
	send(peer, text, strlen(text), MSG_NOSIGNAL);
}

/* Reads until |ending| came by; false when the peer left. */
static bool hear(int peer, const char *ending)
{
	char heard[8192];
	size_t len = 0;

	for (;;) {
		ssize_t got = recv(peer, heard + len, sizeof(heard) - 1 - len, 0);

		if (got <= 0)
			return false;
		len += (size_t)got;
		heard[len] = '\0';
		if (strstr(heard, ending))
			return true;
	}
}

static void await_leaving(int peer)
{
	char heard[8192];

	while (recv(peer, heard, sizeof(heard), 0) > 0)
		;
}

static void go_on(int peer, const struct scene *scene)
{
	static const char megabyte[1 << 20];

	if (scene->is_late)
		await_leaving(peer);
	say(peer, scene->answer);
	while (scene->is_endless && send(peer, megabyte, sizeof(megabyte), MSG_NOSIGNAL) > 0)
		;
	while (scene->is_dribbled && send(peer, "0", 1, MSG_NOSIGNAL) > 0)
		poll(NULL, 0, 5);
	if (!scene->is_cut)
		await_leaving(peer);
}

/* Answers every command; another node's counts stand in the newest epoch only. */
static void be_honest(int peer, const char *counts)
{
	char heard[8192];
	ssize_t got;

	while ((got = recv(peer, heard, sizeof(heard) - 1, 0)) > 0) {
		heard[got] = '\0';
		for (char *at = heard; (at = strstr(at, "\r\n$"));) {
			at += 3;
			if (strncmp(at, "4\r\nHSET", 7) == 0)
				say(peer, ":0\r\n");
			else if (strncmp(at, "3\r\nSET", 6) == 0)
				say(peer, "+OK\r\n");
			else if (strncmp(at, "7\r\nPEXPIRE", 10) == 0)
				say(peer, ":1\r\n");
			else if (strncmp(at, "7\r\nHGETALL", 10) == 0)
				say(peer, strstr(at + 10, "HGETALL") ? "*0\r\n" : counts);
		}
	}
}

static void play(int peer, const struct scene *scene)
{
	if (!hear(peer, "PX\r\n$5\r\n60000\r\n"))
		return;
	if (!scene->greeting) {
		await_leaving(peer);
		return;
	}
	say(peer, scene->greeting);
	if (scene->is_honest)
		be_honest(peer, scene->answer);
	else if (scene->answer && hear(peer, "HGETALL"))
		go_on(peer, scene);
	else if (!scene->is_cut)
		await_leaving(peer);
}

static void *run_fake(void *arg)
{
	int peer;

	(void)arg;
	while ((peer = accept(fake.door, NULL, NULL)) >= 0) {
		play(peer,
		    &fake.scenes[fake.played < fake.count ? fake.played : fake.count - 1]);
		close(peer);
		fake.played++;
	}
	return NULL;
}

static void start_rules(void)
{
	struct config_limit limit = { .name = "rpm",
		.key = 1u << CONFIG_PART_ACCOUNT,
		.quota = 1000,
		.window_us = HOUR };

	rules = limit_set_new(&limit, 1, 42, NULL);
	memory = limit_table_new(0, (struct limit_guard){ 0 });
}

static void begin(const struct scene *scenes, size_t count)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	struct share_redis_settings settings;

	fake.door = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fake.door, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(fake.door, 16), 0);
	getsockname(fake.door, (struct sockaddr *)&at, &len);
	snprintf(fake.text, sizeof(fake.text), "fake");
	fake.address = (struct config_address){ fake.text, NULL, "127.0.0.1",
		ntohs(at.sin_port) };
	fake.scenes = scenes;
	fake.count = count;
	fake.played = 0;
	pthread_create(&fake.thread, NULL, run_fake, NULL);
	start_rules();
	settings = settings_of(&fake.address, 1);
	settings.timeout_us = 100000;
	node_start(&nodes[0], settings);
}

static void end(void)
{
	node_stop(&nodes[0]);
	shutdown(fake.door, SHUT_RDWR);
	pthread_join(fake.thread, NULL);
	close(fake.door);
	limit_set_free(rules);
	limit_table_free(memory);
}

/* The node meets the scene, tells the reason once, goes on alone and loses no count. */
static void meet(const struct scene *scene, const char *words)
{
	unsigned changes = scene->answer ? 2 : 1;

	begin(scene, 1);
	if (scene->answer)
		AWAIT(is_shared(&nodes[0]));
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(request(&nodes[0], 7).action, LIMIT_PASS);
	AWAIT(nodes[0].changes >= changes);
	AWAIT(fake.played >= 2);
	ck_assert_msg(told(&nodes[0], words), "%s", nodes[0].words);
	ck_assert_uint_eq(nodes[0].changes, changes);
	ck_assert(!is_shared(&nodes[0]));
	ck_assert(agrees(&nodes[0]));
	end();
}

START_TEST(error_replies_are_put_into_words)
{
	static const char *const errors[][2] = {
		{ "-MOVED 866 10.0.0.1:6379\r\n", "is part of a cluster" },
		{ "-ASK 866 10.0.0.1:6379\r\n", "is part of a cluster" },
		{ "-READONLY You can't write against a read only replica.\r\n",
		    "is a replica" },
		{ "-MASTERDOWN Link with MASTER is down\r\n", "lost its master" },
		{ "-NOSCRIPT No matching script.\r\n", "misses a script" },
		{ "-MISCONF Errors writing to the AOF file\r\n", "cannot save" },
		{ "-ERR unknown command 'HSET'\r\n", "refuses: ERR unknown command 'HSET'" },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		meet(&(struct scene){ .greeting = GREETED, .answer = errors[i][0] },
		    errors[i][1]);
}
END_TEST

START_TEST(a_failover_in_the_middle_of_a_batch_loses_nothing)
{
	meet(&(struct scene){ .greeting = GREETED,
		 .answer = ":1\r\n:1\r\n-READONLY You can't write\r\n*0\r\n" },
	    "takes no writes");
	meet(&(struct scene){ .greeting = GREETED, .answer = ":1\r\n:1\r\n", .is_cut = true },
	    "closed the connection");
}
END_TEST

START_TEST(a_greeting_that_fails_is_told)
{
	meet(&(struct scene){ .greeting = "-LOADING Redis is loading\r\n" }, "still loading");
	meet(&(struct scene){ .greeting = "-ERR x\r\n-OOM command not allowed\r\n" },
	    "no memory");
	meet(&(struct scene){ .greeting = "*2\r\n$1\r\nx\r\n$1\r\n1\r\n+OK\r\n" },
	    "greets like no Redis");
	meet(&(struct scene){ .greeting = "*2\r\n$1\r\n1\r\n$1\r\n1\r\n:5\r\n" },
	    "greets like no Redis");
	meet(&(struct scene){ .greeting = "HTTP/1.1 400 Bad Request\r\n\r\n" },
	    "answers in no Redis protocol");
	meet(&(struct scene){ .greeting = "", .is_cut = true }, "closed the connection");
	meet(&(struct scene){ .greeting = NULL }, "could not be reached within 1000 ms");
}
END_TEST

START_TEST(answers_that_do_not_fit_end_the_connection)
{
	meet(&(struct scene){ .greeting = GREETED, .answer = ":1\r\n:1\r\n:1\r\n:1\r\n" },
	    "something else");
	meet(&(struct scene){ .greeting = GREETED, .answer = "+OK\r\n" }, "something else");
	meet(&(struct scene){ .greeting = GREETED, .answer = "$-1\r\n" }, "something else");
	meet(&(struct scene){ .greeting = GREETED, .answer = ":1\r\n:1\r\n*1\r\n" },
	    "something else");
	meet(&(struct scene){ .greeting = GREETED, .answer = ANSWERED ":1\r\n" },
	    "what it was not asked");
	meet(&(struct scene){ .greeting = GREETED, .answer = "garbage\r\n" },
	    "no Redis protocol");
	meet(&(struct scene){ .greeting = GREETED,
		 .answer = ":1\r\n:1\r\n*2\r\n$900000000\r\n",
		 .is_endless = true },
	    "answers without an end");
}
END_TEST

START_TEST(silence_and_dribbling_have_their_limit)
{
	meet(&(struct scene){ .greeting = GREETED, .answer = "" },
	    "did not answer within 100 ms");
	meet(&(struct scene){ .greeting = GREETED, .answer = ":0", .is_dribbled = true },
	    "did not answer within 100 ms");
}
END_TEST

static uint64_t total(void)
{
	struct limit_table *table = limit_locks_table(nodes[0].locks);
	struct limit_entry *entry = NULL;
	uint64_t sum = 0;

	for (unsigned stripe = 0; stripe < LIMIT_STRIPES; stripe++) {
		uint32_t place = 0;

		limit_table_enter(table, stripe);
		while ((entry = limit_queue_walk(table, stripe, &place)))
			sum += window_total(&entry->window);
		limit_table_leave(table, stripe);
	}
	return sum;
}

/* Another node's |count| in the present slot of an hour. */
static const char *counts_of(char room[64], const char *count)
{
	uint64_t place = now_us() / (HOUR / WINDOW_SLOTS) % 256;

	snprintf(room, 64, "*2\r\n$1\r\nx\r\n$%zu\r\n%c%c%s\r\n", 2 + strlen(count),
	    (char)('a' + place / 16), (char)('a' + place % 16), count);
	return room;
}

START_TEST(a_reply_after_the_deadline_is_never_heard)
{
	char late[128] = ":1\r\n:1\r\n", room[64];
	struct scene scenes[] = {
		{ .greeting = GREETED, .is_late = true },
		{ .greeting = GREETED, .is_honest = true },
	};

	scenes[0].answer = strcat(late, counts_of(room, "999"));
	scenes[1].answer = counts_of(room, "5");
	begin(scenes, 2);
	AWAIT(is_shared(&nodes[0]));
	request(&nodes[0], 7);
	AWAIT(fake.played == 1);
	ck_assert_uint_eq(total(), 1);
	AWAIT(is_shared(&nodes[0]));
	request(&nodes[0], 7);
	AWAIT(total() == 7);
	end();
}
END_TEST

UNIT_MAIN("share_redis_fake", error_replies_are_put_into_words,
    a_failover_in_the_middle_of_a_batch_loses_nothing, a_greeting_that_fails_is_told,
    answers_that_do_not_fit_end_the_connection, silence_and_dribbling_have_their_limit,
    a_reply_after_the_deadline_is_never_heard)
