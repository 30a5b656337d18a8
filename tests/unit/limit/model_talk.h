#ifndef MODEL_TALK_H
#define MODEL_TALK_H

/* What a plan says to a model store, and what it hears: HSET, PEXPIRE and HGETALL in RESP. */
#include "limit/share_plan.h"
#include "model_store.h"

#include <check.h>

static inline struct bytes model_line(struct bytes *rest)
{
	const char *end = memchr(rest->at, '\r', rest->len);
	struct bytes line = bytes_of(rest->at, (size_t)(end - rest->at));

	rest->len -= line.len + 2;
	rest->at += line.len + 2;
	return line;
}

/* Reads one command off |rest|; the number of its arguments. */
static inline unsigned model_read(struct bytes *rest, struct bytes arguments[4])
{
	unsigned count = (unsigned)strtoul(model_line(rest).at + 1, NULL, 10);

	ck_assert_uint_le(count, 4);
	for (unsigned i = 0; i < count; i++) {
		size_t len = strtoul(model_line(rest).at + 1, NULL, 10);

		arguments[i] = bytes_of(rest->at, len);
		rest->at += len + 2;
		rest->len -= len + 2;
	}
	return count;
}

static inline void model_say(
    struct share_plan *plan, enum share_reply_kind kind, int64_t number, struct bytes text)
{
	struct share_reply reply = { .kind = kind, .number = number, .text = text };
	struct fault fault = { .text = "" };

	if (plan)
		ck_assert_msg(share_plan_hear(plan, &reply, &fault) == 0, "%s", fault.text);
}

static inline void model_answer(struct model_store *store, struct bytes *arguments,
    struct share_plan *plan, uint64_t now_us)
{
	struct model_key *key;

	store->commands++;
	if (bytes_equal(arguments[0], BYTES("HSET"))) {
		model_say(
		    plan, SHARE_REPLY_INTEGER, model_hset(store, arguments, now_us), BYTES(""));
		return;
	}
	key = *model_seek(store, arguments[1], now_us);
	if (bytes_equal(arguments[0], BYTES("PEXPIRE"))) {
		if (key)
			key->expires_us = now_us + strtoull(arguments[2].at, NULL, 10) * 1000;
		model_say(plan, SHARE_REPLY_INTEGER, key != NULL, BYTES(""));
		return;
	}
	ck_assert(bytes_equal(arguments[0], BYTES("HGETALL")));
	model_say(plan, SHARE_REPLY_ARRAY, key ? key->field_count * 2 : 0, BYTES(""));
	for (struct model_field *field = key ? key->fields : NULL; field; field = field->next) {
		model_say(plan, SHARE_REPLY_TEXT, 0, bytes_of(field->name, field->name_bytes));
		model_say(
		    plan, SHARE_REPLY_TEXT, 0, bytes_of(field->value, field->value_bytes));
	}
}

/* Carries out all |commands|; |plan| hears the replies, NULL = they are lost. */
static inline void model_run(
    struct model_store *store, struct bytes commands, struct share_plan *plan, uint64_t now_us)
{
	struct bytes arguments[4];

	while (commands.len > 0) {
		model_read(&commands, arguments);
		model_answer(store, arguments, plan, now_us);
	}
}

/* Batches until the plan has nothing more to say. */
static inline void model_sync(
    struct model_store *store, struct share_plan *plan, uint64_t now_us)
{
	do
		model_run(store, share_plan_fill(plan, now_us), plan, now_us);
	while (share_plan_has_more(plan));
}

#endif
