/*
 * A capture line to its members. The line is scanned in one piece, so the body of an object is
 * the part of the line between its brackets. It must judge nothing: capture_facts.h does.
 */
#include "record/capture.h"

#include "base/text.h"
#include "fingerprint/decimal.h"

#include <assert.h>

enum member {
	MEMBER_NONE,
	MEMBER_VERSION,
	MEMBER_KIND,
	MEMBER_AT,
	MEMBER_HEADERS,
	MEMBER_BODY,
	MEMBER_TLS,
	MEMBER_REPLY,
	MEMBER_RETORT,
	MEMBER_ASN,
	MEMBER_SHAPED,
	MEMBER_LIMITED,
	MEMBER_SIGNED,
	MEMBER_REPLY_AT,
	MEMBER_STATUS,
	MEMBER_INPUT_TOKENS,
	MEMBER_OUTPUT_TOKENS,
	MEMBER_TEXT /* kept as it is, at |offset| */
};

struct row {
	struct bytes name;
	enum member member, parent;
	size_t offset;
};

#define NAME(text)                                                                             \
	{                                                                                      \
		text, sizeof(text) - 1                                                         \
	}
#define TEXT_ROW(name, parent, field)                                                          \
	{                                                                                      \
		NAME(name), MEMBER_TEXT, parent, offsetof(struct capture, field)               \
	}

static const struct row rows[] = {
	{ NAME("v"), MEMBER_VERSION, MEMBER_NONE, 0 },
	{ NAME("kind"), MEMBER_KIND, MEMBER_NONE, 0 },
	{ NAME("at"), MEMBER_AT, MEMBER_NONE, 0 },
	TEXT_ROW("peer", MEMBER_NONE, peer),
	TEXT_ROW("owner", MEMBER_NONE, owner),
	{ NAME("tls"), MEMBER_TLS, MEMBER_NONE, 0 },
	TEXT_ROW("ja3", MEMBER_TLS, ja3),
	TEXT_ROW("ja4", MEMBER_TLS, ja4),
	TEXT_ROW("hello", MEMBER_TLS, hello),
	TEXT_ROW("http", MEMBER_NONE, http),
	TEXT_ROW("method", MEMBER_NONE, method),
	TEXT_ROW("path", MEMBER_NONE, path),
	{ NAME("headers"), MEMBER_HEADERS, MEMBER_NONE, 0 },
	{ NAME("body"), MEMBER_BODY, MEMBER_NONE, 0 },
	{ NAME("reply"), MEMBER_REPLY, MEMBER_NONE, 0 },
	{ NAME("at"), MEMBER_REPLY_AT, MEMBER_REPLY, 0 },
	{ NAME("status"), MEMBER_STATUS, MEMBER_REPLY, 0 },
	{ NAME("input_tokens"), MEMBER_INPUT_TOKENS, MEMBER_REPLY, 0 },
	{ NAME("output_tokens"), MEMBER_OUTPUT_TOKENS, MEMBER_REPLY, 0 },
	{ NAME("signed"), MEMBER_SIGNED, MEMBER_REPLY, 0 },
	{ NAME("asn"), MEMBER_ASN, MEMBER_NONE, 0 },
	{ NAME("retort"), MEMBER_RETORT, MEMBER_NONE, 0 },
	TEXT_ROW("coin", MEMBER_RETORT, coin),
	{ NAME("shaped"), MEMBER_SHAPED, MEMBER_RETORT, 0 },
	{ NAME("limited"), MEMBER_LIMITED, MEMBER_RETORT, 0 },
	TEXT_ROW("label", MEMBER_NONE, label),
};

struct reader {
	struct capture *capture;
	struct json_scan scan;
	struct text room;   /* texts one after another; the line's length is enough for all */
	size_t text_from;   /* where the text under way begins */
	unsigned depth;     /* of the brackets that are open */
	enum member parent; /* the member of the line that is open */
	const struct row *row; /* of the value that comes next */
	const char *body_from;
	size_t cells; /* of the header row that is open */
	bool is_kind, is_version;
};

static enum member next_member(const struct reader *reader)
{
	return reader->row ? reader->row->member : MEMBER_NONE;
}

/* The body that was stepped over ended at |bracket|. */
static void end_body(struct reader *reader, const char *bracket)
{
	if (!reader->body_from)
		return;
	reader->capture->has_body = true;
	reader->capture->body = bytes_of(
	    reader->body_from, (size_t)(bracket + 1 - reader->body_from));
	reader->body_from = NULL;
}

/* The last bracket before |at|, behind which only white space stands. */
static const char *bracket_before(const char *at)
{
	do
		at--;
	while ((unsigned char)*at <= ' ');
	return at;
}

static bool on_name(void *arg, struct bytes name)
{
	struct reader *reader = arg;

	end_body(reader, reader->scan.place);
	reader->row = NULL;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].parent == reader->parent && bytes_equal(name, rows[i].name))
			reader->row = &rows[i];
	return reader->row != NULL;
}

static bool on_open(void *arg, bool is_array)
{
	struct reader *reader = arg;
	enum member member = next_member(reader);

	if (reader->depth == 1 && member == MEMBER_BODY) {
		reader->body_from = reader->scan.place;
		reader->row = NULL;
		return false; /* whoever reads the body scans it again */
	}
	reader->depth++;
	if (reader->depth == 1)
		return !is_array;
	if (reader->depth == 2) {
		reader->parent = member;
		reader->row = NULL;
		reader->capture->has_reply |= member == MEMBER_REPLY;
	}
	reader->cells = 0; /* of a header's pair, at depth 3 */
	return true;
}

