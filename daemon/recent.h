#ifndef RECENT_H
#define RECENT_H

#include "record/record.h"

/*
 * The records of late, for explanations: a fixed number of those that anything was said about,
 * and as many of the others. One thread.
 */
struct recent;

struct recent *recent_new(size_t each);
void recent_free(struct recent *recent); /* NULL is allowed */

void recent_add(struct recent *recent, const struct record *record);

/* The record of that request id, or NULL when it was never seen or is forgotten. */
const struct record *recent_find(const struct recent *recent, uint64_t exchange);

#endif
