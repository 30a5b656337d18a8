/*
 * The words for a reply's end, of all dialects in one table: they do not contradict each other.
 */
#include "api/reply_finish.h"

static const struct {
	const char *word;
	enum reply_finish finish;
} rows[] = {
	{ "stop", REPLY_FINISH_STOP }, /* OpenAI; Google in capitals */
	{ "end_turn", REPLY_FINISH_STOP },
	{ "stop_sequence", REPLY_FINISH_STOP },
	{ "completed", REPLY_FINISH_STOP },
	{ "eos_token", REPLY_FINISH_STOP },
	{ "length", REPLY_FINISH_LENGTH },
	{ "max_tokens", REPLY_FINISH_LENGTH },
	{ "max_output_tokens", REPLY_FINISH_LENGTH },
	{ "model_context_window_exceeded", REPLY_FINISH_LENGTH },
	{ "tool_calls", REPLY_FINISH_TOOL },
	{ "tool_use", REPLY_FINISH_TOOL },
	{ "function_call", REPLY_FINISH_TOOL },
	{ "pause_turn", REPLY_FINISH_TOOL },
	{ "content_filter", REPLY_FINISH_FILTER },
	{ "content_filtered", REPLY_FINISH_FILTER },
	{ "guardrail_intervened", REPLY_FINISH_FILTER },
	{ "refusal", REPLY_FINISH_FILTER },
	{ "safety", REPLY_FINISH_FILTER },
	{ "image_safety", REPLY_FINISH_FILTER },
	{ "recitation", REPLY_FINISH_FILTER },
	{ "blocklist", REPLY_FINISH_FILTER },
	{ "prohibited_content", REPLY_FINISH_FILTER },
	{ "spii", REPLY_FINISH_FILTER },
	{ "other", REPLY_FINISH_FILTER },
	{ "failed", REPLY_FINISH_ERROR },
	{ "cancelled", REPLY_FINISH_ERROR },
	{ "malformed_function_call", REPLY_FINISH_ERROR },
};

enum reply_finish reply_finish_of(struct bytes word)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (bytes_equal_nocase(word, bytes_of_text(rows[i].word)))
			return rows[i].finish;
	return REPLY_FINISH_UNKNOWN;
}
