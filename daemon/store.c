/*
 * The store of counts: one bounded table for all workers. It must never make a request wait.
 */
#include "store.h"

#include "base/xalloc.h"
#include "keeper.h"
#include "limit_locks.h"
#include "metrics/metrics.h"
#include "snapshot.h"

#include <stdlib.h>

struct store {
	struct limit_locks *locks;
	struct keeper *keeper;  /* NULL = a restart begins empty */
	uint64_t saved, failed; /* of the keeper, as far as they are in the metrics */
};

static int start_keeper(
    struct store *store, const struct snapshot *snapshot, struct fault *fault)
{
	const struct config *config = snapshot->config;
	struct keeper_plan plan = { .path = config->store.snapshot,
		.interval_us = config->store.snapshot_interval_us,
		.mark = keyed_hash_mark(snapshot->hash),
		.table = limit_locks_table(store->locks) };
	struct fault why;

	if (!plan.path || config->store.kind != CONFIG_STORE_MEMORY)
		return 0;
	store->keeper = keeper_start(&plan, &why);
	if (store->keeper)
		return 0;
	return config_say(
	    fault, config, &config->store.snapshot, "store.snapshot: %s", why.text);
}

struct store *store_open(const struct snapshot *snapshot, struct fault *fault)
{
	struct store *store = xalloc(sizeof(*store));

	store->locks = limit_locks_new((size_t)snapshot->config->store.memory_bytes);
	if (start_keeper(store, snapshot, fault) == 0)
		return store;
	store_close(store);
	return NULL;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	keeper_stop(store->keeper);
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

bool store_is_shared(struct store *store)
{
	(void)store;
	return false;
}

/* Counters of the main thread's block go on; the keeper counts from its own beginning. */
static void count_snapshots(struct store *store, struct metrics_block *metrics)
{
	uint64_t saved = keeper_saved(store->keeper), failed = keeper_failed(store->keeper);

	metrics_add(
	    metrics, METRIC_SNAPSHOTS, METRICS_OUTCOME_OK, (int64_t)(saved - store->saved));
	metrics_add(metrics, METRIC_SNAPSHOTS, METRICS_OUTCOME_FAILED,
	    (int64_t)(failed - store->failed));
	store->saved = saved;
	store->failed = failed;
}

void store_fill_metrics(struct store *store, struct metrics_block *metrics)
{
	struct limit_figures figures;

	limit_table_figures(limit_locks_table(store->locks), &figures);
	metrics_set(metrics, METRIC_WINDOWS, figures.entries);
	metrics_set(metrics, METRIC_WINDOWS_EVICTED, figures.evictions);
	metrics_set(metrics, METRIC_STORE_SHARED, store_is_shared(store));
	if (store->keeper)
		count_snapshots(store, metrics);
}

void store_write_json(struct store *store, FILE *out)
{
	fprintf(out, "{\"kind\":\"memory\",\"state\":\"%s\"}",
	    store_is_shared(store) ? "shared" : "local");
}
