#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "engine_side.h"
#include "report.h"
#include "sim_world.h"

/*
 * The closed loop: the world sends, the board judges, coins and buckets refuse, the engine
 * learns, the world reacts. The same engine and the same board as the daemon's.
 */
#define SIM_NODES 8 /* daemons side by side, each with an engine and a board of its own */

struct sim_setup {
	const struct scenario *scenario;
	const struct envelope *envelope;
	uint64_t seed;
	size_t memory_bytes;
	double tag_evidence;
	bool may_probe, may_shape, may_displace;
	int nodes;                /* that exchanges are dealt to at random; 0: one */
	FILE *records, *captures; /* take each exchange, the warm-up's too; NULL: none */
	engine_bet_fn *on_bet;
	void *on_bet_arg;
};

struct sim_run {
	struct engine_side sides[SIM_NODES];
	int node_count;
	struct engine_side *side; /* of the node that the exchange came to */
	struct engine *engine;
	struct board *board;
	struct report report;
	int label; /* of the exchange that is seen just now */
	bool is_warm;
	double hours; /* of virtual time, when it ended */
};

/* Runs to the scenario's end. The caller prints the report and then calls sim_run_fini. */
void sim_run(struct sim_run *run, const struct sim_setup *setup);
void sim_run_fini(struct sim_run *run);

/* The counts of all nodes together. */
void sim_run_counts(const struct sim_run *run, struct engine_counts *counts);

#endif
