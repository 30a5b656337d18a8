/*
 * OpenAI's chat completions, embeddings and model list, as the official clients parse them.
 */
#include "dialect.h"

#include <time.h>

static void add_usage(struct pile *page, const struct reply *reply)
{
	pile_add_format(page,
	    "\"usage\":{\"prompt_tokens\":%u,\"completion_tokens\":%u,\"total_tokens\":%u,"
	    "\"prompt_tokens_details\":{\"cached_tokens\":0}}",
	    reply->input_tokens, reply->output_tokens,
	    reply->input_tokens + reply->output_tokens);
}

static void add_top(struct pile *page, const struct reply *reply, const char *object)
{
	pile_add_format(page,
	    "{\"id\":\"chatcmpl-mock%llu\",\"object\":\"%s\",\"created\":%lld,\"model\":\"",
	    (unsigned long long)reply->number, object, (long long)time(NULL));
	pile_add(page, reply->model);
	pile_add_text(page, "\",\"system_fingerprint\":\"fp_mock\",");
}

void openai_add_chat(struct pile *page, const struct reply *reply)
{
	add_top(page, reply, "chat.completion");
	pile_add_text(page, "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
			    "\"content\":\"");
	dialect_add_text(page, reply);
	pile_add_text(
	    page, "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],");
	add_usage(page, reply);
	pile_add_text(page, "}");
}

/* Events: the role, |events| deltas, the finish, the usage where asked for, [DONE]. */
bool openai_add_chat_event(struct pile *page, const struct reply *reply, unsigned step)
{
	unsigned done = reply->events + 2 + (reply->wants_usage ? 1 : 0);

	if (step >= done) {
		pile_add_text(page, step == done ? "data: [DONE]\n\n" : "");
		return step == done;
	}
	pile_add_text(page, "data: ");
	add_top(page, reply, "chat.completion.chunk");
	if (step == reply->events + 2) {
		pile_add_text(page, "\"choices\":[],");
		add_usage(page, reply);
		pile_add_text(page, "}\n\n");
		return true;
	}
	pile_add_text(page, "\"choices\":[{\"index\":0,\"delta\":{");
	if (step == 0) {
		pile_add_text(page, "\"role\":\"assistant\",\"content\":\"\"");
	} else if (step <= reply->events) {
		pile_add_text(page, "\"content\":\"");
		dialect_add_delta(page, reply, step - 1);
		pile_add_text(page, "\"");
	}
	pile_add_format(page, "},\"logprobs\":null,\"finish_reason\":%s}]}\n\n",
	    step > reply->events ? "\"stop\"" : "null");
	return true;
}

void openai_add_embedding(struct pile *page, const struct reply *reply)
{
	pile_add_text(page, "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\","
			    "\"index\":0,\"embedding\":[0.5,-0.25,0.125,0.0625]}],"
			    "\"model\":\"");
	pile_add(page, reply->model);
	pile_add_format(page, "\",\"usage\":{\"prompt_tokens\":%u,\"total_tokens\":%u}}",
	    reply->input_tokens, reply->input_tokens);
}

void openai_add_models(struct pile *page, const struct reply *reply)
{
	(void)reply;
	pile_add_text(page,
	    "{\"object\":\"list\",\"data\":["
	    "{\"id\":\"mock-large\",\"object\":\"model\",\"created\":1700000000,"
	    "\"owned_by\":\"mock\"},"
	    "{\"id\":\"mock-small\",\"object\":\"model\",\"created\":1700000000,"
	    "\"owned_by\":\"mock\"}]}");
}
