#ifndef FLEET_H
#define FLEET_H

/* Nodes in one process: each with its table, its locks and its sharing thread, under one limit.
 */
#include "limit_locks.h"
#include "redis_server.h"
#include "share_redis.h"

#include <pthread.h>

#define NODES 2

struct node {
	struct limit_locks *locks;
	struct share_redis *share;
	_Atomic unsigned changes; /* how often sharing began or ended */
	char words[512];          /* of the last change, under words_lock */
};

static struct node nodes[NODES];
static pthread_mutex_t words_lock = PTHREAD_MUTEX_INITIALIZER;

static inline void on_change(void *arg, enum share_status status, const char *words)
{
	struct node *node = arg;

	(void)status;
	pthread_mutex_lock(&words_lock);
	snprintf(node->words, sizeof(node->words), "%s", words);
	pthread_mutex_unlock(&words_lock);
	node->changes++;
}

static inline struct share_redis_settings settings_of(
    const struct config_address *servers, size_t count)
{
	return (struct share_redis_settings){ .servers = servers,
		.server_count = count,
		.prefix = "retort:",
		.sync_interval_us = 5000,
		.timeout_us = 500000 };
}

static inline void node_start(struct node *node, struct share_redis_settings settings)
{
	struct fault fault = { .text = "" };

	node->locks = limit_locks_new(1 << 20);
	node->changes = 0;
	settings.table = limit_locks_table(node->locks);
	settings.on_change = on_change;
	settings.arg = node;
	node->share = share_redis_start(&settings, &fault);
	ck_assert_msg(node->share != NULL, "%s", fault.text);
}

static inline void node_stop(struct node *node)
{
	share_redis_stop(node->share);
	limit_locks_free(node->locks);
}

/* Whether the last change was told with |words|. */
static inline bool told(struct node *node, const char *words)
{
	bool is_told;

	pthread_mutex_lock(&words_lock);
	is_told = strstr(node->words, words);
	pthread_mutex_unlock(&words_lock);
	return is_told;
}

static inline bool is_shared(struct node *node)
{
	return share_redis_state(node->share)->status == SHARE_SHARED;
}

#endif
