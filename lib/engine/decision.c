/*
 * Verdicts by arithmetic. It must know every way in which a station may raise a verdict, and no
 * threshold.
 */
#include "engine/decision.h"

#include "engine/verdict.h"

static const uint8_t scores[RECORD_VERDICT_COUNT] = {
	[RECORD_VERDICT_TAG] = 60, [RECORD_VERDICT_THROTTLE] = 80, [RECORD_VERDICT_BLOCK] = 100
};

uint8_t decision_word(uint8_t state)
{
	switch (state) {
	case ENGINE_STATE_WATCH:
		return RECORD_VERDICT_WATCH;
	case ENGINE_STATE_TAGGED:
	case ENGINE_STATE_PROVEN:
		return RECORD_VERDICT_TAG;
	default:
		return RECORD_VERDICT_PASS;
	}
}

struct decision decision_of(const struct record *record)
{
	const struct record_heard *heard = &record->heard;
	bool is_refused = record->coin == RECORD_COIN_REFUSED || record->is_shaped ||
			  record->hold == RECORD_HOLD_HELD;
	struct decision decision = { heard->ruled, scores[heard->ruled] };
	uint8_t word = decision_word(heard->state);

	if (word != RECORD_VERDICT_PASS && record->mode != RECORD_MODE_SHADOW) {
		if (word > decision.verdict)
			decision.verdict = word;
		if (heard->score > decision.score)
			decision.score = heard->score;
	}
	if (is_refused && decision.verdict < RECORD_VERDICT_THROTTLE)
		decision.verdict = RECORD_VERDICT_THROTTLE;
	return decision;
}

void decision_settle(struct record *record)
{
	struct decision decision = decision_of(record);

	record->verdict = decision.verdict;
	record->score = decision.score;
}

bool decision_agrees(const struct record *record)
{
	struct decision decision = decision_of(record);

	return decision.verdict == record->verdict && decision.score == record->score;
}
