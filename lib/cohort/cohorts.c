/*
 * The table of cohorts and of the candidates that may become one. Fixed in size: the oldest
 * and least evidenced makes way. It proposes; nothing in here scores.
 */
#include "cohort/cohorts.h"

#include "base/pages.h"
#include "base/xalloc.h"
#include "cohort/account.h"

#include <math.h>
#include <stdlib.h>

#define CANDIDATE_UNIT_S 1800
#define CANDIDATE_HOLD   100 /* stamps: two days longer for one that became a cohort */

/* Seconds of age that its evidence and size make up for. */
static uint64_t rank_cohort(const void *entry, void *arg)
{
	const struct cohort *cohort = entry;
	double most = cohort->provenance;

	(void)arg;
	for (int i = 0; i < COHORT_DEPTHS; i++)
		most = fmax(most, cohort->ledger[i]);
	for (int i = 0; i < 2; i++)
		most = fmax(most, cohort->proof[i]);
	return cohort->last_s + (most > 0 ? (uint64_t)(most * 6 * 3600) : 0) +
	       (cohort->members > 1000 ? 1000 : cohort->members) * 60u +
	       cohort->state * 10u * 86400u;
}

void cohorts_init(struct cohorts *cohorts, const struct cohorts_room *room, uint64_t seed)
{
	*cohorts = (struct cohorts){ .sketch_count = (uint32_t)room->sketches };
	slots_init(&cohorts->candidates, room->candidates, sizeof(struct candidate), seed);
	slots_init(&cohorts->slots, room->cohorts, sizeof(struct cohort), seed * 3 + 1);
	cohorts->candidates.unit_s = CANDIDATE_UNIT_S;
	cohorts->slots.rank = rank_cohort;
	cohorts->sketches = pages_new(room->sketches, sizeof(struct sketch));
	cohorts->free_sketches = xalloc_array(room->sketches, sizeof(uint32_t));
	for (uint32_t i = 0; i < room->sketches; i++)
		cohorts->free_sketches[cohorts->free_count++] = (uint32_t)room->sketches - 1 -
								i;
}

void cohorts_fini(struct cohorts *cohorts)
{
	slots_fini(&cohorts->candidates);
	slots_fini(&cohorts->slots);
	pages_free(cohorts->sketches, cohorts->sketch_count, sizeof(struct sketch));
	free(cohorts->free_sketches);
	*cohorts = (struct cohorts){ 0 };
}

size_t cohorts_bytes(const struct cohorts *cohorts)
{
	return slots_bytes(&cohorts->candidates) + slots_bytes(&cohorts->slots) +
	       cohorts->sketch_count * (sizeof(struct sketch) + sizeof(uint32_t));
}

static struct cohort *cohort_of(
    const struct cohorts *cohorts, const struct candidate *candidate)
{
	struct cohort *cohort = (struct cohort *)cohorts->slots.entries + candidate->cohort - 1;

	for (size_t i = 0; i < sizeof(*cohort); i += 64)
		__builtin_prefetch((char *)cohort + i, 1);
	return cohort;
}

struct cohort *cohorts_find(const struct cohorts *cohorts, uint64_t key)
{
	return slots_find(&cohorts->slots, key, slots_place(&cohorts->slots, key));
}

struct cohort *cohorts_claim(struct cohorts *cohorts, const struct key *key, uint32_t now_s)
{
	uint64_t place = slots_place(&cohorts->slots, key->value);
	struct cohort *cohort = slots_find(&cohorts->slots, key->value, place);
	struct cohort *victim = cohort ? NULL : slots_victim(&cohorts->slots, place);
	bool is_new;

	if (cohort)
		return cohort;
	if (victim && victim->sketch)
		cohorts->free_sketches[cohorts->free_count++] = victim->sketch - 1;
	cohort = slots_claim(&cohorts->slots, key->value, place, &is_new);
	cohort->kind = key->kind;
	cohort->born_s = cohort->last_s = cohort->state_s = now_s;
	cohort->provenance = -INFINITY;
	for (int i = 0; i < COHORT_DEPTHS; i++)
		cohort->ledger[i] = -INFINITY;
	return cohort;
}

struct cohort *cohorts_note(
    struct cohorts *cohorts, const struct key *key, uint64_t owner, uint32_t now_s)
{
	bool is_new;
	struct candidate *candidate = slots_claim(&cohorts->candidates, key->value,
	    slots_place(&cohorts->candidates, key->value), &is_new);
	uint32_t tag = tag_of(owner);
	struct cohort *cohort;

	candidate->last_s = now_s;
	if (candidate->cohort) {
		slots_hold(&cohorts->candidates, CANDIDATE_HOLD);
		return cohort_of(cohorts, candidate);
	}
	for (int i = 0; i < COHORT_OWNERS - 1; i++) {
		if (candidate->owners[i] == tag)
			return NULL;
		if (!candidate->owners[i]) {
			candidate->owners[i] = tag;
			return NULL;
		}
	}
	cohort = cohorts_claim(cohorts, key, now_s);
	candidate->cohort = (uint32_t)slots_number(&cohorts->slots, cohort) + 1;
	return cohort;
}

void cohorts_forget(struct cohorts *cohorts, const struct key *key)
{
	struct candidate *candidate = slots_find(
	    &cohorts->candidates, key->value, slots_place(&cohorts->candidates, key->value));

	if (candidate)
		*candidate = (struct candidate){ .key = candidate->key };
}

bool cohorts_promote(struct cohorts *cohorts, struct cohort *cohort)
{
	struct sketch *sketch;
	uint32_t life;

	if (cohort->sketch)
		return true;
	if (cohort->members < COHORT_SKETCH - COHORT_OWNERS + 1)
		return false;
	if (!cohorts->free_count) {
		cohorts->sketches_refused++;
		return false;
	}
	cohort->sketch = cohorts->free_sketches[--cohorts->free_count] + 1;
	sketch = cohorts->sketches + cohort->sketch - 1;
	life = sketch->life + 1;
	*sketch = (struct sketch){ .life = life };
	return true;
}

double cohort_weight(const struct cohort *cohort)
{
	double popularity = cohort->members / (double)COHORT_SKETCH;
	double weight = 1 / log(2 + popularity);

	return weight < 1 ? weight : 1;
}
