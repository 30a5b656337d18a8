/*
 * The way of a request body to its facts. It sees a copy: what is forwarded is none of its
 * business. It must never fail the exchange, and never look at more than it was allowed to.
 */
#include "api/prompt_reader.h"

#include "api/member_walk.h"
#include "wire/content_decode.h"

#define HOLD 2048 /* most messages come whole: each piece of one goes a long way */

struct prompt_reader {
	enum dialect dialect;
	enum prompt_state state; /* ABSENT while nothing stands in the way of WHOLE */
	enum prompt_why why;
	bool has_begun;
	uint64_t body_left;
	uint32_t body_bytes; /* decoded */
	struct content_decode *decode;
	struct prompt_shape *shape;
	struct json_scan scan;
	struct member_walk walk;
	char hold[HOLD + JSON_TEXT_SLACK];
};

static const struct member *const tables[DIALECT_COUNT] = {
	[DIALECT_OPENAI_CHAT] = openai_chat_members,
	[DIALECT_OPENAI_RESPONSES] = openai_responses_members,
	[DIALECT_OPENAI_COMPLETIONS] = openai_completions_members,
	[DIALECT_OPENAI_EMBEDDINGS] = openai_embeddings_members,
	[DIALECT_ANTHROPIC_MESSAGES] = anthropic_messages_members,
	[DIALECT_ANTHROPIC_BATCHES] = anthropic_batches_members,
	[DIALECT_GOOGLE_GENERATE] = google_generate_members,
	[DIALECT_BEDROCK_CONVERSE] = bedrock_converse_members,
	[DIALECT_BEDROCK_INVOKE] = bedrock_invoke_members,
	[DIALECT_OPENAI_COMPATIBLE] = openai_compatible_members,
};

/* The walk's meanings are the shape's fields. */
static bool on_open(void *shape, int field)
{
	return prompt_shape_open(shape, (enum prompt_field)field);
}

static void on_close(void *shape, int field)
{
	prompt_shape_close(shape, (enum prompt_field)field);
}

static void on_name(void *shape, struct bytes name)
{
	prompt_shape_name(shape, name);
}

static void on_text(void *shape, int field, struct bytes piece, bool is_last)
{
	prompt_shape_text(shape, (enum prompt_field)field, piece, is_last);
}

static void on_word(void *shape, int field, enum json_word word, struct bytes digits)
{
	prompt_shape_word(shape, (enum prompt_field)field, word, digits);
}

static const struct member_sink shape_sink = { on_open, on_close, on_name, on_text, on_word };

static const uint8_t json_whys[JSON_FAULT_COUNT] = {
	[JSON_FAULT_SYNTAX] = PROMPT_WHY_NOT_JSON,
	[JSON_FAULT_UTF8] = PROMPT_WHY_BAD_UTF8,
	[JSON_FAULT_ESCAPE] = PROMPT_WHY_BAD_ESCAPE,
	[JSON_FAULT_DEPTH] = PROMPT_WHY_TOO_DEEP,
	[JSON_FAULT_LENGTH] = PROMPT_WHY_TOO_LONG,
};

static const struct {
	uint8_t state, why;
} coding_rows[CONTENT_FAULT_COUNT] = {
	[CONTENT_FAULT_UNKNOWN] = { PROMPT_OPAQUE, PROMPT_WHY_UNKNOWN_CODING },
	[CONTENT_FAULT_BAD] = { PROMPT_MALFORMED, PROMPT_WHY_BAD_CODING },
	[CONTENT_FAULT_LIMIT] = { PROMPT_OPAQUE, PROMPT_WHY_DECODED_LIMIT },
	[CONTENT_FAULT_MEMORY] = { PROMPT_OPAQUE, PROMPT_WHY_NO_MEMORY },
};

/* The first reason stands. */
static void settle(struct prompt_reader *reader, enum prompt_state state, enum prompt_why why)
{
	if (reader->state != PROMPT_ABSENT)
		return;
	reader->state = state;
	reader->why = why;
}

static void on_decoded(void *arg, struct bytes decoded)
{
	struct prompt_reader *reader = arg;

	reader->body_bytes = prompt_turn_sum(reader->body_bytes, decoded.len);
	if (reader->state == PROMPT_ABSENT &&
	    json_scan_take(&reader->scan, decoded) == SCAN_BAD)
		settle(reader, PROMPT_MALFORMED, json_whys[reader->scan.fault]);
}

/* "/models/NAME:verb", "/model/NAME/verb", "/deployments/NAME/…": the name, or nothing. */
static struct bytes model_in_path(struct bytes path)
{
	static const char *const marks[] = { "/models/", "/model/", "/deployments/" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		size_t len = strlen(marks[i]), end = 0;
		const char *at = path.len ? memmem(path.at, path.len, marks[i], len) : NULL;
		size_t room;

		if (!at)
			continue;
		at += len;
		room = path.len - (size_t)(at - path.at);
		while (end < room && at[end] != '/' && at[end] != '?' &&
		       !(at[end] == ':' && i == 0))
			end++;
		return bytes_of(at, end);
	}
	return (struct bytes){ 0 };
}

