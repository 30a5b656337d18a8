#ifndef ENGINE_ROOM_H
#define ENGINE_ROOM_H

#include "cohort/conversation.h"
#include "cohort/hops.h"
#include "cohort/pairs.h"
#include "cohort/sketch.h"
#include "engine/clock.h"
#include "engine/displacing.h"
#include "engine/engine.h"

/* What the files of this folder share; nobody outside includes it. */

#define SWEEP_SLICES   64
#define SWEEP_S        600 /* each cohort is looked at once in this time */

#define HOPPING_POINTS 2 /* how many earlier points of a conversation are looked up */

struct engine {
	struct engine_settings settings;
	const struct envelope *envelope;
	struct slots accounts, owners, conversations;
	struct pairs pairs;
	struct cohorts cohorts;
	struct rarity rarity;
	struct clock clock;
	struct engine_counts counts;
	uint32_t swept_s[SWEEP_SLICES];
	uint32_t slice;
	double ln_watch, ln_tag;    /* of the settings */
	uint32_t told_s;            /* the time that the tables know */
	int64_t began_us;           /* first arrival ever */
	uint64_t matched[KEYS_MAX]; /* cohorts of the last exchange that are not quiet */
	int matched_count;
	struct displacing *displacing;
	engine_bet_fn *on_bet;
	void *on_bet_arg;
};

/* One conversation seen again, before anything of this exchange is noted. */
struct hop {
	bool is_seen;    /* it was known, unshared */
	bool has_hopped; /* from another owner */
	uint8_t coin;    /* enum record_coin, of then */
	uint64_t from;
	uint32_t at_s;
};

struct passage { /* one exchange on its way through the engine */
	const struct exchange_seen *seen;
	struct account *account;
	int64_t arrived_us; /* as the record says; |now_s| is the engine's time */
	uint32_t now_s;
	struct hop same, extension, signature;
	bool is_telling; /* a hop or a coin: proofs may be weighed */
	struct keys keys;
	struct cohort *cohorts[KEYS_MAX]; /* of the keys, NULL where none is */
	struct verdict_changes *changes;
};

/* hopping.c */
void hopping_look(struct engine *engine, struct passage *passage);
void hopping_weigh(struct engine *engine, struct passage *passage, struct cohort *cohort);
void hopping_note(struct engine *engine, const struct passage *passage);

/* betting.c: counts the member in, and bets when it reached a depth. */
void betting_count(struct engine *engine, struct passage *passage, struct cohort *cohort);

/* states.c: moves the cohort to the state that its evidence gives. */
void states_judge(struct engine *engine, struct cohort *cohort, struct passage *passage);
void states_publish(struct engine *engine, struct passage *passage);
void states_sweep(struct engine *engine, uint32_t now_s, struct verdict_changes *changes);
/* Puts the cohort's verdict into |changes|; false when there is no room, or it has no line. */
bool states_show(struct engine *engine, const struct cohort *cohort, uint32_t now_s,
    struct verdict_changes *changes);
/* A secret, fixed share of cohorts is never shaped. */
bool states_is_held_out(const struct engine *engine, uint64_t key);
/* Whether a worker can make its key, so that it has a line of its own on the board. */
bool states_has_line(const struct cohort *cohort);
struct verdict states_verdict(
    const struct engine *engine, const struct cohort *cohort, uint32_t now_s);

#endif
