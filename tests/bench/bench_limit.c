/*
 * What a judgement costs: three rules (account, account and JA4, distinct accounts by JA4 and
 *ASN) over as many accounts as named, with the daemon's locks. Prints nanoseconds of CPU a
 *request.
 *
 *	bench_limit [ACCOUNTS [REQUESTS]]
 */
#include "limit/limit.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define START_US 1750000000000000ull

static pthread_mutex_t locks[LIMIT_STRIPES];

static void on_enter(void *arg, unsigned stripe)
{
	(void)arg;
	pthread_mutex_lock(&locks[stripe]);
}

static void on_leave(void *arg, unsigned stripe)
{
	(void)arg;
	pthread_mutex_unlock(&locks[stripe]);
}

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static struct limit_set *three_rules(void)
{
	const uint32_t account = 1u << CONFIG_PART_ACCOUNT, ja4 = 1u << CONFIG_PART_JA4;
	const struct config_limit limits[] = {
		{ .name = "account", .key = account, .quota = 600, .window_us = 60000000 },
		{ .name = "shape",
		    .key = account | ja4,
		    .quota = 9000,
		    .window_us = 3600000000 },
		{ .name = "fanout",
		    .key = ja4 | 1u << CONFIG_PART_ASN,
		    .quota = 2000,
		    .measure = CONFIG_MEASURE_ACCOUNTS,
		    .window_us = 3600000000 },
	};

	return limit_set_new(limits, 3, 42, NULL);
}

static double run(
    struct limit_set *set, struct limit_table *table, uint64_t accounts, uint64_t requests)
{
	uint64_t over = 0;
	double begin = cpu_ns();

	for (uint64_t i = 0; i < requests; i++) {
		uint64_t account = mix(mix(i) % accounts);
		struct limit_subject subject = { .prompt = 0 };
		struct limit_verdict verdict;

		subject.part[CONFIG_PART_ACCOUNT] = account;
		subject.part[CONFIG_PART_JA4] = 1 + account % 50;
		subject.part[CONFIG_PART_ASN] = 1 + account % 7;
		limit_evaluate(set, table, &subject, START_US + i * 100, &verdict);
		over += verdict.over != 0;
	}
	if (over == UINT64_MAX)
		puts("");
	return (cpu_ns() - begin) / (double)requests;
}

int main(int argc, char **argv)
{
	uint64_t accounts = argc > 1 ? strtoull(argv[1], NULL, 10) : 25000;
	uint64_t requests = argc > 2 ? strtoull(argv[2], NULL, 10) : 2000000;
	struct limit_guard guard = { .enter = on_enter, .leave = on_leave };
	struct limit_table *table = limit_table_new(256u << 20, guard);
	struct limit_set *set = three_rules();

	for (unsigned i = 0; i < LIMIT_STRIPES; i++)
		pthread_mutex_init(&locks[i], NULL);
	run(set, table, accounts, requests);
	printf("limit_evaluate accounts=%" PRIu64 " rules=3 cpu_ns_per_request=%.0f\n",
	    accounts, run(set, table, accounts, requests));
	limit_set_free(set);
	limit_table_free(table);
	return 0;
}