static void on_close(void *arg)
{
	struct reader *reader = arg;

	if (--reader->depth == 0 && reader->body_from)
		end_body(reader, bracket_before(reader->scan.place));
	if (reader->depth == 1)
		reader->parent = MEMBER_NONE;
}

/* A cell of a header's pair: the name, then the value. */
static void take_cell(struct reader *reader, struct bytes text)
{
	struct capture *capture = reader->capture;
	struct capture_header *header = &capture->headers[capture->header_count];

	if (capture->header_count == CAPTURE_HEADERS || reader->cells > 1)
		return;
	if (reader->cells++ == 0) {
		header->name = text;
		return;
	}
	header->value = text;
	capture->header_count++;
}

static void take_text(struct reader *reader, struct bytes text)
{
	struct capture *capture = reader->capture;

	if (reader->parent == MEMBER_HEADERS && reader->depth == 3)
		take_cell(reader, text);
	else if (next_member(reader) == MEMBER_KIND)
		reader->is_kind = bytes_equal(text, BYTES("capture"));
	else if (next_member(reader) == MEMBER_SIGNED && reader->depth == 3 &&
		 capture->signed_count < CAPTURE_SIGNED)
		capture->signed_blocks[capture->signed_count++] = text;
	else if (next_member(reader) == MEMBER_TEXT)
		*(struct bytes *)((char *)capture + reader->row->offset) = text;
	if (next_member(reader) != MEMBER_BODY)
		return;
	capture->has_body = true;
	capture->body = text;
}

static void on_text(void *arg, struct bytes piece, bool is_last)
{
	struct reader *reader = arg;

	text_add(&reader->room, piece);
	assert(!reader->room.is_cut);
	if (!is_last)
		return;
	take_text(reader, bytes_of(reader->room.at + reader->text_from,
			      reader->room.len - reader->text_from));
	reader->text_from = reader->room.len;
	if (next_member(reader) != MEMBER_SIGNED) /* of which there may be more */
		reader->row = NULL;
}

/* Seconds with a fraction to µs; what cannot be is 0. */
static int64_t micros_of(struct bytes digits)
{
	struct bytes rest = digits, whole = bytes_split(&rest, '.');
	char fraction[] = "000000";
	uint64_t seconds = 0, micros = 0;

	memcpy(fraction, rest.at ? rest.at : "", rest.len < 6 ? rest.len : 6);
	if (!bytes_to_number(whole, &seconds) || seconds > INT64_MAX / 2000000 ||
	    !bytes_to_number(bytes_of(fraction, 6), &micros))
		return 0;
	return (int64_t)(seconds * 1000000 + micros);
}

static void on_word(void *arg, enum json_word word, struct bytes digits)
{
	struct reader *reader = arg;
	struct capture *capture = reader->capture;

	if (reader->body_from)
		return;
	if (word == JSON_WORD_TRUE) {
		capture->is_shaped |= next_member(reader) == MEMBER_SHAPED;
		capture->is_limited |= next_member(reader) == MEMBER_LIMITED;
	}
	if (word != JSON_WORD_NUMBER)
		return;
	switch (next_member(reader)) {
	case MEMBER_VERSION:
		reader->is_version = decimal_scaled(digits, 0, UINT32_MAX) == CAPTURE_VERSION;
		break;
	case MEMBER_AT:
		capture->at_us = micros_of(digits);
		break;
	case MEMBER_REPLY_AT:
		capture->reply_at_us = micros_of(digits);
		break;
	case MEMBER_STATUS:
		capture->status = (uint16_t)decimal_scaled(digits, 0, 999);
		break;
	case MEMBER_INPUT_TOKENS:
		capture->input_tokens = decimal_scaled(digits, 0, UINT32_MAX);
		break;
	case MEMBER_OUTPUT_TOKENS:
		capture->output_tokens = decimal_scaled(digits, 0, UINT32_MAX);
		break;
	case MEMBER_ASN:
		capture->asn = decimal_scaled(digits, 0, UINT32_MAX);
		break;
	default:
		break;
	}
	reader->row = NULL;
}

static const struct json_events events = { on_name, on_open, on_close, on_text, on_word };

int capture_read(
    struct capture *capture, struct arena *arena, struct bytes line, struct fault *fault)
{
	struct reader reader = { .capture = capture };
	char *room = arena_take(arena, line.len ? line.len : 1);

	memset(capture, 0, sizeof(*capture));
	if (!room)
		return fault_say(fault, "a line of %zu bytes is too long", line.len);
	reader.room = text_in(room, line.len);
	json_scan_init(&reader.scan, &events, &reader);
	json_scan_take(&reader.scan, line);
	if (json_scan_end(&reader.scan) != SCAN_DONE)
		return fault_say(fault, "not a whole line of JSON");
	if (!reader.is_kind || !reader.is_version)
		return fault_say(
		    fault, "not a capture of version %d (\"v\", \"kind\")", CAPTURE_VERSION);
	if (!capture->at_us)
		return fault_say(fault, "\"at\" is missing or not in seconds since 1970");
	if (!capture->peer.len)
		return fault_say(fault, "\"peer\" is missing");
	return 0;
}

struct bytes capture_value(const struct capture *capture, const char *name)
{
	for (size_t i = 0; i < capture->header_count; i++)
		if (bytes_equal_nocase(capture->headers[i].name, bytes_of_text(name)))
			return capture->headers[i].value;
	return (struct bytes){ 0 };
}
