/*
 * The tap. What the upstream says of itself is believed for metering, and doubted in the facts
 * when it claims far less than passed by. It must never fail or delay a reply: what it cannot
 * read it lets go.
 */
#include "api/reply_tap.h"

#include "api/member_walk.h"
#include "api/reply_finish.h"
#include "api/stream_mold.h"
#include "fingerprint/decimal.h"
#include "wire/content_decode.h"
#include "wire/sse_scan.h"

#define BYTES_A_TOKEN 4
#define DOUBT_LEAST   64 /* tokens: shorter replies are not worth a doubt */
#define FINISH_WORD   32

/* What a body of events needs besides. */
struct reply_stream {
	struct sse_scan sse;
	struct stream_mold mold;
};

struct reply_tap {
	struct arena *arena;
	const struct text_digest_keys *keys;
	struct content_decode *decode;
	const struct member *table; /* NULL: nothing here reads this */
	struct reply_facts facts;
	uint32_t input, cache_read, cache_write, output, thoughts;
	bool has_input, has_output;
	bool is_in_signature, has_value; /* has_value: some whole JSON value was read */
	uint32_t prompt_text_bytes;
	uint64_t text_bytes;
	struct text_digest *signature; /* born with the first signed block */
	struct reply_stream *stream;   /* behind this; NULL: the body is one JSON value */
	/* Of the event under way: its bytes, when they stand whole in the chunk that is being
	 * taken; its one text there; how many meanings it has told. */
	struct bytes event, text;
	unsigned meanings;
	bool is_begun, is_fit; /* is_fit: the mold has read it, the scanner has not */
	unsigned word_len;
	char word[FINISH_WORD];
	struct member_walk walk;
	struct json_scan scan; /* of the body, or of one event's data */
};

static const struct member *const tables[DIALECT_COUNT] = {
	[DIALECT_OPENAI_CHAT] = openai_chat_reply,
	[DIALECT_OPENAI_RESPONSES] = openai_responses_reply,
	[DIALECT_OPENAI_COMPLETIONS] = openai_chat_reply,
	[DIALECT_OPENAI_EMBEDDINGS] = openai_chat_reply,
	[DIALECT_ANTHROPIC_MESSAGES] = anthropic_messages_reply,
	[DIALECT_GOOGLE_GENERATE] = google_generate_reply,
	[DIALECT_BEDROCK_CONVERSE] = bedrock_converse_reply,
	[DIALECT_BEDROCK_INVOKE] = anthropic_messages_reply,
	[DIALECT_OPENAI_COMPATIBLE] = openai_chat_reply,
};

/* Meanings. */

static void take_signature(struct reply_tap *tap, struct bytes piece, bool is_last)
{
	struct reply_facts *facts = &tap->facts;

	if (!tap->signature) {
		size_t align = _Alignof(struct text_digest);
		char *at = arena_take(tap->arena, sizeof(*tap->signature) + align - 1);

		if (!at)
			return;
		tap->signature = (void *)(((uintptr_t)at + align - 1) &
					  ~(uintptr_t)(align - 1));
	}
	if (!tap->is_in_signature) {
		if (piece.len == 0 && is_last)
			return; /* a block begins with an empty one */
		text_digest_init(tap->signature, tap->keys);
	}
	tap->is_in_signature = !is_last;
	text_digest_add(tap->signature, piece);
	if (is_last && facts->signature_count < REPLY_SIGNATURES)
		facts->signatures[facts->signature_count++] = text_digest_seal(
		    tap->signature, HASH_SIGNATURE);
}

static void take_finish(struct reply_tap *tap, struct bytes piece, bool is_last)
{
	size_t room = sizeof(tap->word) - tap->word_len;
	enum reply_finish finish;

	memcpy(tap->word + tap->word_len, piece.at, piece.len < room ? piece.len : room);
	tap->word_len += (unsigned)(piece.len < room ? piece.len : room);
	if (!is_last)
		return;
	finish = reply_finish_of(bytes_of(tap->word, tap->word_len));
	tap->word_len = 0;
	if (finish != REPLY_FINISH_UNKNOWN)
		tap->facts.finish = (uint8_t)finish;
}

static bool on_open(void *arg, int field)
{
	struct reply_tap *tap = arg;

	if (field == REPLY_FIELD_ERROR) {
		tap->facts.finish = REPLY_FINISH_ERROR;
		tap->meanings++;
	}
	return true;
}

static void on_close(void *arg, int field)
{
	(void)arg;
	(void)field;
}

