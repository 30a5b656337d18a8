/*
 * A pool: one hand behind many accounts, with a queue of work, a balancer, and answers to being
 * refused: it fails over, keeps conversations where they are, drops, moves to a second pool.
 * How real pools assign work is not public; every trait here is a model.
 */
#include "sim_inside.h"

#include "base/xalloc.h"

#include <stdlib.h>

#define T(name)       scenario_trait(group, TRAIT_##name)
#define TRIES         3  /* before an exchange is given up */
#define SLOTS_SECONDS 30 /* how many seconds of work are open at once */

static uint64_t account_of(const struct sim_pool *pool, uint32_t index, uint32_t generation)
{
	return sim_hash(pool->root + generation, index);
}

static void open_slot(struct sim_world *world, const struct scenario_group *group,
    struct sim_pool *pool, struct sim_slot *slot)
{
	struct sim_piece *piece = &slot->piece;

	slot->is_customer = sim_chance(&world->random, T(mix));
	*piece = (struct sim_piece){ .tool = pool->root,
		.group = pool->group,
		.is_other = slot->is_customer,
		.model = (uint8_t)(T(pivot_model) > 0 && pool->generation
				       ? 201
				       : pool->root % (uint64_t)T(models)) };
	piece->author = slot->is_customer
			    ? sim_hash(pool->root ^ 0xc057, sim_below(&world->random, 2000))
			    : pool->root;
	piece->conversation = sim_piece_conversation(group, piece, &world->random);
	slot->turns = slot->is_customer ? 1 + (uint16_t)sim_below(&world->random, 8)
					: sim_piece_turns(group, &world->random);
	slot->account = UINT32_MAX;
}

static void make_shares(
    struct sim_world *world, const struct scenario_group *group, struct sim_pool *pool)
{
	double sum = 0;

	if (T(skew) <= 0)
		return;
	pool->shares = xalloc_array(pool->accounts, sizeof(double));
	for (uint32_t i = 0; i < pool->accounts; i++)
		pool->shares[i] = sum += sim_lognormal(&world->random, 0, T(skew));
}

void sim_pool_make(struct sim_world *world, uint16_t number)
{
	const struct scenario_group *group = sim_group(world, number);
	struct sim_pool *pool;

	world->pools = xalloc_grow(world->pools, world->pool_count + 1, sizeof(*world->pools));
	pool = world->pools + world->pool_count;
	*pool = (struct sim_pool){ .group = number,
		.root = sim_hash(world->seed ^ 0x9001, number) & ~0xFULL,
		.accounts = (uint32_t)T(users),
		.slot_count = (uint32_t)(T(rate) * SLOTS_SECONDS) + 2,
		.ban_us = INT64_MAX,
		.second_us = INT64_MAX };
	if (T(ban_at) >= 0) {
		pool->ban_us = SIM_START_US + (int64_t)(T(ban_at) * HOUR_US);
		pool->second_us = pool->ban_us + (int64_t)(T(second_after) * HOUR_US);
	}
	make_shares(world, group, pool);
	pool->slots = xalloc_array(pool->slot_count, sizeof(*pool->slots));
	for (uint32_t i = 0; i < pool->slot_count; i++)
		open_slot(world, group, pool, pool->slots + i);
	sim_queue_put(
	    &world->queue, (struct sim_event){ SIM_START_US + (int64_t)(T(begin_at) * HOUR_US),
			       world->pool_count++, SIM_POOL });
}

static uint32_t next_account(struct sim_world *world, struct sim_pool *pool)
{
	uint32_t low = 0, high = pool->accounts - 1;
	double u;

	if (!pool->shares)
		return pool->next++ % pool->accounts;
	u = sim_uniform(&world->random) * pool->shares[high];
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (pool->shares[middle] < u)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool sim_pool_send(struct sim_world *world, uint32_t number)
{
	struct sim_pool *pool = world->pools + number;
	const struct scenario_group *group = sim_group(world, pool->group);
	struct sim_slot *slot;
	uint64_t account;
	uint32_t index;

	if (world->now_us > SIM_START_US + (int64_t)fmin(9e15, T(end_at) * HOUR_US))
		return false;
	sim_later(world, SIM_POOL, number, sim_exponential(&world->random) / T(rate));
	if (!sim_is_awake(world, T(rhythm), 0))
		return false;
	if (world->now_us >= pool->second_us)
		pool->generation = 1;
	world->slot = sim_below(&world->random, pool->slot_count);
	slot = pool->slots + world->slot;
	index = T(sticky) > 0 && slot->account != UINT32_MAX ? slot->account
							     : next_account(world, pool);
	slot->account = index;
	account = account_of(pool, index, pool->generation);
	world->sender = (struct sim_sender){ account, account, false };
	world->piece = slot->piece;
	world->is_customer = slot->is_customer;
	return true;
}

/* Sends what was refused through another account, or the same once more. False: dropped. */
static bool react(struct sim_world *world, uint32_t number, uint32_t *moved_to)
{
	struct sim_pool *pool = world->pools + number;
	const struct scenario_group *group = sim_group(world, pool->group);
	struct sim_again again = { .piece = world->piece,
		.sender = world->sender,
		.pool = number,
		.is_customer = world->is_customer,
		.tries = (uint8_t)(world->tries + 1) };

	if (again.tries > TRIES)
		return false;
	if (sim_chance(&world->random, T(failover))) {
		if (T(rewrite) > 0 && sim_chance(&world->random, T(rewrite)))
			again.piece.conversation = sim_piece_conversation(
			    group, &again.piece, &world->random);
		*moved_to = next_account(world, pool);
		again.sender.account = again.sender.owner = account_of(
		    pool, *moved_to, pool->generation);
		sim_send_again(world, &again, 0.3 + 2 * sim_exponential(&world->random));
		return true;
	}
	if (sim_chance(&world->random, 0.5)) {
		again.sender.is_retry = true;
		sim_send_again(world, &again, 1 + 2 * sim_uniform(&world->random));
		return true;
	}
	return false;
}

void sim_pool_answer(struct sim_world *world, uint32_t number, enum sim_answer answer)
{
	struct sim_pool *pool = world->pools + number;
	struct sim_slot *slot = pool->slots + world->slot;
	bool is_over = false;

	if (answer != SIM_ANSWERED)
		is_over = !react(world, number, &slot->account);
	slot->piece.turn++;
	if (is_over || slot->piece.turn >= slot->turns)
		open_slot(world, sim_group(world, pool->group), pool, slot);
}

void sim_pool_answer_again(struct sim_world *world, uint32_t number, enum sim_answer answer)
{
	uint32_t moved_to;

	if (answer != SIM_ANSWERED)
		react(world, number, &moved_to);
}

static bool is_of_generation(const struct sim_pool *pool, uint64_t account, uint32_t generation)
{
	for (uint32_t i = 0; i < pool->accounts; i++)
		if (account_of(pool, i, generation) == account)
			return true;
	return false;
}

bool sim_pool_is_banned(const struct sim_world *world, uint32_t number, uint64_t account)
{
	const struct sim_pool *pool = world->pools + number;

	return world->now_us >= pool->ban_us && is_of_generation(pool, account, 0);
}

bool sim_pool_is_second(const struct sim_world *world, uint32_t number, uint64_t account)
{
	const struct sim_pool *pool = world->pools + number;

	return pool->generation && is_of_generation(pool, account, 1);
}
