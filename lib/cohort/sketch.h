#ifndef COHORT_SKETCH_H
#define COHORT_SKETCH_H

#include "cohort/cohorts.h"

/* Takes one exchange of a member into the cohort's sketch, after its features were read. */
void sketch_see(
    struct sketch *sketch, const struct facts *facts, const struct prompt_facts *prompt);

/* The tag of the unrelated owner last seen with |hash| in a map of |size| places, 0: none. */
uint32_t sketch_other(const uint32_t *map, size_t size, uint64_t hash, uint64_t owner);

/* Notes a member's refusal by the upstream: it may be followed by a successor. */
void sketch_death(struct sketch *sketch, const struct facts *facts);

/* A member reached the depth of that index |age_s| after it joined. */
void sketch_pace(struct sketch *sketch, int depth, uint32_t age_s);

/* Exchanges of the last full hour. */
uint32_t sketch_hour(const struct sketch *sketch, uint32_t now_s);

/* True the first time that this unordered pair of owners is shown. The filter may err towards
 * false, never by the coin. */
bool sketch_is_first_hop(struct sketch *sketch, uint64_t a, uint64_t b);

#endif
