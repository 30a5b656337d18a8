/*
 * The store of counts: one bounded table for all workers. It must never make a request wait.
 */
#include "store.h"

#include "base/xalloc.h"
#include "limit_locks.h"
#include "metrics/metrics.h"
#include "snapshot.h"

#include <stdlib.h>

struct store {
	struct limit_locks *locks;
};

struct store *store_open(const struct snapshot *snapshot, struct fault *fault)
{
	struct store *store = xalloc(sizeof(*store));

	(void)fault;
	store->locks = limit_locks_new((size_t)snapshot->config->store.memory_bytes);
	return store;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	limit_locks_free(store->locks);
	free(store);
}

struct limit_table *store_table(struct store *store)
{
	return limit_locks_table(store->locks);
}

struct share_state *store_share(struct store *store)
{
	(void)store;
	return NULL;
}

bool store_is_shared(const struct store *store)
{
	(void)store;
	return false;
}

void store_fill_metrics(struct store *store, struct metrics_block *metrics)
{
	struct limit_figures figures;

	limit_table_figures(limit_locks_table(store->locks), &figures);
	metrics_set(metrics, METRIC_WINDOWS, figures.entries);
	metrics_set(metrics, METRIC_WINDOWS_EVICTED, figures.evictions);
	metrics_set(metrics, METRIC_STORE_SHARED, store_is_shared(store));
}
