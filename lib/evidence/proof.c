/*
 * The arithmetic of causal evidence. The coins come in as arguments, so a replay multiplies the
 * same factors as the day itself did.
 */
#include "evidence/proof.h"

#include <math.h>

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

	return most >= log(prove_evidence / PROOF_HOP_PART) && tally->pairs >= PROOF_PAIRS &&
	       tally->hops >= PROOF_SHARE * tally->probes;
}

const char *proof_kind_name(enum proof_kind kind)
{
	static const char *const names[] = { "none", "same", "extension", "displacement" };

	_Static_assert(sizeof(names) / sizeof(*names) == PROOF_KIND_COUNT, "a word for each");
	return names[kind];
}
