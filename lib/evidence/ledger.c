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

static const double stakes[LEDGER_STAKES] = { 1, 0.5, 0.125 };

/* (w + share · R) · (1 + stake · (e − 1)), for each stake, out of e^|scale|. */
double ledger_bet(double ledger, float shares[LEDGER_STAKES], double weight, double e)
{
	double scale = fmax(0, ledger), fresh = exp(-scale) / LEDGER_STAKES;
	double held = exp(ledger - scale), parts[LEDGER_STAKES], whole = 0, sum = 0;

	for (int i = 0; i < LEDGER_STAKES; i++)
		whole += shares[i];
	for (int i = 0; i < LEDGER_STAKES; i++) {
		parts[i] = (fresh + (held > 0 ? held * shares[i] / whole : 0)) *
			   (1 + weight * stakes[i] * (e - 1));
		sum += parts[i];
	}
	for (int i = 0; i < LEDGER_STAKES; i++)
		shares[i] = (float)(parts[i] / sum);
	return scale + log(sum);
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
