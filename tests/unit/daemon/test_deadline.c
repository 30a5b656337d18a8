/* The wheel of deadlines: never early, never twice, whatever a callback does. */
#include "deadline.h"

#include "unit.h"

static struct deadline_wheel wheel;
static int rung;
static int64_t rung_at_ms, now_ms;

static void on_due(struct deadline *deadline)
{
	(void)deadline;
	rung++;
	rung_at_ms = now_ms;
}

static void turn_until(int64_t until_ms)
{
	for (; now_ms <= until_ms; now_ms += 64)
		deadline_turn(&wheel, now_ms);
}

static void begin(int64_t at_ms)
{
	now_ms = at_ms;
	rung = 0;
	deadline_wheel_init(&wheel, now_ms);
}

START_TEST(a_deadline_comes_once_and_never_early)
{
	for (int64_t after = 0; after < 200000; after += 1777) {
		struct deadline deadline = { 0 };

		begin(5000);
		deadline_set(&wheel, &deadline, 5000 + after, on_due);
		turn_until(5000 + after + 1000);
		ck_assert_int_eq(rung, 1);
		ck_assert_int_ge(rung_at_ms, 5000 + after);
		ck_assert_int_le(rung_at_ms, 5000 + after + 2 * DEADLINE_TICK_MS + 64);
	}
}
END_TEST

START_TEST(a_deadline_moves_later_and_earlier)
{
	struct deadline deadline = { 0 };

	begin(0);
	deadline_set(&wheel, &deadline, 1000, on_due);
	turn_until(900);
	deadline_set(&wheel, &deadline, 90000, on_due);
	turn_until(89000);
	ck_assert_int_eq(rung, 0);
	deadline_set(&wheel, &deadline, 200000, on_due);
	deadline_set(&wheel, &deadline, 91000, on_due);
	turn_until(92000);
	ck_assert_int_eq(rung, 1);
	ck_assert_int_ge(rung_at_ms, 91000);
}
END_TEST

START_TEST(a_cleared_deadline_is_silent)
{
	struct deadline deadline = { 0 };

	begin(0);
	deadline_set(&wheel, &deadline, 500, on_due);
	deadline_clear(&deadline);
	deadline_clear(&deadline);
	turn_until(100000);
	ck_assert_int_eq(rung, 0);
}
END_TEST

static struct deadline pair[2];

static void on_due_clear_both(struct deadline *deadline)
{
	rung++;
	deadline_clear(&pair[0]);
	deadline_clear(&pair[1]);
	(void)deadline;
}

START_TEST(a_callback_may_clear_its_neighbour)
{
	begin(0);
	pair[0] = pair[1] = (struct deadline){ 0 };
	deadline_set(&wheel, &pair[0], 500, on_due_clear_both);
	deadline_set(&wheel, &pair[1], 500, on_due_clear_both);
	turn_until(2000);
	ck_assert_int_eq(rung, 1);
}
END_TEST

static void on_due_again(struct deadline *deadline)
{
	rung++;
	deadline_set(&wheel, deadline, now_ms + 1, on_due_again);
}

START_TEST(a_callback_may_set_itself_again_without_spinning)
{
	struct deadline deadline = { 0 };

	begin(0);
	deadline_set(&wheel, &deadline, 1, on_due_again);
	turn_until(12800);
	ck_assert_int_gt(rung, 10);
	ck_assert_int_le(rung, 101);
	deadline_clear(&deadline);
}
END_TEST

START_TEST(a_sleep_longer_than_the_wheel_loses_nothing)
{
	struct deadline deadline = { 0 };

	begin(0);
	deadline_set(&wheel, &deadline, 1000, on_due);
	now_ms = INT64_C(1000) * 3600 * 24;
	deadline_turn(&wheel, now_ms);
	ck_assert_int_eq(rung, 1);
	deadline_set(&wheel, &deadline, now_ms + 1000, on_due);
	turn_until(now_ms + 3000);
	ck_assert_int_eq(rung, 2);
}
END_TEST

UNIT_MAIN("deadline", a_deadline_comes_once_and_never_early, a_deadline_moves_later_and_earlier,
    a_cleared_deadline_is_silent, a_callback_may_clear_its_neighbour,
    a_callback_may_set_itself_again_without_spinning,
    a_sleep_longer_than_the_wheel_loses_nothing)
