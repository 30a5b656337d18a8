#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim_piece.h"

#include <stddef.h>

/*
 * The people and pools of a scenario under a virtual clock. The world says what is sent next;
 * the run says how it was answered; the world reacts. It never sees a verdict, only statuses.
 */
#define SIM_START_US 1777593600000000LL /* 2026-05-01 00:00 UTC */

enum sim_answer {
	SIM_ANSWERED, /* 200 */
	SIM_REFUSED,  /* 429, from us */
	SIM_BANNED,   /* 401, the account is dead */
};

struct sim_exchange {
	struct record record; /* facts, prompt, reply; the run fills the rest */
	struct sim_piece piece;
	uint16_t group;
	bool is_customer;    /* of somebody who pays the pool for access and knows nothing */
	bool is_second_pool; /* of the pool that came after a ban */
	bool is_banned;      /* the upstream will say 401 */
};

struct sim_world;

struct sim_world *sim_world_new(const struct scenario *scenario, uint64_t seed);
void sim_world_free(struct sim_world *world);

/* The next exchange; false when the time is over. */
bool sim_world_next(struct sim_world *world, struct sim_exchange *exchange);

/* How the exchange that sim_world_next gave last was answered. */
void sim_world_answer(struct sim_world *world, enum sim_answer answer);

/* What the world itself takes, so that it can be told from what the engine takes. */
size_t sim_world_bytes(const struct sim_world *world);

int64_t sim_world_us(const struct sim_world *world);
int64_t sim_world_warm_us(const struct sim_world *world); /* when the warm-up ends */

#endif
