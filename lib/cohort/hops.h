#ifndef COHORT_HOPS_H
#define COHORT_HOPS_H

#include "cohort/slots.h"

/*
 * Owners that conversations or signed blocks moved between, joined into components: a bounded
 * union-find. Only owners that ever hopped stand in it.
 */
struct hops_owner {
	uint64_t key;
	uint64_t parent;  /* another owner nearer to the root, or itself */
	uint32_t members; /* of the component, at its root */
	uint32_t last_s;
};

/* The root of |owner|'s component, or 0 when it never hopped. */
uint64_t hops_root(struct slots *owners, uint64_t owner);

/* Joins two different owners and returns the root of both: that of the larger component, so
 * that what is kept does not depend on evidence. */
uint64_t hops_join(struct slots *owners, uint64_t a, uint64_t b, uint32_t now_s);

#endif
