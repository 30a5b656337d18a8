#ifndef ENGINE_FIGURES_H
#define ENGINE_FIGURES_H

#include "engine/board.h"
#include "engine/engine.h"
#include "metrics/metrics.h"

/* Puts the engine's counts, its cohorts by state and the board's size into |metrics|. Costs a
 * walk over the table of cohorts: for now and then. The block's writer only. */
void engine_figures(
    const struct engine *engine, const struct board *board, struct metrics_block *metrics);

#endif
