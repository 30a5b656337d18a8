/* The meter: usage of every dialect, whole and streamed, in any split; estimates until it
 * comes. */
#include "api/reply_tap.h"

#include "prompt_rig.h"

#include <stdio.h>
#include <zlib.h>

struct reply {
	enum dialect dialect;
	const char *content_type, *content_encoding;
	uint16_t status;
	bool is_cut;
};

static struct reply_facts meter(const struct reply *reply, struct bytes body, size_t step)
{
	struct reply_tap_ask ask = { .dialect = reply->dialect,
		.status = reply->status ? reply->status : 200,
		.content_type = bytes_of_text(reply->content_type),
		.content_encoding = bytes_of_text(reply->content_encoding),
		.prompt_text_bytes = 400,
		.decoded_limit = 1 << 20 };
	struct reply_facts facts = { 0 };
	struct reply_tap *tap;
	struct arena arena;

	arena_init(&arena, 1 << 16);
	tap = reply_tap_new(&arena, &prompt_rig_kit()->keys, &ask);
	ck_assert_ptr_nonnull(tap);
	for (size_t i = 0; i < body.len; i += step)
		reply_tap_take(
		    tap, bytes_of(body.at + i, body.len - i < step ? body.len - i : step));
	reply_tap_finish(tap, reply->is_cut, &facts);
	arena_fini(&arena);
	return facts;
}

#define SSE  "text/event-stream; charset=utf-8"
#define JSON "application/json"

static const struct {
	enum dialect dialect;
	const char *content_type, *body;
	uint32_t input, output;
	enum reply_finish finish;
} replies[] = {
	{ DIALECT_OPENAI_CHAT, JSON,
	    "{\"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
	    "\"content\":\"Hello!\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":"
	    "19,"
	    "\"completion_tokens\":10,\"total_tokens\":29,\"prompt_tokens_details\":{"
	    "\"cached_tokens\":4}}}",
	    19, 10, REPLY_FINISH_STOP },
	{ DIALECT_OPENAI_CHAT, SSE,
	    "data: "
	    "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":"
	    "null}],\"usage\":null}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":"
	    "\"tool_calls\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,"
	    "\"completion_tokens\":3}}\n\ndata: [DONE]\n\n",
	    7, 3, REPLY_FINISH_TOOL },
	{ DIALECT_OPENAI_COMPLETIONS, JSON,
	    "{\"choices\":[{\"text\":\"x\",\"finish_reason\":\"length\"}],\"usage\":{"
	    "\"prompt_tokens\":5,\"completion_tokens\":7}}",
	    5, 7, REPLY_FINISH_LENGTH },
	{ DIALECT_OPENAI_EMBEDDINGS, JSON,
	    "{\"data\":[{\"embedding\":[0.1,-0.2]}],\"usage\":{\"prompt_tokens\":8,"
	    "\"total_tokens\":8}}",
	    8, 0, REPLY_FINISH_UNKNOWN },
	{ DIALECT_OPENAI_RESPONSES, JSON,
	    "{\"status\":\"incomplete\",\"error\":null,\"incomplete_details\":{\"reason\":"
	    "\"max_output_tokens\"},\"output\":[{\"type\":\"message\",\"status\":\"completed\","
	    "\"content\":[{\"type\":\"output_text\",\"text\":\"Hi\"}]}],\"usage\":{"
	    "\"input_tokens\":36,\"output_tokens\":87,\"output_tokens_details\":{"
	    "\"reasoning_tokens\":64}}}",
	    36, 87, REPLY_FINISH_LENGTH },
	{ DIALECT_OPENAI_RESPONSES, SSE,
	    "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{"
	    "\"status\":\"in_progress\",\"usage\":null}}\n\nevent: response.output_text.delta\n"
	    "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\nevent: "
	    "response.completed\ndata: "
	    "{\"type\":\"response.completed\",\"response\":{\"status\":"
	    "\"completed\",\"usage\":{\"input_tokens\":37,\"output_tokens\":11}}}\n\n",
	    37, 11, REPLY_FINISH_STOP },
	{ DIALECT_ANTHROPIC_MESSAGES, JSON,
	    "{\"type\":\"message\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"Hm.\","
	    "\"signature\":\"EqQBCkYIARgC\"},{\"type\":\"text\",\"text\":\"Hi\"}],\"stop_"
	    "reason\":"
	    "\"end_turn\",\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":100,"
	    "\"cache_read_input_tokens\":1000,\"output_tokens\":25}}",
	    1110, 25, REPLY_FINISH_STOP },
	{ DIALECT_ANTHROPIC_MESSAGES, SSE,
	    "event: message_start\ndata: "
	    "{\"type\":\"message_start\",\"message\":{\"content\":[],"
	    "\"stop_reason\":null,\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}"
	    "\n\nevent: "
	    "content_block_start\ndata: {\"type\":\"content_block_start\",\"content_block\":{"
	    "\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\nevent: "
	    "ping\ndata: "
	    "{\"type\":\"ping\"}\n\nevent: content_block_delta\ndata: {\"type\":"
	    "\"content_block_delta\",\"delta\":{\"type\":\"signature_delta\",\"signature\":"
	    "\"EqQBCkYIARgC\"}}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\","
	    "\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":15}}"
	    "\n\nevent: "
	    "message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
	    25, 15, REPLY_FINISH_TOOL },
	{ DIALECT_GOOGLE_GENERATE, JSON,
	    "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}],"
	    "\"usageMetadata\":{"
	    "\"promptTokenCount\":4,\"candidatesTokenCount\":1}},{\"candidates\":[{"
	    "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":4,"
	    "\"candidatesTokenCount\":9,\"thoughtsTokenCount\":20,\"totalTokenCount\":33}}]",
	    4, 29, REPLY_FINISH_STOP },
	{ DIALECT_GOOGLE_GENERATE, SSE,
	    "data: "
	    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"H\"}]}}]}\r\n\r\ndata: "
	    "{\"candidates\":[{\"finishReason\":\"MAX_TOKENS\"}],\"usageMetadata\":{"
	    "\"promptTokenCount\":6,\"candidatesTokenCount\":2}}\r\n\r\n",
	    6, 2, REPLY_FINISH_LENGTH },
	{ DIALECT_BEDROCK_CONVERSE, JSON,
	    "{\"output\":{\"message\":{\"content\":[{\"text\":\"Hi\"}]}},\"stopReason\":"
	    "\"guardrail_intervened\",\"usage\":{\"inputTokens\":30,\"outputTokens\":12,"
	    "\"totalTokens\":42}}",
	    30, 12, REPLY_FINISH_FILTER },
};

