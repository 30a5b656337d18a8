#ifndef COHORT_PAIRS_H
#define COHORT_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How often an owner was seen in a cohort: eight bytes a pair, a bucket is one cache line. A
 * pair begins anew after PAIRS_LIFE_S, and only then may it bet again. A living pair is never
 * pushed out, for a pair that came back would bet twice: where both buckets are full of living
 * ones, or its cohort has its share of the table, the newcomer is turned away and counted,
 * which costs power and no guarantee.
 */
#define PAIRS_LIFE_S    (30 * 86400)
#define PAIRS_COUNT_MAX 16383

struct pairs {
	uint64_t *at; /* tag 36 · count 14 · first seen in 256 s steps, modulo 2^14 */
	uint32_t bucket_mask;
	uint64_t seed;
	uint64_t used, refused;
	size_t sweep; /* the next bucket that pairs_sweep looks at */
};

struct pair {
	uint32_t count; /* after this exchange; 0: turned away */
	uint32_t age_s; /* since the pair's first exchange, ±256 s */
};

void pairs_init(struct pairs *pairs, size_t capacity, uint64_t seed);
void pairs_fini(struct pairs *pairs);

uint64_t pairs_place(const struct pairs *pairs, uint64_t cohort, uint64_t owner);
void pairs_prefetch(const struct pairs *pairs, uint64_t place);

/* Counts one more exchange of the pair at |now_s|; one that is not there is taken in only if it
 * |may_join|. The count stops at PAIRS_COUNT_MAX. */
struct pair pairs_touch(struct pairs *pairs, uint64_t place, uint32_t now_s, bool may_join);

/* How many more pairs fit before the table is so full that chance turns newcomers away. */
uint64_t pairs_room(const struct pairs *pairs);

/* The living pair as it stands, counting nothing; count 0 when there is none. */
struct pair pairs_look(const struct pairs *pairs, uint64_t place, uint32_t now_s);

/* Frees dead pairs in the next |buckets| buckets. All must have been swept once in ten days,
 * or the wrapped clock would make a dead pair look young. */
void pairs_sweep(struct pairs *pairs, size_t buckets, uint32_t now_s);
size_t pairs_buckets(const struct pairs *pairs);

#endif
