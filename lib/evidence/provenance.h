#ifndef EVIDENCE_PROVENANCE_H
#define EVIDENCE_PROVENANCE_H

#include <stdbool.h>

/* Model-based factor of one opportunity to hop (§5c), in ln: π₀ ≤ 1e−3, q = 0.05. */
double provenance_factor(bool has_hopped);

#endif
