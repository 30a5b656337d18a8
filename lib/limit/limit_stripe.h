#ifndef LIMIT_LIMIT_STRIPE_H
#define LIMIT_LIMIT_STRIPE_H

#include "limit/limit_table.h"

#include <stdatomic.h>

/*
 * What a table is made of; for the rooms limit_table and limit_queue only. Entries are named by
 * their place in |entries|, from 1; 0 is nobody.
 */

/* Entries of one kind in the order of their last touch. */
struct limit_line {
	uint32_t oldest, newest;
};

struct limit_stripe {
	struct limit_entry *entries; /* [most + 1] */
	uint32_t *buckets;           /* the first entry of each chain */
	uint32_t bucket_mask, most;
	uint32_t fresh; /* entries from here on were never used */
	uint32_t free;  /* the first of those given back, chained by |next| */
	uint32_t used;
	uint32_t queue_first, queue_last, queue_count;
	struct limit_line lines[LIMIT_KIND_COUNT];
	struct distinct_room room;
	uint64_t evictions, unheard;
} __attribute__((aligned(64)));

struct limit_table {
	struct limit_guard guard;
	_Atomic uint32_t generation; /* of the fleet's totals that are now true; 0 = local */
	struct limit_entry *entries; /* of all stripes */
	uint32_t *buckets;
	struct limit_stripe stripes[LIMIT_STRIPES];
};

#endif
