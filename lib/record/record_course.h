#ifndef RECORD_RECORD_COURSE_H
#define RECORD_RECORD_COURSE_H

#include <stdint.h>

/*
 * What a record says beside its exchange: how it came to the engine, what the judge heard, and
 * where that left the evidence. With these a verdict can be computed again.
 */

/* The rule that an engine judged under, in its own numbers. */
enum record_rule {
	RECORD_RULE_WATCH,
	RECORD_RULE_TAG,
	RECORD_RULE_PROVE,
	RECORD_RULE_PROBE_RATE,
	RECORD_RULE_HOLD_OUT,
	RECORD_RULES
};

/* How a record came to its engine: what a replay needs to take it as it was taken. */
#define RECORD_TICKS      4
#define RECORD_TICKS_MOST (1u << 22) /* of one run: a year and more */
struct record_course {
	uint64_t run;    /* when that engine's process began, µs; 0: no daemon's */
	uint64_t number; /* of the exchanges that it has taken; 0: it was not stamped */
	uint64_t ticks[RECORD_TICKS]; /* runs of times it let pass before: first s << 32, how
					 many */
	double rule[RECORD_RULES];
};

/* What the judge heard, apart: from limits and lists, and from the board. */
struct record_heard {
	uint64_t edition;     /* of the board; 0: it was not asked, or in between two */
	uint8_t ruled;        /* enum record_verdict, of limits and lists alone */
	uint8_t state, score; /* of the board's verdict */
};

/* Where the evidence of a cohort of this exchange stood once it was taken. */
#define RECORD_LEDGERS 8 /* by depth; ln E: same, extensions; provenance; displacement */
#define RECORD_NATS    16
struct record_evidence {
	uint64_t cohort; /* the one that decided, else the gravest; 0: all are quiet */
	uint8_t state;
	double ledgers[RECORD_LEDGERS];
	float nats[RECORD_NATS]; /* by feature */
};

#endif
