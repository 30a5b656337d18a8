#ifndef COHORT_RARITY_H
#define COHORT_RARITY_H

#include "facts/facts.h"

/*
 * How rare a claimed client is together with its TLS stack and its HTTP shape, over all
 * traffic: a counting sketch (Cormode & Muthukrishnan, "Count-Min", 2005) that forgets by
 * halving. Counted once an account and client, so that a heavy user is one voice.
 */
#define RARITY_ROWS  4
#define RARITY_WIDTH 4096

struct rarity {
	uint32_t counts[RARITY_ROWS][RARITY_WIDTH];
	uint32_t seen;
};

void rarity_see(struct rarity *rarity, const struct facts *facts);

/* Of those who claim this client, the share that shows this JA4 (and this HTTP shape): the
 * smaller of the two; 1 when too few were seen to say. */
float rarity_share(const struct rarity *rarity, const struct facts *facts);

#endif