START_TEST(usage_of_every_dialect_is_read_in_any_split)
{
	for (size_t i = 0; i < sizeof(replies) / sizeof(*replies); i++)
		for (size_t step = 1; step < 50; step += 3) {
			struct reply reply = { replies[i].dialect, replies[i].content_type,
				NULL, 200, false };
			struct reply_facts facts = meter(
			    &reply, bytes_of_text(replies[i].body), step);

			ck_assert_msg(facts.input_tokens == replies[i].input, "%zu: %u", i,
			    facts.input_tokens);
			ck_assert_msg(facts.output_tokens == replies[i].output, "%zu: %u", i,
			    facts.output_tokens);
			ck_assert_msg(facts.finish == replies[i].finish, "%zu: %s", i,
			    reply_finish_name(facts.finish));
			ck_assert(
			    !facts.is_estimated && !facts.is_opaque && !facts.is_doubtful);
			ck_assert_int_eq(
			    facts.is_stream, strcmp(replies[i].content_type, SSE) == 0);
			ck_assert_uint_eq(facts.body_bytes, strlen(replies[i].body));
		}
}
END_TEST

START_TEST(a_signed_block_has_one_hash_in_reply_stream_and_request)
{
	struct reply reply = { DIALECT_ANTHROPIC_MESSAGES, JSON, NULL, 200, false };
	struct reply_facts whole = meter(&reply, bytes_of_text(replies[6].body), 9), stream;
	struct prompt_facts request = prompt_rig_facts(DIALECT_ANTHROPIC_MESSAGES,
	    "{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\","
	    "\"thinking\":\"Hm.\",\"signature\":\"EqQBCkYIARgC\"}]}]}");

	reply.content_type = SSE;
	stream = meter(&reply, bytes_of_text(replies[7].body), 9);
	ck_assert_uint_eq(whole.signature_count, 1);
	ck_assert_uint_eq(stream.signature_count, 1);
	ck_assert_uint_eq(stream.events, 6);
	ck_assert_uint_eq(whole.signatures[0], stream.signatures[0]);
	ck_assert_uint_eq(whole.signatures[0], request.signatures[0]);
}
END_TEST

