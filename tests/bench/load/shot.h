#ifndef LOAD_SHOT_H
#define LOAD_SHOT_H

#include "load.h"
#include "prompt.h"

/* All connections of one run. */
struct shots;

struct shots *shot_open(struct load *load, struct prompts *prompts);
void shot_close(struct shots *shots);

/* Wakes as many idle connections as there are requests due. */
void shot_wake(struct shots *shots);

#endif
