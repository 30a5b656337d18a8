#ifndef METRICS_METRICS_EXCHANGE_H
#define METRICS_METRICS_EXCHANGE_H

#include "metrics/metrics.h"

/* Counts all that the record of an ended exchange tells: verdict, status, dialect, facts,
 * tokens, probes and latencies. Only the block's writer. */
void metrics_exchange(struct metrics_block *block, const struct record *record);

#endif
