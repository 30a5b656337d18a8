#ifndef COHORT_COHORTS_H
#define COHORT_COHORTS_H

#include "cohort/keys.h"
#include "cohort/slots.h"

/*
 * Cohorts: accounts that share a key. A key is a candidate until its third unrelated owner,
 * then a cohort; the eighth owner gives it a sketch, and from then on its members bet.
 */
#define COHORT_OWNERS  3
#define COHORT_SKETCH  8
#define COHORT_DEPTHS  4
#define LEDGER_STAKES  3  /* of the mixture that a ledger is, evidence/ledger.h */
#define COHORT_REASONS 16 /* features whose nats are summed for the explanation */

struct candidate {
	uint64_t key;
	uint32_t owners[2]; /* tags of the first two */
	uint32_t last_s;
	uint32_t cohort; /* number + 1, once it is one */
};

struct cohort {
	uint64_t key;
	uint64_t exchanges, f2; /* f2: sum over members of their squared counts */
	uint32_t born_s, last_s;
	uint32_t members;             /* pairs admitted in the last 30 days and more */
	uint8_t kind;                 /* enum key_kind */
	uint8_t state;                /* enum engine_state, engine/verdict.h */
	uint8_t is_held_out : 1;      /* never shaped, so that precision can be measured */
	uint8_t was_tried : 1;        /* its one displacement trial has begun */
	uint8_t tags;                 /* how often a ledger crossed */
	uint32_t sketch;              /* number + 1 */
	uint32_t state_s;             /* when |state| was entered */
	uint32_t watch_s;             /* probing counts from here; 0: not watched */
	uint32_t above_s;             /* when its evidence last stood above its state's */
	double ledger[COHORT_DEPTHS]; /* ln, e-Shiryaev–Roberts; −INFINITY = empty */
	double proof[2];              /* ln E: the same conversation, an extension */
	double provenance;            /* ln, of hops without any probe */
	float nats[COHORT_REASONS];   /* per feature, summed over the bets */
	uint16_t probes, pairs;       /* coins that refused; pairs of owners that hopped */
	uint16_t hops[2], spared[2];  /* Y by ledger, of coins that refused and that spared */
	uint32_t bets;
};
_Static_assert(sizeof(struct cohort) <= 192, "detection.md §3");

struct sketch_model {
	uint32_t tag, count, first_s;
};
struct sketch_pace {
	float ln_s, n; /* mean ln seconds that members took to this depth */
};
struct sketch_death {
	uint32_t at_s, exit, client;
};

/* What only a promoted cohort has. The maps are from a tag to the owner seen last with it. */
struct sketch {
	uint32_t payloads[256], environments[64], exits[128]; /* tag 16 · owner 16 */
	uint32_t hours[24];
	uint64_t hop_pairs[8]; /* a filter of pairs of owners whose hop was counted */
	struct sketch_model models[8];
	struct sketch_death deaths[8];
	uint16_t minutes[60];
	uint32_t minute; /* since the epoch, of the newest of |minutes| */
	uint32_t life;   /* counts the lives of this place, for the snapshot */
	struct sketch_pace paces[COHORT_DEPTHS];
	float shares[COHORT_DEPTHS][LEDGER_STAKES]; /* how each ledger's mixture stands */
	float shape_rate;   /* exchanges a second allowed when it was proven */
	uint32_t proven_s;  /* and when that was */
	uint8_t nearest[8]; /* the classes that came closest in the latest bets */
};
_Static_assert(sizeof(struct sketch) <= 3072, "detection.md §3");

struct cohorts {
	struct slots candidates, slots;
	struct sketch *sketches;
	uint32_t *free_sketches, free_count, sketch_count;
	uint64_t sketches_refused;
};

struct cohorts_room {
	size_t candidates, cohorts, sketches;
};

void cohorts_init(struct cohorts *cohorts, const struct cohorts_room *room, uint64_t seed);
void cohorts_fini(struct cohorts *cohorts);
size_t cohorts_bytes(const struct cohorts *cohorts);

/*
 * Notes that |owner| showed |key|; the cohort when it is one, else NULL. The cohort was not
 * looked at, only asked of memory: the caller compares its key with the key's
 * value, and where they differ it was pushed out and |cohorts_forget| is due.
 */
struct cohort *cohorts_note(
    struct cohorts *cohorts, const struct key *key, uint64_t owner, uint32_t now_s);

void cohorts_forget(struct cohorts *cohorts, const struct key *key);

struct cohort *cohorts_find(const struct cohorts *cohorts, uint64_t key);
struct cohort *cohorts_claim(struct cohorts *cohorts, const struct key *key, uint32_t now_s);

/* NULL until it is promoted. */
static inline struct sketch *cohorts_sketch(
    const struct cohorts *cohorts, const struct cohort *cohort)
{
	return cohort->sketch ? cohorts->sketches + cohort->sketch - 1 : NULL;
}

/* Gives |cohort| its sketch when it has the owners for one; false when all are taken. */
bool cohorts_promote(struct cohorts *cohorts, struct cohort *cohort);

/* 1 / ln(2 + popularity), the weight of a key that so many members share, 1 at the eighth. */
double cohort_weight(const struct cohort *cohort);

#endif
