/* The engine's thread: records through, in order; questions answered once, also at the end. */
#include "engine_thread.h"

#include "config/config.h"
#include "engine/board.h"
#include "ring.h"
#include "unit.h"
#include "world.h"

#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct fault fault;
static struct config config;
static struct ring *rings[2];
static struct engine_thread *thread;
static char folder[] = "/tmp/retort-engine-XXXXXX";
static char path[300];

static void start(const char *snapshot)
{
	const struct engine_thread_plan plan = {
		.config = &config, .seed = 5, .rings = rings, .ring_count = 2
	};

	memset(&config, 0, sizeof(config));
	config.detection.watch_evidence = 1e3;
	config.detection.tag_evidence = 1e9;
	config.detection.prove_evidence = 1e4;
	config.detection.probe.rate = 0.02;
	config.detection.memory_bytes = 1 << 20;
	config.store.snapshot = snapshot;
	config.store.snapshot_interval_us = 3600000000;
	for (int i = 0; i < 2; i++)
		rings[i] = ring_new(1024, sizeof(struct record));
	thread = engine_thread_start(&plan, &fault);
	ck_assert_ptr_nonnull(thread);
}

static void stop(void)
{
	engine_thread_stop(thread);
	engine_thread_free(thread);
	ring_free(rings[0]);
	ring_free(rings[1]);
}

static void post(uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++) {
		struct record *place;

		while (!(place = ring_reserve(rings[i % 2])))
			sched_yield();
		*place = world_relay(i, 1700000000000000 + (int64_t)i * 1000000);
		ring_commit(rings[i % 2]);
	}
}

/* Reads what went on to the journal: |count| records, each worker's in its own order. */
static void read_on(uint64_t count)
{
	uint64_t last[2] = { 0 };
	size_t ring_count;
	struct ring *out = engine_thread_rings(thread, &ring_count)[0];
	const struct record *record;

	ck_assert_uint_eq(ring_count, 1);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t number;

		while (!(record = ring_peek(out)))
			sched_yield();
		number = record->facts.exchange;
		ck_assert(number >= last[number % 2]);
		last[number % 2] = number;
		ring_release(out);
	}
	ck_assert_ptr_null(ring_peek(out));
}

static struct question *take_answer(void)
{
	struct pollfd wait = { engine_thread_answered_fd(thread), POLLIN, 0 };

	ck_assert_int_eq(poll(&wait, 1, 60000), 1);
	return engine_thread_answers(thread);
}

static void drop_answer(struct question *question)
{
	free(question->text);
	question->text = NULL;
}

static struct question ask_cohorts(void)
{
	struct question question = { .kind = QUESTION_COHORTS, .generation = 1 };

	engine_thread_ask(thread, &question);
	ck_assert_ptr_eq(take_answer(), &question);
	ck_assert_int_eq(question.status, 200);
	return question;
}

START_TEST(what_workers_post_is_judged_and_goes_on)
{
	struct record next = world_relay(401, 1700000401000000);
	struct question question;

	start(NULL);
	post(0, 400);
	read_on(400);
	ck_assert_int_ge(
	    board_judge(engine_thread_board(thread), &next.facts, &next.prompt).state,
	    ENGINE_STATE_WATCH);
	question = ask_cohorts();
	ck_assert_ptr_nonnull(strstr(question.text, "\"state\":\"tagged\""));
	drop_answer(&question);
	stop();
}
END_TEST

START_TEST(a_request_is_explained_by_its_id)
{
	struct question known = { .kind = QUESTION_EXPLAIN, .id = 399 },
			unknown = { .kind = QUESTION_EXPLAIN, .id = 4000 },
			cohort = { .kind = QUESTION_COHORT, .id = 1 };

	start(NULL);
	post(0, 400);
	read_on(400);
	engine_thread_ask(thread, &known);
	ck_assert_ptr_eq(take_answer(), &known);
	ck_assert_int_eq(known.status, 200);
	ck_assert_ptr_nonnull(strstr(known.text, "\"request\":\"000000000000018f\""));
	ck_assert_ptr_nonnull(strstr(known.text, "\"record\":{\"v\":1"));
	ck_assert_ptr_nonnull(strstr(known.text, "\"ln_m_by_depth\":{\"1\":"));
	engine_thread_ask(thread, &unknown);
	ck_assert_ptr_eq(take_answer(), &unknown);
	ck_assert_int_eq(unknown.status, 404);
	engine_thread_ask(thread, &cohort);
	ck_assert_ptr_eq(take_answer(), &cohort);
	ck_assert_int_eq(cohort.status, 404);
	drop_answer(&known);
	drop_answer(&unknown);
	drop_answer(&cohort);
	stop();
}
END_TEST

START_TEST(what_is_asked_at_the_end_is_answered_once)
{
	struct question questions[8] = { 0 }, *answers;
	int count = 0;

	start(NULL);
	for (int i = 0; i < 8; i++) {
		questions[i].kind = QUESTION_COHORTS;
		engine_thread_ask(thread, &questions[i]);
	}
	engine_thread_stop(thread);
	for (answers = engine_thread_answers(thread); answers; answers = answers->next) {
		ck_assert_ptr_eq(answers, &questions[count]);
		ck_assert_int_eq(answers->status, 200);
		count++;
	}
	ck_assert_int_eq(count, 8);
	ck_assert_ptr_null(engine_thread_answers(thread));
	for (int i = 0; i < 8; i++)
		drop_answer(&questions[i]);
	engine_thread_free(thread);
	ring_free(rings[0]);
	ring_free(rings[1]);
}
END_TEST

START_TEST(a_restart_loses_no_evidence)
{
	struct record next = world_relay(401, 1700000401000000);
	struct question before, after;
	char name[320];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/state", folder);
	start(path);
	post(0, 400);
	read_on(400);
	before = ask_cohorts();
	stop();
	start(path);
	after = ask_cohorts();
	ck_assert_str_eq(before.text, after.text);
	post(400, 402); /* what is known by the account comes back with its next exchange */
	read_on(2);
	ck_assert_int_ge(
	    board_judge(engine_thread_board(thread), &next.facts, &next.prompt).state,
	    ENGINE_STATE_WATCH);
	stop();
	drop_answer(&before);
	drop_answer(&after);
	snprintf(name, sizeof(name), "%s.evidence", path);
	ck_assert_int_eq(unlink(name), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(other_thresholds_take_effect_without_a_restart)
{
	struct question question;

	start(NULL);
	config.detection.tag_evidence = 1e300; /* beyond what so few hops can say */
	config.detection.watch_evidence = 1e299;
	engine_thread_adopt(thread, &config);
	post(0, 100);
	read_on(100);
	question = ask_cohorts();
	ck_assert_ptr_nonnull(strstr(question.text, "\"tag\":1e+300"));
	ck_assert_ptr_nonnull(strstr(question.text, "\"count\":0"));
	drop_answer(&question);
	stop();
}
END_TEST

UNIT_MAIN("engine_thread", what_workers_post_is_judged_and_goes_on,
    a_request_is_explained_by_its_id, what_is_asked_at_the_end_is_answered_once,
    a_restart_loses_no_evidence, other_thresholds_take_effect_without_a_restart)
