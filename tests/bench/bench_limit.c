/*
 * What a judgement costs: three rules (rules.h) over as many accounts as named, with the
 * daemon's locks. Prints nanoseconds of CPU a request.
 *
 *	bench_limit [ACCOUNTS [REQUESTS]]
 */
#include "rules.h"

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

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double run(
    struct limit_set *set, struct limit_table *table, uint64_t accounts, uint64_t requests)
{
	uint64_t over = 0;
	double begin = cpu_ns();

	for (uint64_t i = 0; i < requests; i++) {
		struct limit_subject subject = rules_subject(rules_mix(i) % accounts);
		struct limit_verdict verdict;

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
	struct limit_set *set = rules_three();

	for (unsigned i = 0; i < LIMIT_STRIPES; i++)
		pthread_mutex_init(&locks[i], NULL);
	run(set, table, accounts, requests);
	printf("limit_evaluate accounts=%" PRIu64 " rules=3 cpu_ns_per_request=%.0f\n",
	    accounts, run(set, table, accounts, requests));
	limit_set_free(set);
	limit_table_free(table);
	return 0;
}
