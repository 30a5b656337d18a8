/*
 * Honest accounts: each with its own heavy-tailed volume, day and patience. They know nothing
 * of each other; what they have in common is the tool.
 */
#include "sim_inside.h"

#include "base/xalloc.h"

#include <stdlib.h>

#define T(name) scenario_trait(group, TRAIT_##name)

/* Joining: in a burst, evenly over the run, or during the warm-up as one who was always there.
 */
static double join_hour(struct sim_world *world, const struct scenario_group *group)
{
	double warm = (double)(world->warm_us - SIM_START_US) / HOUR_US;

	if (T(join_at) >= 0)
		return T(join_at) + T(join_spread) * sim_uniform(&world->random);
	if (sim_chance(&world->random, T(young)) || warm <= 0)
		return warm + world->scenario->hours * sim_uniform(&world->random);
	return warm * 0.5 * sim_uniform(&world->random);
}

static uint64_t tool_of(struct sim_world *world, const struct scenario_group *group)
{
	/* Sizes of tools fall off as 1/rank, as popularity does. */
	double u = sim_uniform(&world->random), tools = T(tools);
	uint64_t tool = (uint64_t)(pow(tools + 1, u) - 1);

	return sim_hash(world->seed, (uint64_t)(group - world->scenario->groups) * 1000 + tool);
}

static void make_person(struct sim_world *world, uint16_t number, struct sim_person *person)
{
	const struct scenario_group *group = sim_group(world, number);
	uint32_t index = (uint32_t)(person - world->people);
	double warm = (double)(world->warm_us - SIM_START_US) / HOUR_US;
	double hour = join_hour(world, group), volume;

	person->group = number;
	person->tool = tool_of(world, group);
	person->account = sim_hash(world->seed ^ 0xacc0, index);
	person->owner = T(keys_per_owner) > 1 ? sim_hash(world->seed ^ 0x04e7,
						    index / (uint32_t)T(keys_per_owner))
					      : person->account;
	person->tool_us = SIM_START_US + (int64_t)(hour * HOUR_US);
	if (hour > warm * 0.5 && sim_chance(&world->random, T(adopt)))
		hour = warm * 0.5 * sim_uniform(&world->random);
	volume = fmin(20000, sim_lognormal(&world->random, T(volume_ln), T(volume_sigma)));
	person->mean_s =
	    86400 / volume * T(burst) *
	    (T(turns_ln) > 0 ? exp(T(turns_ln) + T(turns_sigma) * T(turns_sigma) / 2) : 1);
	person->zone = (uint8_t)(sim_uniform(&world->random) * T(region));
	person->until_us = T(life) > 0 ? SIM_START_US + (int64_t)((hour + T(life)) * HOUR_US)
				       : INT64_MAX;
	sim_queue_put(&world->queue,
	    (struct sim_event){ SIM_START_US + (int64_t)(hour * HOUR_US), index, SIM_PERSON });
}

void sim_people_make(struct sim_world *world, uint16_t number)
{
	uint32_t users = (uint32_t)scenario_trait(sim_group(world, number), TRAIT_users);
	uint32_t first = world->person_count;

	world->person_count += users;
	world->people = xalloc_grow(world->people, world->person_count, sizeof(*world->people));
	memset(world->people + first, 0, users * sizeof(*world->people));
	for (uint32_t i = first; i < world->person_count; i++)
		make_person(world, number, world->people + i);
}

static void begin_conversation(
    struct sim_world *world, const struct scenario_group *group, struct sim_person *person)
{
	struct sim_piece piece = { .tool = person->tool };

	person->is_other = piece.is_other = world->now_us < person->tool_us ||
					    sim_chance(&world->random, T(other));
	person->conversation = sim_piece_conversation(group, &piece, &world->random);
	person->turn = 0;
	person->turns = T(steps) > 0 && !person->is_other
			    ? (uint16_t)T(steps)
			    : sim_piece_turns(group, &world->random);
}

static uint8_t model_of(
    struct sim_world *world, const struct scenario_group *group, struct sim_person *person)
{
	double hours = (double)(world->now_us - SIM_START_US) / HOUR_US - T(pivot_at);

	/* A new model: half of those who will move do so within hours, the rest in days. */
	if (T(pivot_at) >= 0 && hours > 0 && !person->has_pivoted)
		person->has_pivoted = sim_chance(&world->random, T(pivot_share) * 0.3);
	if (person->has_pivoted)
		return 200;
	return (uint8_t)(person->account % (uint64_t)T(models));
}

bool sim_person_send(struct sim_world *world, uint32_t number)
{
	struct sim_person *person = world->people + number;
	const struct scenario_group *group = sim_group(world, person->group);

	if (world->now_us > person->until_us)
		return false;
	if (person->turn >= person->turns) { /* between conversations */
		if (!person->burst && !sim_is_awake(world, T(rhythm), person->zone)) {
			sim_later(world, SIM_PERSON, number,
			    600 + person->mean_s * 0.3 * sim_exponential(&world->random));
			return false;
		}
		if (!person->burst)
			person->burst = (uint16_t)T(burst);
		person->burst--;
		begin_conversation(world, group, person);
	}
	world->sender = (struct sim_sender){ person->account, person->owner, person->is_retry };
	world->piece = (struct sim_piece){ .author = person->account,
		.conversation = person->conversation,
		.tool = person->tool,
		.group = person->group,
		.turn = person->turn,
		.model = model_of(world, group, person),
		.is_other = person->is_other };
	return true;
}

/* An owner with several keys sends a refused exchange through another of its own. */
static bool send_through_own_key(
    struct sim_world *world, const struct scenario_group *group, uint32_t number)
{
	uint32_t keys = (uint32_t)T(keys_per_owner), first = number / keys * keys;
	struct sim_again again = { .piece = world->piece, .sender = world->sender };

	if (keys < 2)
		return false;
	again.sender.account = world->people[first + sim_below(&world->random, keys)].account;
	again.pool = UINT32_MAX;
	sim_send_again(world, &again, 0.5 + sim_exponential(&world->random));
	return true;
}

void sim_person_answer(struct sim_world *world, uint32_t number, enum sim_answer answer)
{
	struct sim_person *person = world->people + number;
	const struct scenario_group *group = sim_group(world, person->group);
	bool is_again = answer == SIM_REFUSED && !person->is_retry;

	person->is_retry = false;
	if (is_again && !send_through_own_key(world, group, number) &&
	    sim_chance(&world->random, T(retry))) {
		person->is_retry = true;
		sim_later(world, SIM_PERSON, number, 1 + sim_uniform(&world->random));
		return;
	}
	person->turn++;
	if (person->turn < person->turns || person->burst)
		sim_later(world, SIM_PERSON, number, sim_piece_gap(group, &world->random));
	else
		sim_later(world, SIM_PERSON, number,
		    person->mean_s * sim_exponential(&world->random));
}