struct prompt_reader *prompt_reader_new(
    struct arena *arena, const struct prompt_kit *kit, const struct prompt_reader_ask *ask)
{
	struct prompt_reader *reader = arena_take(arena, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->dialect = ask->dialect;
	reader->state = PROMPT_ABSENT;
	reader->why = PROMPT_WHY_NONE;
	reader->has_begun = false;
	reader->body_left = ask->body_limit;
	reader->body_bytes = 0;
	reader->decode = NULL;
	reader->shape = NULL;
	if (!tables[ask->dialect])
		return reader;
	reader->shape = prompt_shape_new(arena, kit);
	if (!reader->shape)
		return NULL;
	reader->shape->facts.model = prompt_shape_model(kit, model_in_path(ask->path));
	member_walk_init(&reader->walk, tables[ask->dialect], &shape_sink, reader->shape);
	json_scan_init(&reader->scan, &member_walk_events, &reader->walk);
	json_scan_lend(&reader->scan, reader->hold, HOLD);
	reader->decode = content_decode_new(
	    ask->content_encoding, ask->decoded_limit, on_decoded, reader);
	return reader;
}

static void feed(struct prompt_reader *reader, struct bytes chunk)
{
	if (!reader->decode) {
		on_decoded(reader, chunk);
	} else if (content_decode_take(reader->decode, chunk) == SCAN_BAD) {
		enum content_fault fault = content_decode_fault(reader->decode);

		settle(reader, coding_rows[fault].state, coding_rows[fault].why);
	}
}

bool prompt_reader_take(struct prompt_reader *reader, struct bytes chunk)
{
	bool is_over;

	if (!reader)
		return false;
	reader->has_begun |= chunk.len > 0;
	if (!reader->shape || reader->state != PROMPT_ABSENT)
		return false;
	is_over = chunk.len > reader->body_left;
	if (is_over)
		chunk.len = (size_t)reader->body_left;
	reader->body_left -= chunk.len;
	feed(reader, chunk);
	if (is_over)
		settle(reader, PROMPT_TRUNCATED, PROMPT_WHY_BODY_LIMIT);
	return reader->state == PROMPT_ABSENT;
}

void prompt_reader_leave(struct prompt_reader *reader, enum prompt_why why)
{
	if (reader)
		settle(reader, reader->has_begun ? PROMPT_TRUNCATED : PROMPT_OPAQUE, why);
}

size_t prompt_reader_bytes(const struct prompt_reader *reader)
{
	return reader && reader->decode ? content_decode_bytes(reader->decode) : 0;
}

/* What is still open when the body has ended. */
static void settle_end(struct prompt_reader *reader, bool is_cut)
{
	bool is_done;

	if (!reader->has_begun || reader->dialect == DIALECT_NONE)
		return; /* ABSENT */
	if (!reader->shape) {
		settle(reader, PROMPT_OPAQUE, PROMPT_WHY_UNKNOWN_DIALECT);
		return;
	}
	is_done = json_scan_end(&reader->scan) == SCAN_DONE;
	if (reader->scan.fault != JSON_FAULT_NONE) /* a number at the top may end badly */
		settle(reader, PROMPT_MALFORMED, json_whys[reader->scan.fault]);
	if (is_cut || !is_done)
		settle(reader, PROMPT_TRUNCATED, PROMPT_WHY_ENDED_EARLY);
	if (reader->walk.has_duplicate)
		settle(reader, PROMPT_MALFORMED, PROMPT_WHY_DUPLICATE);
	settle(reader, PROMPT_WHOLE, PROMPT_WHY_NONE);
}

void prompt_reader_finish(struct prompt_reader *reader, bool is_cut, struct prompt_facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	facts->temperature_milli = facts->top_p_milli = PROMPT_UNSET;
	if (!reader) {
		facts->state = PROMPT_OPAQUE;
		facts->why = PROMPT_WHY_NO_MEMORY;
		return;
	}
	if (reader->shape && prompt_shape_is_full(reader->shape))
		settle(reader, PROMPT_OPAQUE, PROMPT_WHY_NO_MEMORY);
	settle_end(reader, is_cut);
	if (reader->shape && reader->state != PROMPT_OPAQUE && reader->state != PROMPT_ABSENT)
		prompt_shape_end(
		    reader->shape, json_scan_end(&reader->scan) == SCAN_DONE, facts);
	facts->state = (uint8_t)reader->state;
	facts->why = (uint8_t)reader->why;
	facts->dialect = (uint8_t)reader->dialect;
	facts->body_bytes = reader->body_bytes;
	content_decode_free(reader->decode);
}
