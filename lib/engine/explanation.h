#ifndef ENGINE_EXPLANATION_H
#define ENGINE_EXPLANATION_H

#include "base/text.h"
#include "engine/displacing.h"
#include "engine/engine.h"

/*
 * Why a cohort stands where it stands, in numbers that can be computed again: the ledgers give
 * ln M, the counts of hops give ln E, a trial's three stakes give that of displacement, and the
 * thresholds give the state.
 */
#define EXPLANATION_REASONS 5
#define EXPLANATION_BYTES   4096

struct explanation {
	uint64_t cohort;
	uint8_t kind, state, tags;
	bool is_held_out;
	uint32_t accounts, bets;
	uint64_t exchanges;
	double effective_accounts; /* exchanges² / F2: as if all were equally busy */
	uint32_t born_s, last_s, state_s, watch_s;
	double ln_m_of[COHORT_DEPTHS]; /* ledger + ln v */
	double provenance, ln_m;
	double ln_e[2];
	unsigned probes, pairs, hops[2], spared[2];
	int reason_count;
	struct {
		int feature; /* enum feature_id */
		float nats;
	} reasons[EXPLANATION_REASONS]; /* the most telling first */
	char nearest[ENVELOPE_NAME];    /* the honest class that came closest lately */
	double tag_evidence, prove_evidence, probe_rate;
	bool has_trial; /* of displacement; the two below are of it */
	struct displacing_trial trial;
	double ln_displacement;
};

/* False when there is no such cohort. */
bool explanation_of(const struct engine *engine, uint64_t cohort, struct explanation *out);

/* A trial of displacement as a JSON object: ln E with what it is the mean of, its highest, and
 * what U sent in the epochs that were bet on, of coin 0 and of coin 1. |trial| NULL: null. */
void explanation_write_trial(struct text *text, const struct displacing_trial *trial);

/* As one JSON object without a line end; a ledger that never took a bet is null. */
void explanation_write(struct text *text, const struct explanation *explanation);

/*
 * Computes again what can be: ln M from the ledgers, ln E from the counts of hops. ln E may
 * only have lost by decay. False when a number does not follow from the others.
 */
bool explanation_agrees(const struct explanation *explanation);

#endif
