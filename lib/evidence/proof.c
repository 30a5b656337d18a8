/*
 * The arithmetic of causal evidence. The coins come in as arguments, so a replay multiplies the
 * same factors as the day itself did.
 */
#include "evidence/proof.h"

#include <math.h>

#define PROVENANCE_NULL 1e-3
#define PROVENANCE_ODDS 0.05
#define SMOOTHING       0.05

bool proof_coin(struct keyed_hash *hash, uint64_t nonce, double rate)
{
	uint64_t drawn = keyed_hash_of(hash, HASH_COIN, bytes_of(&nonce, sizeof(nonce)));

	return ldexp((double)drawn, -64) < rate;
}

double proof_factor(bool was_refused, double rate)
{
	return was_refused ? log(PROOF_ODDS / rate) : log((1 - PROOF_ODDS) / (1 - rate));
}

bool proof_is_enough(const struct proof_tally *tally, double prove_evidence)
{
	double most = fmax(tally->ln_e[PROOF_SAME], tally->ln_e[PROOF_EXTENSION]);

	return most >= log(prove_evidence * PROOF_LEDGERS) && tally->pairs >= PROOF_PAIRS &&
	       tally->hops >= PROOF_SHARE * tally->probes;
}

void displacement_epoch(struct displacement *displacement, double u_count, bool was_held)
{
	double off = u_count - displacement->mean, spread = sqrt(displacement->var), lean;

	if (displacement->epochs >= DISPLACEMENT_WARMUP && spread > 0) {
		lean = fmax(-1, fmin(1, off / (2 * spread)));
		displacement->ln_e += log1p(0.5 * (was_held ? lean : -lean));
	}
	displacement->epochs++;
	if (displacement->epochs == 1) {
		displacement->mean = u_count;
		return;
	}
	displacement->mean += SMOOTHING * off;
	displacement->var = (1 - SMOOTHING) * (displacement->var + SMOOTHING * off * off);
}

double provenance_factor(bool has_hopped)
{
	return has_hopped ? log(PROVENANCE_ODDS / PROVENANCE_NULL)
			  : log((1 - PROVENANCE_ODDS) / (1 - PROVENANCE_NULL));
}
