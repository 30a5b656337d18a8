/*
 * The arithmetic of tier 1's ledgers. Everything is in natural logarithms; nothing here knows
 * what was bet on.
 */
#include "evidence/ledger.h"

#include <math.h>

const double ledger_shares[COHORT_DEPTHS] = { 0.4, 0.3, 0.2, 0.1 };
const double ledger_ln_shares[COHORT_DEPTHS] = { -0.91629073187415511, -1.2039728043259361,
	-1.6094379124341003, -2.3025850929940455 };

/* ln(1 + exp x) without overflow. */
static double grow(double x)
{
	return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

double ledger_bet(double ledger, double stake, double e)
{
	return grow(ledger) + log1p(stake * (e - 1));
}

double ledger_multiply(double ledger, double ln_e)
{
	return grow(ledger) + ln_e;
}

bool ledger_is_over(double ledger, int depth, double ln_tag)
{
	return ledger >= ln_tag - ledger_ln_shares[depth];
}

double ledger_ln_m(const struct cohort *cohort)
{
	double most = cohort->provenance;

	for (int i = 0; i < COHORT_DEPTHS; i++)
		most = fmax(most, cohort->ledger[i] + ledger_ln_shares[i]);
	return most;
}

double ledger_decay(double ledger, double elapsed_s, double half_life_s)
{
	return ledger > 0 ? ledger * exp2(-elapsed_s / half_life_s) : ledger;
}
