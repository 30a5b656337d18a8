#ifndef METRICS_METRICS_LABEL_H
#define METRICS_METRICS_LABEL_H

#include "facts/dialect.h"
#include "record/record.h"
#include "wire/http1_fault.h"

/* The values of the closed sets that label metrics, where nobody else names them. */
#define METRICS_RULES 64 /* as many as a configuration may have limits */

enum metrics_handshake {
	METRICS_HANDSHAKE_FULL,
	METRICS_HANDSHAKE_RESUMED,
	METRICS_HANDSHAKE_FAILED,
	METRICS_HANDSHAKE_COUNT
};
enum metrics_state { /* of a cohort: the engine's, in its order */
	METRICS_STATE_QUIET,
	METRICS_STATE_WATCH,
	METRICS_STATE_TAGGED,
	METRICS_STATE_PROVEN,
	METRICS_STATE_RELEASED,
	METRICS_STATE_COUNT
};
enum metrics_table {
	METRICS_TABLE_ACCOUNTS,
	METRICS_TABLE_OWNERS,
	METRICS_TABLE_CONVERSATIONS,
	METRICS_TABLE_PAIRS,
	METRICS_TABLE_CANDIDATES,
	METRICS_TABLE_COHORTS,
	METRICS_TABLE_SKETCHES,
	METRICS_TABLE_COUNT
};
enum metrics_proof { /* of a cohort: the engine's, in its order */
	METRICS_PROOF_SAME,
	METRICS_PROOF_EXTENSION,
	METRICS_PROOF_DISPLACEMENT,
	METRICS_PROOF_COUNT
};
enum metrics_list { METRICS_LIST_ALLOW, METRICS_LIST_DENY, METRICS_LIST_COUNT };
enum metrics_outcome { METRICS_OUTCOME_FAILED, METRICS_OUTCOME_OK };

enum metrics_label_count {
#define LABEL(id, name, count, word) METRICS_COUNT_##id = (count),
#include "metrics/metrics_label.def"
#undef LABEL
};

#endif
