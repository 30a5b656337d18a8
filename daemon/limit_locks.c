/*
 * One lock a stripe of the limit table. Whoever holds one must neither wait nor call anything
 * but lib/limit.
 */
#include "limit_locks.h"

#include "base/xalloc.h"

#include <pthread.h>
#include <stdlib.h>

#define LIMIT_LOCKS_MAGIC 0x6c6f636b

struct padded_lock {
	pthread_mutex_t mutex;
} __attribute__((aligned(64)));

struct limit_locks {
	uint32_t magic;
	struct limit_table *table;
	struct padded_lock stripes[LIMIT_STRIPES];
};

static struct limit_locks *cast_locks(void *arg)
{
	struct limit_locks *locks = arg;

	if (locks->magic != LIMIT_LOCKS_MAGIC)
		abort();
	return locks;
}

static void on_enter(void *arg, unsigned stripe)
{
	pthread_mutex_lock(&cast_locks(arg)->stripes[stripe].mutex);
}

static void on_leave(void *arg, unsigned stripe)
{
	pthread_mutex_unlock(&cast_locks(arg)->stripes[stripe].mutex);
}

struct limit_locks *limit_locks_new(size_t memory_bytes)
{
	struct limit_locks *locks = NULL;
	pthread_mutexattr_t attributes;

	if (posix_memalign((void **)&locks, 64, sizeof(*locks)) != 0)
		abort();
	locks->magic = LIMIT_LOCKS_MAGIC;
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
	for (unsigned i = 0; i < LIMIT_STRIPES; i++)
		pthread_mutex_init(&locks->stripes[i].mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	locks->table = limit_table_new(memory_bytes,
	    (struct limit_guard){ .enter = on_enter, .leave = on_leave, .arg = locks });
	return locks;
}

void limit_locks_free(struct limit_locks *locks)
{
	if (!locks)
		return;
	limit_table_free(locks->table);
	for (unsigned i = 0; i < LIMIT_STRIPES; i++)
		pthread_mutex_destroy(&locks->stripes[i].mutex);
	locks->magic = 0;
	free(locks);
}

struct limit_table *limit_locks_table(struct limit_locks *locks)
{
	return locks->table;
}
