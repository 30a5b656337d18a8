#ifndef ENGINE_SIDE_H
#define ENGINE_SIDE_H

#include "engine/board.h"
#include "engine/engine.h"

/*
 * An engine with the board that its verdicts stand on: the one in force, or a candidate beside
 * it whose board nobody else reads. The engine's thread only, but for the board's readers.
 */
struct config;

struct engine_side {
	struct engine *engine;
	struct board *board;
	struct engine_settings settings; /* in force */
	double next_rate;                /* takes effect at |rate_until_us|; 0 = none waits */
	int64_t rate_until_us;
	int64_t tidied_us; /* by the engine's clock */
	bool has_tidied;   /* with the last exchange or tick */
	bool is_candidate; /* nobody is told of its proofs */
	uint64_t said;     /* the cohort whose proof was told last */
	struct verdict_changes changes;
};

/* The settings of a configuration: the thresholds in force, or its candidate's. */
void engine_side_settings(struct engine_settings *settings, const struct config *config,
    bool is_candidate, uint64_t seed);

/* |envelope| is borrowed. */
void engine_side_init(struct engine_side *side, const struct engine_settings *settings,
    const struct envelope *envelope);
void engine_side_fini(struct engine_side *side);

/* Fills the board from what the engine was loaded with, whose coins were drawn at |rate|. */
void engine_side_resume(struct engine_side *side, double rate, int64_t now_us);

/* Gives it an empty board, filled from the engine: what a restart does. */
void engine_side_renew(struct engine_side *side);

/* Shows it an exchange; |changes| then has what was published. From time to time lines are
 * taken off the board that no cohort stands behind; by the engine's clock, so that a replay
 * does it where the daemon did. */
void engine_side_learn(struct engine_side *side, const struct exchange_seen *seen);

/* The same; returns the state of the gravest cohort that it now matches. */
enum engine_state engine_side_see(struct engine_side *side, const struct exchange_seen *seen);

/* Lets time pass without an exchange. */
void engine_side_tick(struct engine_side *side, int64_t now_us);

/*
 * Other thresholds, at once. A lower probe rate waits for as long as coins of the higher one
 * may still be answered by a hop: weighing them by the lower rate would overstate them, while
 * weighing the rarer ones by the higher rate only understates.
 */
void engine_side_adopt(
    struct engine_side *side, const struct engine_settings *settings, int64_t now_us);

/* Whether the cohort |id| is one that a line may speak of; |engine| is a struct engine. */
bool engine_side_is_standing(void *engine, uint64_t id);

#endif
