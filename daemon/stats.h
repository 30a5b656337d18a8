#ifndef STATS_H
#define STATS_H

#include <stdio.h>

/* What the daemon tells of itself, for programs. Main thread only. */
struct control;

/* Every metric, in Prometheus text format. */
void stats_write_metrics(struct control *control, FILE *out);

/* The same rows and the state of the daemon as one JSON object. */
void stats_write_json(struct control *control, FILE *out);

#endif