START_TEST(without_usage_tokens_are_estimated_from_text)
{
	struct reply reply = { DIALECT_OPENAI_CHAT, SSE, NULL, 200, false };
	struct reply_facts facts = meter(&reply,
	    BYTES("data: {\"choices\":[{\"delta\":{\"content\":\"12345678\"}}]}\n\n"
		  "data: {\"choices\":[{\"delta\":{\"content\":\"9\"},\"finish_reason\":"
		  "\"stop\"}]}\n\ndata: [DONE]\n\n"),
	    11);

	ck_assert(facts.is_estimated);
	ck_assert_uint_eq(facts.output_tokens, 3);
	ck_assert_uint_eq(facts.input_tokens, 100);
	ck_assert_int_eq(facts.finish, REPLY_FINISH_STOP);
}
END_TEST

START_TEST(usage_that_comes_later_replaces_the_estimate)
{
	struct reply_tap_ask ask = { .dialect = DIALECT_ANTHROPIC_MESSAGES,
		.status = 200,
		.content_type = BYTES(SSE),
		.prompt_text_bytes = 400 };
	struct reply_facts facts = { .first_byte_us = 5 };
	struct arena arena;
	struct reply_tap *tap;

	arena_init(&arena, 1 << 16);
	tap = reply_tap_new(&arena, &prompt_rig_kit()->keys, &ask);
	reply_tap_look(tap, &facts);
	ck_assert_uint_eq(facts.input_tokens, 100);
	reply_tap_take(tap, BYTES("data: {\"message\":{\"usage\":{\"input_tokens\":90,"
				  "\"output_tokens\":1}}}\n\n"));
	reply_tap_take(tap, BYTES("data: {\"delta\":{\"text\":\"twenty letters here\"}}\n\n"));
	reply_tap_look(tap, &facts);
	ck_assert_uint_eq(facts.input_tokens, 90);
	ck_assert_uint_eq(facts.output_tokens, 5);
	ck_assert(facts.is_estimated);
	reply_tap_take(tap, BYTES("data: {\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{"
				  "\"output_tokens\":4}}\n\n"));
	reply_tap_finish(tap, false, &facts);
	ck_assert_uint_eq(facts.output_tokens, 4);
	ck_assert(!facts.is_estimated);
	ck_assert_uint_eq(facts.first_byte_us, 5);
	arena_fini(&arena);
}
END_TEST

START_TEST(a_stream_that_is_cut_says_so_and_keeps_its_estimate)
{
	struct reply reply = { DIALECT_ANTHROPIC_MESSAGES, SSE, NULL, 200, true };
	struct reply_facts facts = meter(&reply,
	    BYTES("data: {\"message\":{\"usage\":{\"input_tokens\":9,"
		  "\"output_tokens\":1}}}\n\ndata: {\"delta\":{\"text\":\"twenty "
		  "letters here\"}}\n\ndata: {\"delta\":{\"te"),
	    13);

	ck_assert_int_eq(facts.finish, REPLY_FINISH_CUT);
	ck_assert(facts.is_estimated);
	ck_assert_uint_eq(facts.output_tokens, 5);
}
END_TEST

START_TEST(usage_that_lies_is_counted_and_doubted)
{
	static char body[4096];
	struct reply reply = { DIALECT_OPENAI_CHAT, JSON, NULL, 200, false };
	struct reply_facts facts;
	char words[2001];

	memset(words, 'w', sizeof(words) - 1);
	words[2000] = '\0';
	snprintf(body, sizeof(body),
	    "{\"choices\":[{\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}],"
	    "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}",
	    words);
	facts = meter(&reply, bytes_of_text(body), 100);
	ck_assert(facts.is_doubtful);
	ck_assert_uint_eq(facts.output_tokens, 2);
	facts = meter(
	    &reply, BYTES("{\"usage\":{\"prompt_tokens\":1e99,\"completion_tokens\":-5}}"), 7);
	ck_assert_uint_eq(facts.input_tokens, UINT32_MAX);
	ck_assert_uint_eq(facts.output_tokens, 0);
}
END_TEST

START_TEST(errors_are_errors_whole_or_in_a_stream)
{
	struct reply reply = { DIALECT_OPENAI_CHAT, JSON, NULL, 429, false };
	struct reply_facts facts = meter(
	    &reply, BYTES("{\"error\":{\"message\":\"slow down\"}}"), 5);

	ck_assert_int_eq(facts.finish, REPLY_FINISH_ERROR);
	ck_assert_uint_eq(facts.status, 429);
	ck_assert_uint_eq(facts.input_tokens, 0);
	reply = (struct reply){ DIALECT_ANTHROPIC_MESSAGES, SSE, NULL, 200, false };
	facts = meter(&reply,
	    BYTES("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
		  "\"overloaded_error\"}}\n\n"),
	    5);
	ck_assert_int_eq(facts.finish, REPLY_FINISH_ERROR);
}
END_TEST

