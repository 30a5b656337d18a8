/* Trials in the engine, with its board: who is tried, what is held, and what becomes of it. */
#include "engine/displacing.h"

#include "engine/board.h"
#include "engine/clock.h"
#include "engine/engine.h"
#include "engine/explanation.h"
#include "evidence/reference.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>

#define NOW_US 1767225600000000LL
#define OWNERS 40
#define POOL   40   /* the pool's own exchanges an epoch */
#define CROWD  6000 /* everybody else's */

static char weights_text[1 << 18], class_text[1 << 17];

static uint64_t mix(uint64_t x)
{
	x = (x + 1) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 32) * 0xff51afd7ed558ccdULL;
	return x ^ x >> 29;
}

static int bin_of_nothing(void)
{
	return envelope_bin_of(0);
}

/* An envelope under which any account of a template's cohort is strong evidence. */
static struct envelope *make_envelope(void)
{
	static struct reference_weights weights = { .class_count = 1,
		.classes = { "other" },
		.pool_count = 1,
		.pools = { "campaign" } };
	static struct reference_class class = { .name = "other", .accounts = 200000 };
	struct text one = text_in(weights_text, sizeof(weights_text));
	struct text two = text_in(class_text, sizeof(class_text));
	struct envelope *envelope = envelope_new();
	struct fault fault;

	for (int group = 0; group < KEY_GROUP_COUNT; group++)
		for (int depth = 0; depth < COHORT_DEPTHS; depth++)
			for (int bin = 0; bin < ENVELOPE_BINS; bin++)
				weights.odds[group][depth][bin] = bin == bin_of_nothing()
								      ? 0.937
								      : 0.001;
	for (int depth = 0; depth < COHORT_DEPTHS; depth++)
		for (int phase = 0; phase < ENVELOPE_PHASES; phase++) {
			struct reference_table *table =
			    &class.tables[KEY_GROUP_SHORT][depth][phase];

			table->n = table->k[ENVELOPE_BINS - 1] = 200000;
		}
	reference_write_weights(&one, &weights);
	ck_assert_int_eq(envelope_weights(envelope, text_bytes(&one), &fault), 0);
	reference_write_class(&two, &class, envelope_weights_mark(text_bytes(&one)));
	ck_assert_int_eq(envelope_class(envelope, text_bytes(&two), &fault), 0);
	ck_assert_int_eq(envelope_seal(envelope, &fault), 0);
	return envelope;
}

struct world {
	struct engine_settings settings;
	struct envelope *envelope;
	struct engine *engine;
	struct board *board;
	struct keyed_hash *hash;
	double failover;     /* of what is held */
	struct engine *twin; /* sees what a replay of the records would, NULL: none */
	int crowd;
	uint64_t sent, held, held_of_u, first_held;
	int64_t at_us;
};

static void start(struct world *world)
{
	struct fault fault;

	*world = (struct world){ .at_us = NOW_US, .failover = 1, .crowd = CROWD };
	engine_settings_default(&world->settings, 16 << 20);
	world->settings.seed = 42;
	world->settings.hold_out = 0;
	world->envelope = make_envelope();
	world->hash = keyed_hash_new(BYTES("0123456789abcdef"), &fault);
}

static void begin(struct world *world)
{
	world->engine = engine_new(&world->settings, world->envelope);
	world->board = board_new(1024);
}

static void stop(struct world *world)
{
	engine_free(world->engine);
	envelope_free(world->envelope);
	board_free(world->board);
	keyed_hash_free(world->hash);
}

static void show(
    struct engine *engine, const struct record *record, struct verdict_changes *changes)
{
	const struct exchange_seen seen = { .facts = &record->facts,
		.prompt = &record->prompt,
		.reply = &record->reply,
		.hold = record->hold,
		.trial = record->trial };

	changes->count = 0;
	engine_see(engine, &seen, changes);
}

static void show_twin(struct engine *twin, const struct record *record)
{
	static char line[RECORD_BYTES];
	static struct record again;
	struct text text = text_in(line, sizeof(line));
	struct verdict_changes changes = { 0 };
	struct fault fault;

	record_write(&text, record);
	ck_assert_int_eq(record_read(text_bytes(&text), &again, &fault), 0);
	show(twin, &again, &changes);
}

static void learn(struct world *world, const struct record *record)
{
	struct verdict_changes changes = { 0 };

	show(world->engine, record, &changes);
	if (world->twin)
		show_twin(world->twin, record);
	for (int i = 0; i < changes.count; i++)
		board_apply(world->board, changes.at + i);
}

static struct record record_of(struct world *world, uint64_t owner, uint64_t head)
{
	uint64_t number = ++world->sent;

	return (struct record){ .facts = { .at_us = world->at_us,
				    .exchange = mix(number),
				    .account = mix(owner),
				    .owner = mix(owner) },
		.prompt = { .state = PROMPT_WHOLE,
		    .dialect = DIALECT_ANTHROPIC_MESSAGES,
		    .conversation = mix(number + 7000000),
		    .conversation_bytes = 500,
		    .head = head },
		.reply = { .status = 200 } };
}

