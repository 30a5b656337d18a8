/*
 * The engine in numbers, for those who watch it. It must never name a cohort: states and tables
 * are closed sets.
 */
#include "engine_figures.h"

_Static_assert((int)METRICS_PROOF_COUNT == (int)PROOF_KIND_COUNT - 1, "a label for each proof");
_Static_assert((int)METRICS_STATE_COUNT == (int)ENGINE_STATE_COUNT, "a label for each state");

static void count_states(const struct engine *engine, struct metrics_block *metrics)
{
	uint64_t states[ENGINE_STATE_COUNT] = { 0 };
	const struct cohort *cohort;
	size_t number = 0;

	while ((cohort = engine_next_cohort(engine, &number, true)))
		states[cohort->state]++;
	for (int i = 0; i < ENGINE_STATE_COUNT; i++)
		metrics_put(metrics, METRIC_COHORTS, i, states[i]);
}

static void put_tables(const struct engine_counts *counts, struct metrics_block *metrics)
{
	const struct {
		uint64_t entries, turned_out;
	} rows[METRICS_TABLE_COUNT] = {
		[METRICS_TABLE_ACCOUNTS] = { counts->accounts, counts->accounts_evicted },
		[METRICS_TABLE_OWNERS] = { counts->owners, 0 },
		[METRICS_TABLE_CONVERSATIONS] = { counts->conversations,
		    counts->conversations_evicted },
		[METRICS_TABLE_PAIRS] = { counts->pairs, counts->pairs_refused },
		[METRICS_TABLE_CANDIDATES] = { counts->candidates, counts->candidates_evicted },
		[METRICS_TABLE_COHORTS] = { counts->cohorts, counts->cohorts_evicted },
		[METRICS_TABLE_SKETCHES] = { counts->sketches, counts->sketches_refused },
	};

	for (int i = 0; i < METRICS_TABLE_COUNT; i++) {
		metrics_put(metrics, METRIC_ENGINE_ENTRIES, i, rows[i].entries);
		metrics_put(metrics, METRIC_ENGINE_EVICTED, i, rows[i].turned_out);
	}
}

static void put_proofs(const struct engine_counts *counts, struct metrics_block *metrics)
{
	for (int kind = PROOF_KIND_NONE + 1; kind < PROOF_KIND_COUNT; kind++)
		metrics_put(metrics, METRIC_COHORT_PROOFS, kind - 1, counts->proofs_by[kind]);
	metrics_set(metrics, METRIC_TRIALS, counts->trials);
	metrics_set(metrics, METRIC_TRIAL_EPOCHS, counts->trial_epochs);
	metrics_set(metrics, METRIC_TRIALS_REFUSED, counts->trials_refused);
}

void engine_figures(
    const struct engine *engine, const struct board *board, struct metrics_block *metrics)
{
	struct engine_counts counts;

	engine_counts(engine, &counts);
	count_states(engine, metrics);
	put_tables(&counts, metrics);
	metrics_set(metrics, METRIC_ENGINE_BYTES, counts.bytes);
	metrics_set(metrics, METRIC_ENGINE_EXCHANGES, counts.exchanges);
	metrics_set(metrics, METRIC_ENGINE_SKIPPED, counts.skipped);
	metrics_set(metrics, METRIC_ENGINE_LATE, counts.late);
	metrics_set(metrics, METRIC_ENGINE_BETS, counts.bets);
	metrics_set(metrics, METRIC_COHORT_TAGS, counts.tags);
	put_proofs(&counts, metrics);
	metrics_set(metrics, METRIC_COHORT_RELEASES, counts.releases);
	metrics_set(metrics, METRIC_HOPS, counts.same_hops + counts.extension_hops);
	metrics_set(metrics, METRIC_BOARD_LINES, board_lines(board));
}
