/*
 * Evidence without content: whether members that were never held back grow busier in just the
 * epochs in which the others were. The coin is fair and secret, so for traffic that does not
 * know it each factor has expectation 1, whatever its rhythm.
 */
#include "evidence/displacement.h"

#include <math.h>

#define SMOOTHING 0.05

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