/* True when it was held: what the judge does. */
static bool send(struct world *world, uint64_t owner)
{
	struct record record = record_of(world, owner, 4711);
	struct verdict verdict = board_judge(world->board, &record.facts, &record.prompt);

	if (verdict.trial && !verdict.may_shape) {
		record.trial = verdict.trial;
		record.hold = (uint8_t)displacement_draw(
		    world->hash, verdict.trial, &record.facts);
	}
	if (record.hold == RECORD_HOLD_HELD) {
		record.reply.status = 429;
		world->held_of_u += !displacement_is_treated(&record.facts);
		if (!world->held++)
			world->first_held = (uint64_t)((record.facts.at_us - NOW_US) /
						       DISPLACEMENT_EPOCH_US);
	}
	learn(world, &record);
	return record.hold == RECORD_HOLD_HELD;
}

/* One of the pool's: what is refused goes on, written anew, until it is answered. */
static void send_of_pool(struct world *world)
{
	uint64_t owner = mix(world->sent) % OWNERS;

	for (int tries = 0; tries < 8 && send(world, owner); tries++) {
		if ((double)(mix(world->sent * 3) >> 11) * 0x1p-53 >= world->failover)
			return;
		owner = mix(world->sent + 99) % OWNERS;
	}
}

static void live(struct world *world, int epochs)
{
	int each = world->crowd / POOL;

	for (int i = 0; i < epochs * POOL; i++) {
		for (int j = 0; j < each; j++) {
			struct record record = record_of(
			    world, 1000 + (uint64_t)(i * each + j) % 500, 0);

			record.prompt.conversation = 0;
			learn(world, &record);
		}
		send_of_pool(world);
		world->at_us += DISPLACEMENT_EPOCH_US / POOL;
	}
}

static const struct cohort *find_cohort(const struct world *world)
{
	size_t number = 0;

	return engine_next_cohort(world->engine, &number, false);
}

static const struct displacing_trial *find_trial(const struct world *world)
{
	return displacing_of(world->engine, find_cohort(world));
}

START_TEST(a_pool_whose_prompts_never_come_back_is_proven_by_displacement)
{
	struct world world;
	struct engine_counts counts;
	struct explanation why;
	char room[EXPLANATION_BYTES];
	struct text text = text_in(room, sizeof(room));
	uint64_t held;

	start(&world);
	begin(&world);
	for (int i = 0; i < 40 && find_cohort(&world) == NULL; i++)
		live(&world, 1);
	for (int i = 0; i < 60 && find_cohort(&world)->state != ENGINE_STATE_PROVEN; i++)
		live(&world, 10);
	engine_counts(world.engine, &counts);
	ck_assert_uint_eq(find_cohort(&world)->state, ENGINE_STATE_PROVEN);
	ck_assert_uint_eq(counts.proofs_by[PROOF_KIND_DISPLACEMENT], 1);
	ck_assert_uint_eq(counts.same_hops + counts.extension_hops, 0);
	ck_assert_uint_ge(world.first_held, DISPLACEMENT_WARMUP + DISPLACING_LAG);
	ck_assert_uint_gt(world.held, 100);
	ck_assert_uint_eq(world.held_of_u, 0);
	ck_assert(explanation_of(world.engine, find_cohort(&world)->key, &why));
	ck_assert(why.has_trial && explanation_agrees(&why));
	explanation_write(&text, &why);
	ck_assert(!text.is_cut);
	why.trial.state.ln_e[0] += 3;
	ck_assert(!explanation_agrees(&why));
	held = world.held; /* its bucket shapes now: no more is held by the trial */
	live(&world, 2);
	ck_assert_uint_eq(world.held, held);
	stop(&world);
}
END_TEST

START_TEST(a_cohort_that_loses_what_is_held_is_not_proven)
{
	struct world world;
	struct engine_counts counts;

	start(&world);
	world.failover = 0;
	begin(&world);
	live(&world, 250);
	engine_counts(world.engine, &counts);
	ck_assert_uint_eq(counts.trials, 1);
	ck_assert_uint_gt(counts.trial_epochs, 150);
	ck_assert_uint_eq(counts.proofs, 0);
	ck_assert_double_lt(find_trial(&world)->state.peak, log(1e4));
	stop(&world);
}
END_TEST

START_TEST(a_cohort_that_is_much_of_all_traffic_is_never_held)
{
	struct world world;

	start(&world);
	world.crowd = 20 * POOL;
	begin(&world);
	live(&world, 100);
	ck_assert_ptr_nonnull(find_trial(&world));
	ck_assert(!find_trial(&world)->is_running);
	ck_assert_uint_eq(world.held, 0);
	stop(&world);
}
END_TEST

START_TEST(neither_watched_cohorts_nor_those_held_out_are_tried)
{
	struct world world;
	struct engine_counts counts;

	for (int i = 0; i < 2; i++) {
		start(&world);
		world.settings.tag_evidence = i ? 1e9 : 1e300;
		world.settings.hold_out = i;
		begin(&world);
		live(&world, 40);
		engine_counts(world.engine, &counts);
		ck_assert_uint_eq(
		    find_cohort(&world)->state, i ? ENGINE_STATE_TAGGED : ENGINE_STATE_WATCH);
		ck_assert_uint_eq(counts.trials, 0);
		ck_assert_uint_eq(world.held, 0);
		stop(&world);
	}
}
END_TEST

