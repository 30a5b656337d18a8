/*
 * Google's generateContent, plain and as an event stream; its events end with CRLF, which is
 * why it is here: a parser that knows only LF shows itself.
 */
#include "dialect.h"

static void add_usage(struct pile *page, const struct reply *reply)
{
	pile_add_format(page,
	    "\"usageMetadata\":{\"promptTokenCount\":%u,\"candidatesTokenCount\":%u,"
	    "\"totalTokenCount\":%u},\"modelVersion\":\"",
	    reply->input_tokens, reply->output_tokens,
	    reply->input_tokens + reply->output_tokens);
	pile_add(page, reply->model);
	pile_add_format(
	    page, "\",\"responseId\":\"mock%llu\"}", (unsigned long long)reply->number);
}

void google_add_content(struct pile *page, const struct reply *reply)
{
	pile_add_text(page, "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"");
	dialect_add_text(page, reply);
	pile_add_text(page, "\"}],\"role\":\"model\"},\"finishReason\":\"STOP\","
			    "\"index\":0}],");
	add_usage(page, reply);
}

bool google_add_event(struct pile *page, const struct reply *reply, unsigned step)
{
	bool is_last = step + 1 == reply->events;

	if (step >= reply->events)
		return false;
	pile_add_text(page, "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"");
	dialect_add_delta(page, reply, step);
	pile_add_format(page, "\"}],\"role\":\"model\"},%s\"index\":0}],",
	    is_last ? "\"finishReason\":\"STOP\"," : "");
	add_usage(page, reply);
	pile_add_text(page, "\r\n\r\n");
	return true;
}
