/*
 * Adding up: the workers' counters, the main thread's, and what rings, journal and store count
 * for themselves. It only reads, and never stops a worker for it.
 */
#include "stats.h"

#include "admin.h"
#include "base/xalloc.h"
#include "clock.h"
#include "control_inside.h"
#include "crew.h"
#include "engine_thread.h"
#include "journal.h"
#include "json_out.h"
#include "ring.h"
#include "store.h"
#include "version.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* What others count for themselves goes into the main thread's block. */
static void refresh(struct control *control)
{
	struct metrics_block *own = control->metrics;
	struct ring *const *rings;
	uint64_t dropped = 0;
	size_t count;

	for (size_t i = 0; i < crew_workers(control->crew); i++)
		dropped += ring_dropped(crew_rings(control->crew)[i]);
	metrics_set(own, METRIC_ENGINE_MISSED, dropped);
	rings = engine_thread_rings(control->engine, &count);
	for (size_t i = 0; i < count; i++)
		dropped += ring_dropped(rings[i]);
	metrics_set(own, METRIC_RECORDS_DROPPED, dropped);
	metrics_set(own, METRIC_RECORDS_WRITTEN, journal_written(control->journal));
	metrics_set(own, METRIC_RECORDS_FAILED, journal_lost(control->journal));
	metrics_set(own, METRIC_GENERATION, control->snapshot->generation);
	store_fill_metrics(control->store, own);
}

/* All blocks in one; the caller frees it. */
static struct metrics_block *add_up(struct control *control)
{
	size_t workers = crew_workers(control->crew);
	const struct metrics_block **blocks = xalloc_array(workers + 2, sizeof(*blocks));
	struct metrics_block *sum = metrics_new();

	refresh(control);
	for (size_t i = 0; i < workers; i++)
		blocks[i] = crew_metrics(control->crew)[i];
	blocks[workers] = control->metrics;
	blocks[workers + 1] = engine_thread_metrics(control->engine);
	metrics_sum(sum, blocks, (int)workers + 2);
	free(blocks);
	return sum;
}

typedef void render_fn(
    const struct metrics_block *sum, const struct metrics_rules *rules, FILE *out);

static void render(struct control *control, render_fn *how, FILE *out)
{
	struct metrics_block *sum = add_up(control);
	struct metrics_rules rules = { METRICS_RULES,
		(const char *const *)control->snapshot->slots.names };

	how(sum, &rules, out);
	free(sum);
}

void stats_write_metrics(struct control *control, FILE *out)
{
	render(control, metrics_render, out);
}

static void write_listeners(const struct control *control, FILE *out)
{
	fputs(",\"listeners\":[", out);
	for (size_t i = 0; i < crew_listeners(control->crew); i++) {
		fputs(i ? "," : "", out);
		json_out_text(out, crew_listener(control->crew, i));
	}
	fputs("],\"admin\":", out);
	json_out_text(out, admin_name(control->admin));
}

static void write_upstreams(const struct control *control, FILE *out)
{
	const struct snapshot *snapshot = control->snapshot;

	fputs(",\"upstreams\":{", out);
	for (size_t i = 0; i < snapshot->upstream_count; i++) {
		const struct server_list *list = &snapshot->book->lists[i];

		fputs(i ? "," : "", out);
		json_out_text(out, snapshot->upstreams[i].config->name);
		fputs(":[", out);
		for (size_t j = 0; j < list->count; j++) {
			fputs(j ? "," : "", out);
			json_out_text(out, list->servers[j].name);
		}
		putc(']', out);
	}
	putc('}', out);
}

void stats_write_json(struct control *control, FILE *out)
{
	fprintf(out,
	    "{\"version\":\"%s\",\"build\":\"%s\",\"pid\":%d,\"state\":\"%s\","
	    "\"generation\":%" PRIu64 ",\"uptime_seconds\":%.3f,\"workers\":%zu,"
	    "\"store\":",
	    RETORT_VERSION, RETORT_BUILD_TYPE, (int)getpid(),
	    control_state_name(control->state), control->snapshot->generation,
	    (double)(clock_us(CLOCK_REALTIME) - control->started_us) / 1e6,
	    crew_workers(control->crew));
	store_write_json(control->store, out);
	fputs(",\"config\":", out);
	json_out_text(out, control->config_path);
	write_listeners(control, out);
	write_upstreams(control, out);
	fputs(",\"metrics\":{", out);
	render(control, metrics_render_json, out);
	fputs("}}\n", out);
}
