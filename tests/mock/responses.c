/*
 * OpenAI's responses API: one message item with one text part, plain and as the event sequence
 * that the official client accumulates.
 */
#include "dialect.h"

#include <time.h>

static void add_event_head(struct pile *page, const char *type, unsigned step)
{
	pile_add_format(
	    page, "event: %s\ndata: {\"type\":\"%s\",\"sequence_number\":%u", type, type, step);
}

static void add_place(struct pile *page, const struct reply *reply)
{
	pile_add_format(page,
	    ",\"item_id\":\"msg_mock%llu\",\"output_index\":0,\"content_index\":0",
	    (unsigned long long)reply->number);
}

static void add_part(struct pile *page, const struct reply *reply, bool is_done)
{
	pile_add_text(page, "{\"type\":\"output_text\",\"text\":\"");
	if (is_done)
		dialect_add_text(page, reply);
	pile_add_text(page, "\",\"annotations\":[],\"logprobs\":[]}");
}

static void add_item(struct pile *page, const struct reply *reply, bool is_done)
{
	pile_add_format(page,
	    "{\"id\":\"msg_mock%llu\",\"type\":\"message\",\"role\":\"assistant\","
	    "\"status\":\"%s\",\"content\":[",
	    (unsigned long long)reply->number, is_done ? "completed" : "in_progress");
	if (is_done)
		add_part(page, reply, true);
	pile_add_text(page, "]}");
}

static void add_response(struct pile *page, const struct reply *reply, bool is_done)
{
	pile_add_format(page,
	    "{\"id\":\"resp_mock%llu\",\"object\":\"response\",\"created_at\":%lld,"
	    "\"status\":\"%s\",\"error\":null,\"incomplete_details\":null,"
	    "\"instructions\":null,\"metadata\":{},\"parallel_tool_calls\":true,"
	    "\"temperature\":1,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1,"
	    "\"model\":\"",
	    (unsigned long long)reply->number, (long long)time(NULL),
	    is_done ? "completed" : "in_progress");
	pile_add(page, reply->model);
	pile_add_text(page, "\",\"output\":[");
	if (is_done)
		add_item(page, reply, true);
	pile_add_text(page, "],\"usage\":");
	if (is_done)
		pile_add_format(page,
		    "{\"input_tokens\":%u,\"input_tokens_details\":{\"cached_tokens\":0},"
		    "\"output_tokens\":%u,\"output_tokens_details\":"
		    "{\"reasoning_tokens\":0},\"total_tokens\":%u}}",
		    reply->input_tokens, reply->output_tokens,
		    reply->input_tokens + reply->output_tokens);
	else
		pile_add_text(page, "null}");
}

void responses_add(struct pile *page, const struct reply *reply)
{
	add_response(page, reply, true);
}

static void add_delta(struct pile *page, const struct reply *reply, unsigned step)
{
	add_event_head(page, "response.output_text.delta", step);
	add_place(page, reply);
	pile_add_text(page, ",\"delta\":\"");
	dialect_add_delta(page, reply, step - 4);
	pile_add_text(page, "\",\"logprobs\":[]");
}

static void add_text_done(struct pile *page, const struct reply *reply, unsigned step)
{
	add_event_head(page, "response.output_text.done", step);
	add_place(page, reply);
	pile_add_text(page, ",\"text\":\"");
	dialect_add_text(page, reply);
	pile_add_text(page, "\",\"logprobs\":[]");
}

static void add_whole_response(
    struct pile *page, const struct reply *reply, const char *type, unsigned step)
{
	add_event_head(page, type, step);
	pile_add_text(page, ",\"response\":");
	add_response(page, reply, step > 1);
}

static void add_whole_item(
    struct pile *page, const struct reply *reply, const char *type, unsigned step)
{
	add_event_head(page, type, step);
	pile_add_text(page, ",\"output_index\":0,\"item\":");
	add_item(page, reply, step > 2);
}

static void add_whole_part(
    struct pile *page, const struct reply *reply, const char *type, unsigned step)
{
	add_event_head(page, type, step);
	add_place(page, reply);
	pile_add_text(page, ",\"part\":");
	add_part(page, reply, step > 3);
}

bool responses_add_event(struct pile *page, const struct reply *reply, unsigned step)
{
	unsigned after = step < 4 ? 0 : step - 4;

	if (step == 0)
		add_whole_response(page, reply, "response.created", step);
	else if (step == 1)
		add_whole_response(page, reply, "response.in_progress", step);
	else if (step == 2)
		add_whole_item(page, reply, "response.output_item.added", step);
	else if (step == 3)
		add_whole_part(page, reply, "response.content_part.added", step);
	else if (after < reply->events)
		add_delta(page, reply, step);
	else if (after == reply->events)
		add_text_done(page, reply, step);
	else if (after == reply->events + 1)
		add_whole_part(page, reply, "response.content_part.done", step);
	else if (after == reply->events + 2)
		add_whole_item(page, reply, "response.output_item.done", step);
	else if (after == reply->events + 3)
		add_whole_response(page, reply, "response.completed", step);
	else
		return false;
	pile_add_text(page, "}\n\n");
	return true;
}