static void on_free_name(void *arg, struct bytes name)
{
	struct reply_tap *tap = arg;

	tap->meanings++;
	tap->text_bytes += name.len;
}

/* Where a text of the event stands, if it came whole: as far before its closing quote as it is
 * long. An escape would make that wrong, but then the text there is not plain, or no quote
 * precedes it. */
static void note_text(struct reply_tap *tap, struct bytes piece, bool is_last)
{
	const char *from = tap->scan.place - piece.len;

	tap->text = (struct bytes){ 0 };
	if (is_last && tap->event.at && from > tap->event.at && from[-1] == '"')
		tap->text = bytes_of(from, piece.len);
}

static void on_field_text(void *arg, int field, struct bytes piece, bool is_last)
{
	struct reply_tap *tap = arg;

	tap->meanings += field != REPLY_FIELD_NONE;
	if (field == REPLY_FIELD_TEXT) {
		tap->text_bytes += piece.len;
		note_text(tap, piece, is_last);
	} else if (field == REPLY_FIELD_FINISH)
		take_finish(tap, piece, is_last);
	else if (field == REPLY_FIELD_SIGNATURE)
		take_signature(tap, piece, is_last);
	else if (field == REPLY_FIELD_ERROR)
		tap->facts.finish = REPLY_FINISH_ERROR;
}

static void on_field_word(void *arg, int field, enum json_word word, struct bytes digits)
{
	struct reply_tap *tap = arg;
	uint32_t *counts[REPLY_FIELD_COUNT] = {
		[REPLY_FIELD_INPUT] = &tap->input,
		[REPLY_FIELD_CACHE_READ] = &tap->cache_read,
		[REPLY_FIELD_CACHE_WRITE] = &tap->cache_write,
		[REPLY_FIELD_OUTPUT] = &tap->output,
		[REPLY_FIELD_THOUGHTS] = &tap->thoughts,
	};

	if (word != JSON_WORD_NUMBER || !counts[field])
		return;
	tap->meanings++;
	*counts[field] = decimal_scaled(digits, 0, UINT32_MAX);
	tap->has_input |= field == REPLY_FIELD_INPUT;
	tap->has_output |= field == REPLY_FIELD_OUTPUT;
}

static const struct member_sink sink = { on_open, on_close, on_free_name, on_field_text,
	on_field_word };

/* Bytes. */

static void begin_value(struct reply_tap *tap)
{
	member_walk_init(&tap->walk, tap->table, &sink, tap);
	json_scan_init(&tap->scan, &member_walk_events, &tap->walk);
	tap->word_len = 0;
	tap->is_in_signature = false;
}

/* A whole event that fits the mold tells its one text, and so may be left unscanned. */
static bool take_fitting(struct reply_tap *tap, struct bytes piece)
{
	size_t text_bytes;

	if (tap->is_begun || !stream_mold_fits(&tap->stream->mold, piece, &text_bytes))
		return false;
	tap->text_bytes += text_bytes;
	return tap->is_fit = tap->is_begun = true;
}

static void on_event_bytes(void *arg, struct bytes piece)
{
	struct reply_tap *tap = arg;

	if (take_fitting(tap, piece))
		return;
	if (tap->is_fit) /* more of an event that was whole: the scanner judges what follows */
		json_scan_take(&tap->scan, BYTES("{}"));
	tap->event = tap->is_begun ? bytes_of(NULL, 0) : piece;
	tap->is_begun = true;
	tap->is_fit = false;
	json_scan_take(&tap->scan, piece);
}

/* An event that told one text and nothing else is what the next will probably look like. */
static void end_scanned(struct reply_tap *tap)
{
	bool is_whole = json_scan_end(&tap->scan) == SCAN_DONE;

	tap->has_value |= is_whole;
	if (is_whole && tap->event.at && tap->meanings == 1 && tap->text.at)
		stream_mold_cast(&tap->stream->mold, tap->event, tap->text);
	begin_value(tap);
}

static void on_event_end(void *arg, struct bytes name)
{
	struct reply_tap *tap = arg;

	(void)name;
	tap->facts.events += tap->facts.events < UINT32_MAX;
	if (!tap->is_fit)
		end_scanned(tap);
	tap->is_begun = tap->is_fit = false;
	tap->meanings = 0;
	tap->event = tap->text = (struct bytes){ 0 };
}

static const struct sse_events sse_reader = { on_event_bytes, on_event_end };