START_TEST(records_count_in_the_epoch_of_their_arrival_unless_too_late)
{
	struct world world;
	struct displacing_trial before;
	struct record record;
	int64_t epoch;
	int place;

	start(&world);
	begin(&world);
	live(&world, 15);
	before = *find_trial(&world);
	epoch = world.at_us / DISPLACEMENT_EPOCH_US - 4;
	place = (int)(epoch % DISPLACING_RING);
	record = record_of(&world, 3, 4711);
	record.facts.at_us -= 4 * DISPLACEMENT_EPOCH_US;
	learn(&world, &record);
	ck_assert_uint_eq(find_trial(&world)->pending[place].untreated +
			      find_trial(&world)->pending[place].treated,
	    before.pending[place].untreated + before.pending[place].treated + 1);
	before = *find_trial(&world);
	record.facts.at_us -= 8 * DISPLACEMENT_EPOCH_US;
	learn(&world, &record);
	ck_assert_mem_eq(find_trial(&world), &before, sizeof(before));
	record.facts.at_us = world.at_us + 2 * CLOCK_JUMP_US; /* a clock that nobody believes */
	learn(&world, &record);
	ck_assert_mem_eq(find_trial(&world), &before, sizeof(before));
	stop(&world);
}
END_TEST

START_TEST(there_is_room_for_so_many_trials_and_the_rest_are_counted)
{
	struct world world;
	struct engine_counts counts;

	start(&world);
	begin(&world);
	for (uint64_t owner = 0; owner < OWNERS; owner++)
		for (uint64_t head = 1; head <= DISPLACING_MOST + 6; head++) {
			struct record record = record_of(&world, owner, mix(head));

			learn(&world, &record);
		}
	engine_counts(world.engine, &counts);
	ck_assert_uint_eq(counts.trials, DISPLACING_MOST);
	ck_assert_uint_eq(counts.trials_refused, 6);
	stop(&world);
}
END_TEST

START_TEST(a_replay_of_the_records_settles_the_trial_as_it_was)
{
	struct world world, twin;

	start(&world);
	world.crowd = 4800;
	begin(&world);
	twin = world;
	world.twin = twin.engine = engine_new(&world.settings, world.envelope);
	live(&world, 80);
	ck_assert_uint_gt(world.held, 50);
	ck_assert_uint_gt(find_trial(&world)->state.bets[1], 10);
	ck_assert_mem_eq(
	    find_trial(&world), find_trial(&twin), sizeof(struct displacing_trial));
	ck_assert_mem_eq(find_cohort(&world), find_cohort(&twin), sizeof(struct cohort));
	engine_free(twin.engine);
	stop(&world);
}
END_TEST

struct kept {
	char *at;
	size_t len;
};

static int keep(void *arg, struct bytes run, struct fault *fault)
{
	struct kept *kept = arg;

	(void)fault;
	kept->at = realloc(kept->at, kept->len + run.len);
	memcpy(kept->at + kept->len, run.at, run.len);
	kept->len += run.len;
	return 0;
}

START_TEST(a_trial_goes_on_after_a_restart_bit_for_bit)
{
	struct world one, two;
	struct kept kept = { 0 };
	struct fault fault;

	start(&one);
	begin(&one);
	live(&one, 60);
	ck_assert_int_eq(engine_save(one.engine, keep, &kept, &fault), 0);
	two = one;
	begin(&two);
	ck_assert_int_eq(engine_load(two.engine, bytes_of(kept.at, kept.len), &fault), 0);
	board_free(two.board);
	two.board = one.board;
	live(&two, 20);
	two.board = NULL;
	live(&one, 20);
	ck_assert_uint_gt(find_trial(&one)->state.bets[0], 5);
	ck_assert_mem_eq(find_trial(&one), find_trial(&two), sizeof(struct displacing_trial));
	ck_assert_mem_eq(find_cohort(&one), find_cohort(&two), sizeof(struct cohort));
	((uint32_t *)(void *)kept.at)[2] = 2; /* the format before trials */
	ck_assert_int_eq(engine_load(two.engine, bytes_of(kept.at, kept.len), &fault), -1);
	ck_assert_str_eq(fault.text, "it is of format 2, and this program keeps format 4");
	engine_free(two.engine);
	free(kept.at);
	stop(&one);
}
END_TEST

UNIT_MAIN("displacing", a_pool_whose_prompts_never_come_back_is_proven_by_displacement,
    a_cohort_that_loses_what_is_held_is_not_proven,
    a_cohort_that_is_much_of_all_traffic_is_never_held,
    neither_watched_cohorts_nor_those_held_out_are_tried,
    records_count_in_the_epoch_of_their_arrival_unless_too_late,
    there_is_room_for_so_many_trials_and_the_rest_are_counted,
    a_replay_of_the_records_settles_the_trial_as_it_was,
    a_trial_goes_on_after_a_restart_bit_for_bit)
