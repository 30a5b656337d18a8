/*
 * Evidence of a model: how rarely a signed block or a conversation moves between unrelated
 * owners. It may tag and never proves, for the null rate is believed and not made.
 */
#include "evidence/provenance.h"

#include <math.h>

#define PROVENANCE_NULL 1e-3
#define PROVENANCE_ODDS 0.05

double provenance_factor(bool has_hopped)
{
	return has_hopped ? log(PROVENANCE_ODDS / PROVENANCE_NULL)
			  : log((1 - PROVENANCE_ODDS) / (1 - PROVENANCE_NULL));
}