static void on_decoded(void *arg, struct bytes decoded)
{
	struct reply_tap *tap = arg;

	if (!tap->stream) {
		json_scan_take(&tap->scan, decoded);
		return;
	}
	sse_scan_take(&tap->stream->sse, decoded);
	tap->event = tap->text = (struct bytes){ 0 }; /* they lie in what was borrowed */
}

static void begin_stream(struct reply_tap *tap)
{
	tap->stream = (struct reply_stream *)(tap + 1);
	sse_scan_init(&tap->stream->sse, &sse_reader, tap);
	stream_mold_init(&tap->stream->mold);
}

static bool is_type(struct bytes content_type, const char *type)
{
	struct bytes rest = content_type;

	return bytes_equal_nocase(bytes_trim(bytes_split(&rest, ';')), bytes_of_text(type));
}

struct reply_tap *reply_tap_new(
    struct arena *arena, const struct text_digest_keys *keys, const struct reply_tap_ask *ask)
{
	bool is_stream = is_type(ask->content_type, "text/event-stream");
	size_t more = is_stream ? sizeof(struct reply_stream) : 0;
	struct reply_tap *tap = arena_take(arena, sizeof(*tap) + more); /* one block for both */

	if (!tap)
		return NULL;
	memset(tap, 0, offsetof(struct reply_tap, walk));
	tap->arena = arena;
	tap->keys = keys;
	tap->table = tables[ask->dialect];
	tap->facts.status = ask->status;
	tap->facts.is_stream = is_stream;
	tap->has_output = ask->dialect ==
			  DIALECT_OPENAI_EMBEDDINGS; /* none, and none is said */
	tap->prompt_text_bytes = ask->prompt_text_bytes;
	if (is_type(ask->content_type, "application/vnd.amazon.eventstream"))
		tap->table = NULL;
	if (!tap->table)
		return tap;
	if (is_stream)
		begin_stream(tap);
	begin_value(tap);
	tap->decode = content_decode_new(
	    ask->content_encoding, ask->decoded_limit, on_decoded, tap);
	return tap;
}

void reply_tap_take(struct reply_tap *tap, struct bytes chunk)
{
	if (!tap)
		return;
	tap->facts.body_bytes += chunk.len;
	if (!tap->table)
		return;
	if (tap->decode)
		content_decode_take(tap->decode, chunk);
	else
		on_decoded(tap, chunk);
}

static uint32_t sum(uint32_t a, uint64_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + (uint32_t)b;
}

/* Usage before the end of a stream is a beginning (Anthropic opens with one token). */
static bool is_output_final(const struct reply_tap *tap)
{
	enum reply_finish finish = (enum reply_finish)tap->facts.finish;

	return tap->has_output && (!tap->facts.is_stream || (finish != REPLY_FINISH_UNKNOWN &&
								finish != REPLY_FINISH_CUT));
}

void reply_tap_look(const struct reply_tap *tap, struct reply_facts *facts)
{
	uint64_t first = facts->first_byte_us, last = facts->last_byte_us;
	uint32_t guess, said;

	if (!tap)
		return;
	guess = sum(0, (tap->text_bytes + BYTES_A_TOKEN - 1) / BYTES_A_TOKEN);
	said = sum(tap->output, tap->thoughts);
	*facts = tap->facts;
	facts->first_byte_us = first;
	facts->last_byte_us = last;
	facts->input_tokens = sum(sum(tap->input, tap->cache_read), tap->cache_write);
	if (!tap->has_input && tap->facts.status < 400)
		facts->input_tokens = tap->prompt_text_bytes / BYTES_A_TOKEN;
	facts->output_tokens = said;
	if (!is_output_final(tap) && guess > said)
		facts->output_tokens = guess;
	facts->is_estimated = !tap->has_input || !is_output_final(tap);
	facts->is_doubtful = is_output_final(tap) && guess >= DOUBT_LEAST && said < guess / 4;
}

void reply_tap_finish(struct reply_tap *tap, bool is_cut, struct reply_facts *facts)
{
	if (!tap) {
		*facts = (struct reply_facts){ .is_opaque = true, .is_estimated = true };
		return;
	}
	if (!tap->facts.is_stream)
		tap->has_value = tap->table && json_scan_end(&tap->scan) == SCAN_DONE;
	tap->facts.is_opaque = !tap->has_value;
	if (tap->facts.status >= 400)
		tap->facts.finish = REPLY_FINISH_ERROR;
	if (tap->facts.finish == REPLY_FINISH_UNKNOWN && is_cut)
		tap->facts.finish = REPLY_FINISH_CUT;
	reply_tap_look(tap, facts);
	content_decode_free(tap->decode);
}
