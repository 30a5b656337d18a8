#ifndef CONFIG_NEAREST_H
#define CONFIG_NEAREST_H

#include "base/bytes.h"

/*
 * "Did you mean": the likely word behind a mistyped one.
 */

/* Letters inserted, deleted, replaced or swapped with their neighbour to make |b| of |a|; case
 * and '-' against '_' cost nothing. At most 32 bytes of either are looked at. Source: optimal
 * string alignment, Damerau 1964. */
int nearest_distance(struct bytes a, struct bytes b);

/* A word under search and the best found so far; |best| is NULL while none is near enough. */
struct nearest {
	struct bytes word, best;
	int distance;
};

static inline struct nearest nearest_to(struct bytes word)
{
	return (struct nearest){ .word = word,
		.distance = 1 + (int)(word.len < 32 ? word.len : 32) / 3 };
}

/* Offers a word; kept when it is nearer than the best. */
void nearest_offer(struct nearest *nearest, struct bytes word);

#endif
