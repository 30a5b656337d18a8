/*
 * What the store answers, merged into the table: sums of the other nodes replace sums, elements
 * and registers are united. It trusts no answer: whatever does not fit its question ends the
 * connection, whatever does not read as a node's value is passed over and counted.
 */
#include "limit/limit_queue.h"
#include "limit/share_batch.h"
#include "limit/share_value.h"

#define FIELDS_MOST      (1 << 20) /* of one key: nodes, and how often entries came back */
#define EXPECT_AHEAD     16        /* questions before an answer, its entry is fetched */
#define ELEMENTS_AT_ONCE 64        /* merged before a stripe is left again */

static struct share_question *present_question(struct share_plan *plan)
{
	return &plan->questions[plan->answered];
}

/* Enters the stripe; the entry that was asked for, unless it was evicted meanwhile. */
static struct limit_entry *enter_entry(
    struct share_plan *plan, const struct share_question *question, enum limit_kind kind)
{
	struct limit_entry *entry;

	limit_table_enter(plan->table, limit_table_stripe(question->id));
	entry = limit_table_at(plan->table, question->id, question->place);
	if (entry->id != question->id || entry->kind != kind ||
	    entry->incarnation != question->incarnation)
		return NULL;
	return entry;
}

static void leave_entry(struct share_plan *plan, const struct share_question *question)
{
	limit_table_leave(plan->table, limit_table_stripe(question->id));
}

static enum limit_kind kind_of(const struct share_question *question)
{
	return question->ask == SHARE_ASK_WINDOW ? LIMIT_KIND_WINDOW : LIMIT_KIND_DISTINCT;
}

static void end_question(struct share_plan *plan)
{
	unsigned soon = plan->answered + EXPECT_AHEAD;

	if (soon < plan->asked && plan->questions[soon].is_last) {
		const struct share_question *question = &plan->questions[soon];
		const struct limit_entry *entry = limit_table_at(
		    plan->table, question->id, question->place);

		__builtin_prefetch(entry, 1);
		__builtin_prefetch(entry->window.others, 1);
		__builtin_prefetch(&entry->window.others[WINDOW_RING - 1], 1);
	}
	plan->answered++;
	plan->figures.batches += plan->answered == plan->asked;
}

/* The entry holds the fleet's totals now. */
static void settle_entry(struct share_plan *plan, struct limit_entry *entry)
{
	if (entry->generation != plan->generation)
		entry->written = 0;
	entry->generation = plan->generation;
	if (plan->written_id == entry->id && plan->written > entry->written)
		entry->written = plan->written;
}

/* A later batch asks and tells everything about it, as after a new connection. */
static void freshen_entry(struct share_plan *plan, struct limit_entry *entry)
{
	plan->unsettled_id = entry->id;
	entry->generation = 0;
	limit_queue_add(plan->table, entry);
}

static void note_loss(struct share_plan *plan, const struct share_question *question)
{
	struct limit_entry *entry;

	plan->figures.losses++;
	plan->is_loss_seen = true;
	limit_table_enter(plan->table, limit_table_stripe(question->id));
	entry = limit_table_find(plan->table, question->id);
	if (entry)
		freshen_entry(plan, entry);
	leave_entry(plan, question);
}

/* Answers that are numbers. */
static int hear_number(
    struct share_plan *plan, const struct share_reply *reply, struct fault *fault)
{
	const struct share_question *question = present_question(plan);
	bool was_there = question->ask == SHARE_ASK_WRITTEN ? reply->number == 0
							    : reply->number != 0;

	if (reply->kind != SHARE_REPLY_INTEGER)
		return fault_say(fault, "the store answered a write with something else");
	if (question->is_known && !was_there)
		note_loss(plan, question);
	if (plan->written_id != question->id)
		plan->written = 0;
	plan->written_id = question->id;
	if (question->number + 1 > plan->written)
		plan->written = question->number + 1;
	end_question(plan);
	return 0;
}

/* Answers that are arrays: field, value, field, value. */

static void end_array(struct share_plan *plan)
{
	const struct share_question *question = present_question(plan);
	struct limit_entry *entry = enter_entry(plan, question, kind_of(question));

	if (entry && question->ask == SHARE_ASK_WINDOW)
		for (unsigned i = 0; i < WINDOW_RING; i++)
			window_raise_others(
			    &entry->window, question->oldest + i, plan->sums[i]);
	if (entry && question->is_last && plan->unsettled_id != entry->id)
		settle_entry(plan, entry);
	leave_entry(plan, question);
	end_question(plan);
}

static int begin_array(
    struct share_plan *plan, const struct share_reply *reply, struct fault *fault)
{
	const struct share_question *question = present_question(plan);