START_TEST(what_nobody_reads_is_opaque)
{
	struct reply reply = { DIALECT_BEDROCK_CONVERSE, "application/vnd.amazon.eventstream",
		NULL, 200, false };

	ck_assert(meter(&reply, BYTES("\0\0\0\1"), 1).is_opaque);
	reply = (struct reply){ DIALECT_NONE, JSON, NULL, 200, false };
	ck_assert(meter(&reply, BYTES("{}"), 1).is_opaque);
	reply = (struct reply){ DIALECT_OPENAI_CHAT, "text/html", NULL, 502, false };
	ck_assert(meter(&reply, BYTES("<html>"), 2).is_opaque);
	reply = (struct reply){ DIALECT_OPENAI_CHAT, JSON, "br", 200, false };
	ck_assert(meter(&reply, BYTES("{\"usage\":{}}"), 2).is_opaque);
}
END_TEST

START_TEST(a_compressed_stream_is_read_from_a_copy)
{
	static unsigned char coded[2048];
	struct reply reply = { DIALECT_ANTHROPIC_MESSAGES, SSE, "gzip", 200, false };
	struct bytes plain = bytes_of_text(replies[7].body);
	z_stream stream = { .next_in = (unsigned char *)plain.at,
		.avail_in = (unsigned)plain.len,
		.next_out = coded,
		.avail_out = sizeof(coded) };
	struct reply_facts facts;

	ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, 0), Z_OK);
	ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	facts = meter(&reply, bytes_of(coded, sizeof(coded) - stream.avail_out), 10);
	ck_assert_uint_eq(facts.output_tokens, 15);
	ck_assert_uint_eq(facts.events, 6);
}
END_TEST

/* Events that a hasty reader would take for one another, and what may follow them. */
static const char *const events[] = {
	"data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\n\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\" world, once more\"}}]}\n\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\"\"}}]}\r\n\r\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\"\\\"\\\\\\\"ab\"}}]}\n\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\"\\u00e4\"}}]}\n\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\"\xC3\xA4\"}}]}\n\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\"a\",\"content\":\"b\"}}]}\n\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\ndata: {}\n\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]}\ndata:\n\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"}}]\n\n",
	"data: "
	"{\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}\n\n",
	"data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":null}]}\n\n",
	"data: "
	"{\"choices\":[{\"delta\":{\"content\":\"Hello\"}}],\"usage\":{\"prompt_tokens\":7}}"
	"\n\n",
	"data: {\"choices\":[{\"delta\":{\"reasoning\":\"Hello\"}}]}\n\n",
	": a comment\n\n",
	"data: [DONE]\n\n",
};

START_TEST(a_stream_is_metered_alike_in_chunks_and_byte_by_byte)
{
	struct reply reply = { DIALECT_OPENAI_CHAT, SSE, NULL, 200, false };
	uint64_t random = 1;

	for (int round = 0; round < 2000; round++) {
		char body[4096];
		size_t len = 0;
		struct reply_facts one, other;

		for (int i = 0; i < 12; i++) {
			const char *event;
			size_t pick;

			random = random * 6364136223846793005u + 1442695040888963407u;
			pick = (random >> 33) % 32;
			event = events[pick < 16 ? pick : pick % 3]; /* mostly plain ones */
			memcpy(body + len, event, strlen(event));
			len += strlen(event);
		}
		one = meter(&reply, bytes_of(body, len), 1);
		other = meter(&reply, bytes_of(body, len), 1 + (random >> 50) % len);
		ck_assert_msg(memcmp(&one, &other, sizeof(one)) == 0, "%.*s", (int)len, body);
		other = meter(&reply, bytes_of(body, len), len);
		ck_assert_msg(memcmp(&one, &other, sizeof(one)) == 0, "%.*s", (int)len, body);
	}
}
END_TEST

UNIT_MAIN("reply_tap", usage_of_every_dialect_is_read_in_any_split,
    a_signed_block_has_one_hash_in_reply_stream_and_request,
    without_usage_tokens_are_estimated_from_text, usage_that_comes_later_replaces_the_estimate,
    a_stream_that_is_cut_says_so_and_keeps_its_estimate, usage_that_lies_is_counted_and_doubted,
    errors_are_errors_whole_or_in_a_stream, what_nobody_reads_is_opaque,
    a_compressed_stream_is_read_from_a_copy,
    a_stream_is_metered_alike_in_chunks_and_byte_by_byte)
