#ifndef SIM_INSIDE_H
#define SIM_INSIDE_H

#include "sim_queue.h"
#include "sim_world.h"

/* What sim_world, sim_person and sim_pool share; nobody else includes it. */

#define HOUR_US 3600000000LL

enum sim_event_kind { SIM_PERSON, SIM_POOL, SIM_AGAIN, SIM_EVENT_KINDS };

struct sim_person {
	uint64_t account, owner, tool;
	uint64_t conversation;
	double mean_s;             /* between bursts of conversations */
	int64_t until_us, tool_us; /* when it leaves, and when it takes up the tool */
	uint16_t group, turn, turns, burst;
	uint8_t zone;
	bool is_other, has_pivoted, is_retry;
};

struct sim_slot { /* a conversation that a pool carries on */
	struct sim_piece piece;
	uint16_t turns;
	uint32_t account; /* of a sticky conversation */
	bool is_customer;
};

struct sim_pool {
	uint16_t group;
	uint64_t root; /* its accounts are hashes of it */
	uint32_t accounts, next, generation;
	double *shares; /* cumulative, NULL: round-robin */
	struct sim_slot *slots;
	uint32_t slot_count;
	int64_t ban_us, second_us;
};

struct sim_again { /* a refused exchange that will be sent again */
	struct sim_piece piece;
	struct sim_sender sender;
	uint32_t pool;
	bool is_customer;
	uint8_t tries; /* how often it was sent already */
};

struct sim_world {
	const struct scenario *scenario;
	struct sim_random random;
	uint64_t seed;
	int64_t now_us, warm_us, end_us;
	struct sim_queue queue;
	struct sim_person *people;
	uint32_t person_count;
	struct sim_pool *pools;
	uint32_t pool_count;
	struct sim_again *again;
	uint32_t again_count, again_room, *again_free, again_free_count;
	struct sim_event event; /* the one that was sent last */
	struct sim_sender sender;
	struct sim_piece piece;
	uint32_t slot; /* of the pool's conversation that was sent last */
	bool is_customer;
	uint8_t tries; /* of the one that was sent last, if it was sent before */
	uint64_t exchanges;
};

static inline const struct scenario_group *sim_group(
    const struct sim_world *world, uint16_t number)
{
	return world->scenario->groups + number;
}

/* Whether the hour of the day lets an event of this rhythm pass. */
bool sim_is_awake(struct sim_world *world, double rhythm, unsigned zone);
void sim_later(
    struct sim_world *world, enum sim_event_kind kind, uint32_t number, double seconds);
uint32_t sim_send_again(struct sim_world *world, const struct sim_again *again, double seconds);

void sim_people_make(struct sim_world *world, uint16_t group);
bool sim_person_send(struct sim_world *world, uint32_t number);
void sim_person_answer(struct sim_world *world, uint32_t number, enum sim_answer answer);

void sim_pool_make(struct sim_world *world, uint16_t group);
bool sim_pool_send(struct sim_world *world, uint32_t number);
void sim_pool_answer(struct sim_world *world, uint32_t number, enum sim_answer answer);
void sim_pool_answer_again(struct sim_world *world, uint32_t number, enum sim_answer answer);
bool sim_pool_is_banned(const struct sim_world *world, uint32_t pool, uint64_t account);
bool sim_pool_is_second(const struct sim_world *world, uint32_t pool, uint64_t account);

#endif
