/*
 * One run of a scenario. Verdicts reach the board at once here; in the daemon a worker may see
 * them some milliseconds later.
 */
#include "sim_run.h"

#include "base/xalloc.h"
#include "clock.h"
#include "engine/decision.h"
#include "engine/engine_attest.h"
#include "evidence/displacement.h"
#include "evidence/proof.h"
#include "sim_capture.h"

#include <stdlib.h>

#define STEP_MASK 1023 /* the end is looked for once in so many exchanges */

struct loop {
	struct sim_run *run;
	const struct sim_setup *setup;
	struct sim_world *world;
	struct keyed_hash *hash;
	int labels[SCENARIO_GROUPS], customers[SCENARIO_GROUPS], seconds[SCENARIO_GROUPS];
};

static void name_labels(struct loop *loop)
{
	const struct scenario *scenario = loop->setup->scenario;

	for (int i = 0; i < scenario->group_count; i++) {
		const struct scenario_group *group = scenario->groups + i;
		bool is_pool = scenario_trait(group, TRAIT_rate) > 0;
		char name[64];

		loop->labels[i] = report_label(&loop->run->report, group->label, !is_pool);
		snprintf(name, sizeof(name), "%.20s-2", group->label);
		if (scenario_trait(group, TRAIT_ban_at) >= 0)
			loop->seconds[i] = report_label(&loop->run->report, name, false);
		snprintf(name, sizeof(name), "%.16s-customers", group->label);
		if (scenario_trait(group, TRAIT_mix) > 0)
			loop->customers[i] = report_label(&loop->run->report, name, false);
	}
}

static int label_of(const struct loop *loop, const struct sim_exchange *exchange)
{
	if (exchange->is_customer)
		return loop->customers[exchange->group];
	if (exchange->is_second_pool)
		return loop->seconds[exchange->group];
	return loop->labels[exchange->group];
}

/* Whether the exchange is one of those that its cohort's trial refuses. */
static bool is_held(
    const struct loop *loop, const struct verdict *verdict, struct record *record)
{
	if (!loop->setup->may_displace || !verdict->trial || verdict->may_shape)
		return false;
	record->trial = verdict->trial;
	record->hold = (uint8_t)displacement_draw(loop->hash, verdict->trial, &record->facts);
	return record->hold == RECORD_HOLD_HELD;
}

/* What the judge station does: the bucket first, then the trial, then the coin, each only where
 * allowed. */
static enum sim_answer judge(struct loop *loop, struct sim_exchange *exchange)
{
	struct record *record = &exchange->record;
	struct board *board = loop->run->board;
	struct verdict verdict = board_judge(board, &record->facts, &record->prompt);
	uint32_t at_s = (uint32_t)(record->facts.at_us / 1000000);

	record->heard = (struct record_heard){ .state = verdict.state, .score = verdict.score };
	record->cohort = verdict.cohort;
	record->mode = loop->setup->may_shape ? RECORD_MODE_ENFORCE : RECORD_MODE_TAG;
	if (exchange->is_banned)
		return SIM_BANNED;
	if (loop->setup->may_shape && verdict.may_shape &&
	    !board_take(board, &verdict, record->facts.at_us)) {
		record->is_shaped = 1;
		return SIM_REFUSED;
	}
	if (is_held(loop, &verdict, record))
		return SIM_REFUSED;
	if (!loop->setup->may_probe || !board_is_chosen(&verdict, record->facts.exchange) ||
	    !board_may_draw(board, record->facts.account, at_s))
		return SIM_ANSWERED;
	record->coin = RECORD_COIN_SPARED;
	if (!proof_coin(loop->hash, record->facts.exchange, 0.02))
		return SIM_ANSWERED;
	record->coin = RECORD_COIN_REFUSED;
	board_refused(board, record->facts.account, at_s);
	return SIM_REFUSED;
}

static void settle(struct record *record, enum sim_answer answer)
{
	decision_settle(record);
	if (answer == SIM_ANSWERED)
		return;
	record->reply = (struct reply_facts){ .status = answer == SIM_BANNED ? 401 : 429 };
}

static void write_record(FILE *out, const struct record *record)
{
	static char line[RECORD_BYTES];
	struct text text = text_in(line, sizeof(line));

	record_write(&text, record);
	fwrite(text.at, 1, text.len, out);
}

static void write_down(const struct sim_setup *setup, const struct sim_exchange *exchange)
{
	if (setup->records)
		write_record(setup->records, &exchange->record);
	if (setup->captures)
		sim_capture_write(setup->captures, setup->scenario->groups + exchange->group,
		    &exchange->piece, &exchange->record);
}

