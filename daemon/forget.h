#ifndef FORGET_H
#define FORGET_H

#include <stddef.h>

struct worker;

/*
 * What passed through a worker's buffers since the last call is wiped from them, and from the
 * part of its stack that is free: a core dump is not to hold what clients said last. Only
 * between two turns of the loop, when nothing borrows from the buffers; once a tick is often
 * enough. What exchanges hold is wiped by them.
 */
void forget_turns(struct worker *worker);

/* A turn puts |bytes| to |at|: into the worker's input, or elsewhere, where its owner wipes
 * them. */
void forget_later(struct worker *worker, const char *at, size_t bytes);

#endif
