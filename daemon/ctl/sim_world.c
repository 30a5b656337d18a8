/*
 * The clock of the simulated world and the order in which its people and pools act.
 */
#include "sim_inside.h"

#include "base/xalloc.h"

#include <stdlib.h>

struct sim_world *sim_world_new(const struct scenario *scenario, uint64_t seed)
{
	struct sim_world *world = xalloc(sizeof(*world));

	world->scenario = scenario;
	world->seed = sim_hash(seed, 0x5eed);
	world->random.state = sim_hash(seed, 0x0dd5);
	world->now_us = SIM_START_US;
	world->warm_us = SIM_START_US + (int64_t)(scenario->warm_up_hours * HOUR_US);
	world->end_us = world->warm_us + (int64_t)(scenario->hours * HOUR_US);
	for (uint16_t i = 0; i < scenario->group_count; i++)
		if (scenario_trait(scenario->groups + i, TRAIT_rate) > 0)
			sim_pool_make(world, i);
		else
			sim_people_make(world, i);
	return world;
}

void sim_world_free(struct sim_world *world)
{
	for (uint32_t i = 0; i < world->pool_count; i++) {
		free(world->pools[i].slots);
		free(world->pools[i].shares);
	}
	free(world->pools);
	free(world->people);
	free(world->queue.at);
	free(world->again);
	free(world->again_free);
	free(world);
}

bool sim_is_awake(struct sim_world *world, double rhythm, unsigned zone)
{
	double hour = (double)(world->now_us / 1000000 % 86400) / 3600 + zone;
	double level = (1 + rhythm * cos((hour - 15) * 6.283185307179586 / 24)) / (1 + rhythm);

	return sim_uniform(&world->random) < level;
}

void sim_later(
    struct sim_world *world, enum sim_event_kind kind, uint32_t number, double seconds)
{
	sim_queue_put(&world->queue,
	    (struct sim_event){ world->now_us + (int64_t)(seconds * 1e6), number, kind });
}

uint32_t sim_send_again(struct sim_world *world, const struct sim_again *again, double seconds)
{
	uint32_t number;

	if (world->again_free_count) {
		number = world->again_free[--world->again_free_count];
	} else {
		number = world->again_count++;
		if (number >= world->again_room) {
			world->again_room = world->again_room * 2 + 64;
			world->again = xalloc_grow(
			    world->again, world->again_room, sizeof(*world->again));
			world->again_free = xalloc_grow(
			    world->again_free, world->again_room, sizeof(*world->again_free));
		}
	}
	world->again[number] = *again;
	sim_later(world, SIM_AGAIN, number, seconds);
	return number;
}

static bool send_again(struct sim_world *world, uint32_t number)
{
	const struct sim_again *again = world->again + number;

	world->sender = again->sender;
	world->piece = again->piece;
	world->is_customer = again->is_customer;
	world->tries = again->tries;
	return true;
}

static bool send(struct sim_world *world)
{
	world->is_customer = false;
	world->tries = 0;
	switch (world->event.what) {
	case SIM_PERSON:
		return sim_person_send(world, world->event.who);
	case SIM_POOL:
		return sim_pool_send(world, world->event.who);
	default:
		return send_again(world, world->event.who);
	}
}

static uint32_t pool_of(const struct sim_world *world)
{
	if (world->event.what == SIM_POOL)
		return world->event.who;
	if (world->event.what == SIM_AGAIN)
		return world->again[world->event.who].pool;
	return UINT32_MAX;
}

bool sim_world_next(struct sim_world *world, struct sim_exchange *exchange)
{
	uint32_t pool;

	do {
		if (!sim_queue_take(&world->queue, &world->event) ||
		    world->event.at_us > world->end_us)
			return false;
		world->now_us = world->event.at_us;
	} while (!send(world));
	memset(exchange, 0, sizeof(*exchange));
	exchange->record.facts.at_us = world->now_us;
	exchange->record.facts.exchange = sim_hash(world->seed ^ 0x1d, ++world->exchanges);
	sim_piece_fill(sim_group(world, world->piece.group), &world->piece, &world->sender,
	    &world->random, &exchange->record);
	exchange->piece = world->piece;
	exchange->group = world->piece.group;
	exchange->is_customer = world->is_customer;
	pool = pool_of(world);
	if (pool != UINT32_MAX && world->pools[pool].ban_us != INT64_MAX &&
	    world->now_us >= world->pools[pool].ban_us) {
		exchange->is_banned = sim_pool_is_banned(world, pool, world->sender.account);
		exchange->is_second_pool = sim_pool_is_second(
		    world, pool, world->sender.account);
	}
	return true;
}

void sim_world_answer(struct sim_world *world, enum sim_answer answer)
{
	uint32_t number = world->event.who, pool;

	if (world->event.what == SIM_PERSON) {
		sim_person_answer(world, number, answer);
	} else if (world->event.what == SIM_POOL) {
		sim_pool_answer(world, number, answer);
	} else {
		pool = world->again[number].pool;
		world->again_free[world->again_free_count++] = number;
		if (pool != UINT32_MAX)
			sim_pool_answer_again(world, pool, answer);
	}
}

size_t sim_world_bytes(const struct sim_world *world)
{
	size_t bytes = world->person_count * sizeof(*world->people) +
		       world->queue.room * sizeof(*world->queue.at) +
		       world->again_room * (sizeof(*world->again) + sizeof(*world->again_free));

	for (uint32_t i = 0; i < world->pool_count; i++)
		bytes += world->pools[i].slot_count * sizeof(*world->pools[i].slots) +
			 (world->pools[i].shares ? world->pools[i].accounts * sizeof(double)
						 : 0);
	return bytes;
}

int64_t sim_world_us(const struct sim_world *world)
{
	return world->now_us;
}

int64_t sim_world_warm_us(const struct sim_world *world)
{
	return world->warm_us;
}
