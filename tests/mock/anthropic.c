/*
 * Anthropic's messages, token count and model list, as the official clients parse them.
 */
#include "dialect.h"

static void add_message_top(struct pile *page, const struct reply *reply)
{
	pile_add_format(page,
	    "{\"id\":\"msg_mock%llu\",\"type\":\"message\",\"role\":\"assistant\","
	    "\"model\":\"",
	    (unsigned long long)reply->number);
	pile_add(page, reply->model);
	pile_add_text(page, "\",\"content\":[");
}

static void add_message_end(struct pile *page, const struct reply *reply, bool is_done)
{
	pile_add_format(page,
	    "],\"stop_reason\":%s,\"stop_sequence\":null,\"usage\":{\"input_tokens\":%u,"
	    "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,"
	    "\"output_tokens\":%u}}",
	    is_done ? "\"end_turn\"" : "null", reply->input_tokens,
	    is_done ? reply->output_tokens : 1);
}

void anthropic_add_message(struct pile *page, const struct reply *reply)
{
	add_message_top(page, reply);
	pile_add_text(page, "{\"type\":\"text\",\"text\":\"");
	dialect_add_text(page, reply);
	pile_add_text(page, "\"}");
	add_message_end(page, reply, true);
}

/* What comes after the last delta; false when nothing does. */
static bool add_event_after(struct pile *page, const struct reply *reply, unsigned after)
{
	if (after == 0)
		pile_add_text(page, "event: content_block_stop\ndata: "
				    "{\"type\":\"content_block_stop\",\"index\":0}\n\n");
	else if (after == 1)
		pile_add_format(page,
		    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":"
		    "{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},"
		    "\"usage\":{\"output_tokens\":%u}}\n\n",
		    reply->output_tokens);
	else if (after == 2)
		pile_add_text(
		    page, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
	return after <= 2;
}

bool anthropic_add_event(struct pile *page, const struct reply *reply, unsigned step)
{
	if (step == 0) {
		pile_add_text(page, "event: message_start\ndata: {\"type\":\"message_start\","
				    "\"message\":");
		add_message_top(page, reply);
		add_message_end(page, reply, false);
		pile_add_text(page, "}\n\n");
	} else if (step == 1) {
		pile_add_text(page, "event: content_block_start\ndata: "
				    "{\"type\":\"content_block_start\",\"index\":0,"
				    "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n");
	} else if (step == 2) {
		pile_add_text(page, "event: ping\ndata: {\"type\": \"ping\"}\n\n");
	} else if (step - 3 < reply->events) {
		pile_add_text(page, "event: content_block_delta\ndata: "
				    "{\"type\":\"content_block_delta\",\"index\":0,"
				    "\"delta\":{\"type\":\"text_delta\",\"text\":\"");
		dialect_add_delta(page, reply, step - 3);
		pile_add_text(page, "\"}}\n\n");
	} else {
		return add_event_after(page, reply, step - 3 - reply->events);
	}
	return true;
}

void anthropic_add_count(struct pile *page, const struct reply *reply)
{
	pile_add_format(page, "{\"input_tokens\":%u}", reply->input_tokens);
}

void anthropic_add_models(struct pile *page, const struct reply *reply)
{
	(void)reply;
	pile_add_text(page,
	    "{\"data\":[{\"type\":\"model\",\"id\":\"mock-large\",\"display_name\":\"Mock\","
	    "\"created_at\":\"2025-01-01T00:00:00Z\"}],\"has_more\":false,"
	    "\"first_id\":\"mock-large\",\"last_id\":\"mock-large\"}");
}