static void learn(struct loop *loop, struct sim_exchange *exchange)
{
	struct record *record = &exchange->record;
	const struct exchange_seen seen = engine_seen_of(record);
	struct sim_run *run = loop->run;

	run->is_warm = record->facts.at_us >= sim_world_warm_us(loop->world);
	run->label = label_of(loop, exchange);
	engine_stamp(run->engine, record);
	engine_side_learn(run->side, &seen);
	engine_attest(run->engine, record);
	report_see(&run->report, run->engine, run->label, record);
}

static bool is_over(const struct loop *loop)
{
	const struct scenario *scenario = loop->setup->scenario;
	const struct report *report = &loop->run->report;

	for (int i = 0; *scenario->stop_label && i < report->label_count; i++) {
		const struct report_label *label = report->labels + i;

		if (strcmp(label->name, scenario->stop_label) != 0)
			continue;
		if (label->first_proof.exchange &&
		    label->exchanges > 3 * label->first_proof.exchange + 2000)
			return true;
		if (scenario->stop_share > 0 && label->exchanges > scenario->stop_share)
			return true;
	}
	return false;
}

/* A balancer before the nodes that knows nothing of accounts: the worst for what each sees. */
static void choose_node(struct sim_run *run, const struct record *record)
{
	run->side = run->sides +
		    sim_hash(record->facts.exchange, 0xba1a) % (uint64_t)run->node_count;
	run->engine = run->side->engine;
	run->board = run->side->board;
}

static void turn(struct loop *loop)
{
	struct sim_exchange exchange;
	uint64_t count = 0;

	while (sim_world_next(loop->world, &exchange)) {
		int label = label_of(loop, &exchange);
		enum sim_answer answer;

		choose_node(loop->run, &exchange.record);
		answer = judge(loop, &exchange);
		settle(&exchange.record, answer);
		snprintf(exchange.record.label, sizeof(exchange.record.label), "%s",
		    loop->run->report.labels[label].name);
		learn(loop, &exchange);
		write_down(loop->setup, &exchange);
		sim_world_answer(loop->world, answer);
		if ((++count & STEP_MASK) == 0 && is_over(loop))
			return;
	}
}

static uint32_t read_secret(uint64_t seed, char secret[33])
{
	snprintf(secret, 33, "%016llx%016llx", (unsigned long long)sim_hash(seed, 1),
	    (unsigned long long)sim_hash(seed, 2));
	return 32;
}

static void make_nodes(
    struct sim_run *run, const struct sim_setup *setup, const struct engine_settings *settings)
{
	run->node_count = setup->nodes > 0 ? setup->nodes : 1;
	for (int i = 0; i < run->node_count; i++) {
		engine_side_init(run->sides + i, settings, setup->envelope);
		run->sides[i].is_candidate = true;
		if (setup->on_bet)
			engine_on_bet(run->sides[i].engine, setup->on_bet, setup->on_bet_arg);
	}
}

void sim_run(struct sim_run *run, const struct sim_setup *setup)
{
	struct loop loop = { .run = run, .setup = setup };
	struct engine_settings settings;
	struct fault fault;
	char secret[33];
	double began_s = (double)clock_us(CLOCK_MONOTONIC) / 1e6;

	memset(run, 0, sizeof(*run));
	engine_settings_default(&settings, setup->memory_bytes);
	settings.tag_evidence = setup->tag_evidence;
	settings.seed = sim_hash(setup->seed, 0x5a17);
	make_nodes(run, setup, &settings);
	report_init(&run->report);
	name_labels(&loop);
	loop.hash = keyed_hash_new(bytes_of(secret, read_secret(setup->seed, secret)), &fault);
	loop.world = sim_world_new(setup->scenario, setup->seed);
	turn(&loop);
	run->hours = (double)(sim_world_us(loop.world) - SIM_START_US) / 3.6e9;
	run->report.seconds = (double)clock_us(CLOCK_MONOTONIC) / 1e6 - began_s;
	run->report.world_bytes = sim_world_bytes(loop.world);
	sim_world_free(loop.world);
	keyed_hash_free(loop.hash);
}

void sim_run_counts(const struct sim_run *run, struct engine_counts *counts)
{
	struct engine_counts one;

	engine_counts(run->sides[0].engine, counts);
	for (int i = 1; i < run->node_count; i++) {
		engine_counts(run->sides[i].engine, &one);
		counts->bets += one.bets;
		counts->tags += one.tags;
		counts->proofs += one.proofs;
		counts->releases += one.releases;
		counts->probes += one.probes;
		counts->same_hops += one.same_hops;
		counts->extension_hops += one.extension_hops;
		counts->late += one.late;
		counts->steps += one.steps;
		counts->skipped += one.skipped;
		counts->pairs += one.pairs;
	}
}

void sim_run_fini(struct sim_run *run)
{
	for (int i = 0; i < run->node_count; i++)
		engine_side_fini(run->sides + i);
	report_fini(&run->report);
}
