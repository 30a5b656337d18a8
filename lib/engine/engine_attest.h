#ifndef ENGINE_ENGINE_ATTEST_H
#define ENGINE_ENGINE_ATTEST_H

#include "engine/engine.h"

/*
 * What the engine says of itself in the record of an exchange. With both a replay of the log
 * can follow the engine exactly, and show that it did.
 */

/* Before engine_see: the number that the exchange will have, the ticks before it, the rule. */
void engine_stamp(const struct engine *engine, struct record *record);

/* After engine_see: where the evidence of the cohort that decided, or else of the gravest one
 * of this exchange, stands now. */
void engine_attest(const struct engine *engine, struct record *record);

/* The rule of a stamped record; |settings| keeps its sizes and seed. */
void engine_attest_rule(const struct record *record, struct engine_settings *settings);

/* The evidence of a cohort as it stands; false when there is no such cohort. */
bool engine_attest_cohort(
    const struct engine *engine, uint64_t id, struct record_evidence *evidence);

/* True when the record's evidence is, to the bit, where the engine stands; false also when
 * there is no such cohort. Ask only when |record->evidence.cohort| is not 0. */
bool engine_attest_agrees(const struct engine *engine, const struct record *record);

#endif
