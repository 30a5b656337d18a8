/*
 * The first words with a Redis. Only three commands, so that a user with few rights can say
 * them: AUTH, TIME (may be refused) and SET on a key under our prefix.
 */
#include "share_greeting.h"

#include "share_refusal.h"

#include <sys/time.h>

static void add_words(struct text *out, const struct bytes *words, unsigned count)
{
	text_add_format(out, "*%u\r\n", count);
	for (unsigned i = 0; i < count; i++) {
		text_add_format(out, "$%zu\r\n", words[i].len);
		text_add(out, words[i]);
		text_add(out, BYTES("\r\n"));
	}
}

void share_greeting_probe(struct share_greeting *greeting,
    const struct share_credentials *credentials, struct text *out)
{
	const struct bytes words[] = { BYTES("SET"), credentials->probe_key, BYTES("1"),
		BYTES("PX"), BYTES("60000") };

	add_words(out, words, 5);
	greeting->step = SHARE_GREETING_PROBE;
}

void share_greeting_begin(struct share_greeting *greeting,
    const struct share_credentials *credentials, struct text *out)
{
	struct bytes words[3] = { BYTES("AUTH") };
	unsigned count = 1;

	if (credentials->password) {
		if (credentials->username)
			words[count++] = bytes_of_text(credentials->username);
		words[count++] = bytes_of_text(credentials->password);
		add_words(out, words, count);
	}
	add_words(out, &BYTES("TIME"), 1);
	share_greeting_probe(greeting, credentials, out);
	greeting->clock_ahead_us = 0;
	greeting->step = credentials->password ? SHARE_GREETING_AUTH : SHARE_GREETING_TIME;
}

static int64_t wall_us(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (int64_t)now.tv_sec * 1000000 + now.tv_usec;
}

static int refuse(const char *server, const struct share_reply *reply, struct fault *fault)
{
	if (reply->kind == SHARE_REPLY_ERROR)
		return share_refusal_say(fault, server, reply->text);
	return fault_say(fault, "redis %s greets like no Redis", server);
}

static bool is_ok(const struct share_reply *reply)
{
	return reply->kind == SHARE_REPLY_TEXT && bytes_equal(reply->text, BYTES("OK"));
}

/* Whether the answer is as expected. */
static bool hear_step(struct share_greeting *greeting, const struct share_reply *reply)
{
	uint64_t number = 0;

	switch (greeting->step) {
	case SHARE_GREETING_AUTH:
		greeting->step = SHARE_GREETING_TIME;
		return is_ok(reply);
	case SHARE_GREETING_TIME: /* refused: then the clocks are not compared */
		greeting->step = reply->kind == SHARE_REPLY_ERROR ? SHARE_GREETING_PROBE
								  : SHARE_GREETING_SECONDS;
		return reply->kind == SHARE_REPLY_ERROR ||
		       (reply->kind == SHARE_REPLY_ARRAY && reply->number == 2);
	case SHARE_GREETING_SECONDS:
		greeting->step = SHARE_GREETING_MICROSECONDS;
		if (!bytes_to_number(reply->text, &number))
			return false;
		greeting->clock_ahead_us = (int64_t)number * 1000000 - wall_us();
		return true;
	case SHARE_GREETING_MICROSECONDS:
		greeting->step = SHARE_GREETING_PROBE;
		if (!bytes_to_number(reply->text, &number))
			return false;
		greeting->clock_ahead_us += (int64_t)number;
		return true;
	default:
		greeting->step = SHARE_GREETING_OVER;
		return is_ok(reply);
	}
}

int share_greeting_hear(struct share_greeting *greeting, const char *server,
    const struct share_reply *reply, struct fault *fault)
{
	bool may_say_no = greeting->step == SHARE_GREETING_TIME;

	if (!hear_step(greeting, reply))
		return refuse(server, reply, fault);
	if (may_say_no && reply->kind == SHARE_REPLY_ERROR &&
	    (bytes_start_with(reply->text, BYTES("NOAUTH ")) ||
		bytes_start_with(reply->text, BYTES("LOADING "))))
		return refuse(server, reply, fault);
	return 0;
}