	if (reply->kind != SHARE_REPLY_ARRAY || reply->number < 0 || reply->number % 2 != 0 ||
	    reply->number / 2 > FIELDS_MOST)
		return fault_say(fault, "the store answered a question with something else");
	memset(plan->sums, 0, sizeof(plan->sums));
	plan->own_field_bytes =
	    share_command_field(plan->own_field, plan->node, question->incarnation).len;
	plan->awaited = reply->number;
	if (plan->awaited == 0)
		end_array(plan);
	return 0;
}

static void merge_elements(
    struct share_plan *plan, const struct share_question *question, struct bytes set)
{
	size_t count = share_value_elements(set), number = 0;

	while (number < count) {
		size_t until = number + ELEMENTS_AT_ONCE;
		struct limit_entry *entry = enter_entry(plan, question, LIMIT_KIND_DISTINCT);
		struct distinct_room *room = limit_table_room(plan->table, question->id);

		for (; entry && number < count && number < until; number++) {
			struct share_element at = share_value_element(set, number);

			if (distinct_merge_element(
				&entry->distinct, at.element, at.pane, room) < 0)
				limit_table_make_room(plan->table, entry, entry->heard_us);
		}
		leave_entry(plan, question);
		if (!entry)
			return;
	}
}

/* Another node's count turned to registers: ours does, and asks for them. Not if that node fell
 * silent more than a window ago. */
static void follow_to_registers(
    struct share_plan *plan, const struct share_question *question, uint64_t newest)
{
	struct limit_entry *entry = enter_entry(plan, question, LIMIT_KIND_DISTINCT);
	struct distinct_room *room = limit_table_room(plan->table, question->id);

	if (entry && !entry->distinct.is_dense &&
	    newest + DISTINCT_RING > entry->distinct.newest &&
	    (distinct_make_dense(&entry->distinct, room) == 0 ||
		limit_table_make_room(plan->table, entry, entry->heard_us)))
		freshen_entry(plan, entry);
	leave_entry(plan, question);
}

static void merge_registers(
    struct share_plan *plan, const struct share_question *question, struct bytes value)
{
	struct limit_entry *entry = enter_entry(plan, question, LIMIT_KIND_DISTINCT);
	struct distinct_room *room = limit_table_room(plan->table, question->id);

	if (entry && distinct_merge_registers(&entry->distinct, (const uint8_t *)value.at,
			 question->number, room) < 0)
		limit_table_make_room(plan->table, entry, entry->heard_us);
	leave_entry(plan, question);
}

/* One other node's value; false when it is garbled. */
static bool merge_value(struct share_plan *plan, struct bytes value)
{
	const struct share_question *question = present_question(plan);
	struct share_range epoch;
	uint64_t newest;

	switch (question->ask) {
	case SHARE_ASK_WINDOW:
		epoch.first = question->number * question->slots;
		epoch.count = question->slots;
		return share_value_read_counts(value, epoch, question->oldest, plan->sums);
	case SHARE_ASK_SET:
		if (share_value_is_dense(value, &newest))
			follow_to_registers(plan, question, newest);
		else if (share_value_is_set(value))
			merge_elements(plan, question, value);
		else
			return false;
		return true;
	default:
		if (share_value_is_registers(value))
			merge_registers(plan, question, value);
		else
			return false;
		return true;
	}
}

static int hear_element(
    struct share_plan *plan, const struct share_reply *reply, struct fault *fault)
{
	bool is_field = plan->awaited % 2 == 0;

	if (reply->kind != SHARE_REPLY_TEXT)
		return fault_say(fault, "the store answered with an array of something else");
	plan->awaited--;
	if (is_field)
		plan->is_own_field = bytes_equal(
		    reply->text, bytes_of(plan->own_field, plan->own_field_bytes));
	else if (!plan->is_own_field)
		plan->figures.garbled += !merge_value(plan, reply->text);
	if (plan->awaited == 0)
		end_array(plan);
	return 0;
}

int share_plan_hear(
    struct share_plan *plan, const struct share_reply *reply, struct fault *fault)
{
	if (reply->kind == SHARE_REPLY_ERROR)
		return fault_say(fault, "%.*s", (int)reply->text.len, reply->text.at);
	if (plan->awaited > 0)
		return hear_element(plan, reply, fault);
	if (plan->answered == plan->asked)
		return fault_say(fault, "the store answered what it was not asked");
	if (present_question(plan)->ask < SHARE_ASK_WINDOW)
		return hear_number(plan, reply, fault);
	return begin_array(plan, reply, fault);
}
