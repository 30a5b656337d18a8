/*
 * The store of counts: one bounded table for all workers, and beside it either a keeper or a
 * sharer. It must never make a request wait: neither of the two is asked for anything.
 */
#include "store.h"

#include "base/xalloc.h"
#include "json_out.h"
#include "keeper.h"
#include "limit_locks.h"
#include "log.h"
#include "metrics/metrics.h"
#include "share_redis.h"
#include "snapshot.h"
#include "tls_context.h"

#include <inttypes.h>
#include <stdlib.h>

#define PASSWORD_BYTES 512

struct store {
	struct limit_locks *locks;
	struct keeper *keeper;     /* NULL = a restart begins empty */
	struct share_redis *share; /* NULL = nobody else counts */
	/* What others counted, as far as it is in the metrics. */
	uint64_t saved, unsaved, batches, failures;
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

	if (!plan.path)
		return 0;
	store->keeper = keeper_start(&plan, &why);
	if (store->keeper)
		return 0;
	return config_say(
	    fault, config, &config->store.snapshot, "store.snapshot: %s", why.text);
}

/* On the sharer's thread. */
static void on_change(void *arg, enum share_status status, const char *words)
{
	(void)arg;
	log_say(status == SHARE_SHARED ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING, "store", "%s",
	    words);
}

static int read_password(
    const struct config *config, struct text *password, struct fault *fault)
{
	const struct config_secret *place = &config->store.redis.password;
	struct fault why;

	password->at[0] = '\0';
	if (!place->file && !place->env)
		return 0;
	if (config_secret_read(place, getenv, password, &why))
		return config_say(fault, config, place, "store.redis.password: %s", why.text);
	password->at[password->len] = '\0';
	return 0;
}

static int make_tls(const struct config *config, SSL_CTX **tls, struct fault *fault)
{
	struct tls_client_plan plan = {
		.config = config, .where = "store.redis.tls", .tls = &config->store.redis.tls
	};

	*tls = NULL;
	if (!config->store.redis.has_tls)
		return 0;
	*tls = tls_context_new_client(&plan, fault);
	return *tls ? 0 : -1;
}

static int start_share(struct store *store, const struct config *config, struct fault *fault)
{
	struct share_redis_settings settings = {
		.table = limit_locks_table(store->locks),
		.servers = config->store.redis.servers,
		.server_count = config->store.redis.server_count,
		.username = config->store.redis.username,
		.prefix = config->store.redis.prefix,
		.sni = config->store.redis.tls.sni,
		.is_verified = config->store.redis.tls.is_verified,
		.sync_interval_us = config->store.redis.sync_interval_us,
		.timeout_us = config->store.redis.timeout_us,
		.on_change = on_change,
	};
	char at[PASSWORD_BYTES];
	struct text password = text_in(at, sizeof(at) - 1);
	struct fault why;

	if (read_password(config, &password, fault) || make_tls(config, &settings.tls, fault))
		return -1;
	settings.password = at[0] ? at : NULL;
	store->share = share_redis_start(&settings, &why);
	explicit_bzero(at, sizeof(at));
	SSL_CTX_free(settings.tls);
	if (store->share)
		return 0;
	return config_say(
	    fault, config, &config->store.redis.servers, "store.redis: %s", why.text);
}

struct store *store_open(const struct snapshot *snapshot, struct fault *fault)
{
	const struct config *config = snapshot->config;
	struct store *store = xalloc(sizeof(*store));
	int failed;

	store->locks = limit_locks_new((size_t)config->store.memory_bytes);
	failed = config->store.kind == CONFIG_STORE_REDIS
		     ? start_share(store, config, fault)
		     : start_keeper(store, snapshot, fault);
	if (!failed)
		return store;
	store_close(store);
	return NULL;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	share_redis_stop(store->share);
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
	return store->share ? share_redis_state(store->share) : NULL;
}

bool store_is_shared(struct store *store)
{
	struct share_state *state = store_share(store);

	return state && atomic_load(&state->status) == SHARE_SHARED;
}

/* Counters of the main thread's block go on; |seen| is how far |now| is already in them. */
static void follow(
    struct metrics_block *metrics, enum metric metric, int label, uint64_t now, uint64_t *seen)
{
	metrics_add(metrics, metric, label, (int64_t)(now - *seen));
	*seen = now;
}

void store_fill_metrics(struct store *store, struct metrics_block *metrics)
{
	struct share_state *state = store_share(store);
	struct limit_figures figures;

	limit_table_figures(limit_locks_table(store->locks), &figures);
	metrics_set(metrics, METRIC_WINDOWS, figures.entries);
	metrics_set(metrics, METRIC_WINDOWS_EVICTED, figures.evictions);
	metrics_set(metrics, METRIC_STORE_SHARED, store_is_shared(store));
	if (store->keeper) {
		follow(metrics, METRIC_SNAPSHOTS, METRICS_OUTCOME_OK,
		    keeper_saved(store->keeper), &store->saved);
		follow(metrics, METRIC_SNAPSHOTS, METRICS_OUTCOME_FAILED,
		    keeper_failed(store->keeper), &store->unsaved);
	}
	if (state) {
		follow(metrics, METRIC_STORE_BATCHES, METRICS_OUTCOME_OK,
		    atomic_load(&state->batches), &store->batches);
		follow(metrics, METRIC_STORE_BATCHES, METRICS_OUTCOME_FAILED,
		    atomic_load(&state->failures), &store->failures);
	}
}

static void write_share(struct store *store, struct share_state *state, FILE *out)
{
	struct fault why;

	share_redis_why(store->share, &why);
	fprintf(out,
	    ",\"outages\":%" PRIu64 ",\"failures\":%" PRIu64 ",\"batches\":%" PRIu64
	    ",\"keys\":%" PRIu64 ",\"losses\":%" PRIu64 ",\"garbled\":%" PRIu64
	    ",\"cpu_seconds\":%.6f,\"round_trip_seconds\":%.6f,\"clock_ahead_seconds\":%.6f"
	    ",\"last_error\":",
	    atomic_load(&state->outages), atomic_load(&state->failures),
	    atomic_load(&state->batches), atomic_load(&state->keys),
	    atomic_load(&state->losses), atomic_load(&state->garbled),
	    (double)atomic_load(&state->cpu_us) / 1e6,
	    (double)atomic_load(&state->round_trip_us) / 1e6,
	    (double)atomic_load(&state->clock_ahead_us) / 1e6);
	json_out_text(out, why.text[0] ? why.text : NULL);
}

void store_write_json(struct store *store, FILE *out)
{
	struct share_state *state = store_share(store);

	fprintf(out, "{\"kind\":\"%s\",\"state\":\"%s\"", state ? "redis" : "memory",
	    store_is_shared(store) ? "shared" : "local");
	if (state)
		write_share(store, state, out);
	putc('}', out);
}
