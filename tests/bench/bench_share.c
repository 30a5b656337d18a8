/*
 * What sharing costs: requests at a steady pace under three rules, with a real Redis between
 * this node and another that writes the same windows. Prints the CPU of our sharing thread, in
 * microseconds a request, beside that of Redis itself.
 *
 *	bench_share [REQUESTS-A-SECOND [ACCOUNTS [SECONDS]]]
 */
#include "limit_locks.h"
#include "rules.h"
#include "share_redis.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NODES   2
#define TICK_MS 10

static struct {
	struct limit_locks *locks;
	struct share_redis *share;
} nodes[NODES];

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static pid_t start_redis(int port)
{
	char text[8];
	pid_t child = fork();

	snprintf(text, sizeof(text), "%d", port);
	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
	execlp("redis-server", "redis-server", "--port", text, "--save", "", "--dir", "/tmp",
	    NULL);
	_exit(127);
}

static void start_nodes(int port, pid_t redis)
{
	struct config_address server = {
		.text = "redis", .host = "127.0.0.1", .port = (uint16_t)port
	};
	struct share_redis_settings settings = { .servers = &server,
		.server_count = 1,
		.prefix = "retort:",
		.sync_interval_us = 100000,
		.timeout_us = 1000000 };
	struct fault fault;

	for (unsigned i = 0; i < NODES; i++) {
		nodes[i].locks = limit_locks_new(256u << 20);
		settings.table = limit_locks_table(nodes[i].locks);
		nodes[i].share = share_redis_start(&settings, &fault);
		while (share_redis_state(nodes[i].share)->status != SHARE_SHARED) {
			poll(NULL, 0, TICK_MS);
			if (waitpid(redis, NULL, WNOHANG) != 0) {
				fputs("redis-server does not start\n", stderr);
				exit(1);
			}
		}
	}
}

static void request(const struct limit_set *set, unsigned node, uint64_t account)
{
	struct limit_subject subject = rules_subject(account);
	struct limit_verdict verdict;

	limit_evaluate(set, limit_locks_table(nodes[node].locks), &subject, now_us(), &verdict);
}

int main(int argc, char **argv)
{
	uint64_t rate = argc > 1 ? strtoull(argv[1], NULL, 10) : 5000;
	uint64_t accounts = argc > 2 ? strtoull(argv[2], NULL, 10) : 25000;
	uint64_t seconds = argc > 3 ? strtoull(argv[3], NULL, 10) : 5, sent = 0;
	int port = 20000 + getpid() % 12000; /* below those of outgoing connections */
	pid_t redis = start_redis(port);
	struct limit_set *set = rules_three();
	struct rusage used;
	struct share_state *state;
	uint64_t begin_us, commands, cpu_us;

	start_nodes(port, redis);
	state = share_redis_state(nodes[0].share);
	cpu_us = state->cpu_us;
	commands = state->commands;
	begin_us = now_us();
	while (now_us() - begin_us < seconds * 1000000) {
		for (; sent < (now_us() - begin_us) * rate / 1000000; sent++)
			for (unsigned i = 0; i < NODES; i++)
				request(set, i, rules_mix(sent * NODES + i) % accounts);
		poll(NULL, 0, TICK_MS);
	}
	printf("share rate=%" PRIu64 " accounts=%" PRIu64
	       " rules=3 nodes=%d cpu_us_per_request=%.2f"
	       " commands_per_request=%.2f round_trip_us=%" PRIu64,
	    rate, accounts, NODES, (double)(state->cpu_us - cpu_us) / (double)sent,
	    (double)(state->commands - commands) / (double)sent,
	    (uint64_t)state->round_trip_us);
	for (unsigned i = 0; i < NODES; i++) {
		share_redis_stop(nodes[i].share);
		limit_locks_free(nodes[i].locks);
	}
	limit_set_free(set);
	kill(redis, SIGTERM);
	waitpid(redis, NULL, 0);
	getrusage(RUSAGE_CHILDREN, &used);
	printf(" redis_cpu_us_per_request=%.2f\n",
	    ((double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec)) /
		(double)(sent * NODES));
	return 0;
}
