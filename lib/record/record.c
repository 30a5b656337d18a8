/*
 * The decision record, written and read from one list of rows. It must never hold a word that a
 * client sent: the only texts are the method, our own station and limit names, the JA4 and a
 * label that came from a labelled capture.
 */
#include "record/record.h"

#include "record/scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
#define NO_MEMBER       (-1)
#define BAD_NAME        (-2)

enum record_field {
#define FIELD(kind, name, member) RECORD_FIELD_##name,
#include "record/record.def"
#undef FIELD
	RECORD_FIELD_COUNT
};

static const struct bytes field_names[] = {
#define FIELD(kind, name, member) { #name, sizeof(#name) - 1 },
#include "record/record.def"
#undef FIELD
};

/* How a member begins in a line that we wrote, and which of its first eight bytes count. */
static const struct lead {
	uint64_t mask;
	size_t len;
	char text[24];
} leads[] = {
#define LEAD_LEN(name) (sizeof(",\"" #name "\":") - 1)
#define FIELD(kind, name, member)                                                              \
	{ LEAD_LEN(name) < 8 ? ((uint64_t)1 << LEAD_LEN(name) * 8 % 64) - 1 : UINT64_MAX,      \
		LEAD_LEN(name), ",\"" #name "\":" },
#include "record/record.def"
#undef FIELD
};

static const char *const verdict_words[] = { "pass", "watch", "tag", "throttle", "block" };
static const char *const coin_words[] = { "none", "spared", "refused" };
static const char *const hold_words[] = { "none", "off", "on", "held" };
static const char *const mode_words[] = { "shadow", "tag", "enforce" };
static const char *const store_words[] = { "local", "shared" };

#define ruled_words verdict_words

_Static_assert(COUNT_OF(verdict_words) == RECORD_VERDICT_COUNT, "a word for each verdict");
_Static_assert(COUNT_OF(coin_words) == RECORD_COIN_COUNT, "a word for each side");
_Static_assert(COUNT_OF(hold_words) == RECORD_HOLD_COUNT, "a word for each hold");
_Static_assert(COUNT_OF(mode_words) == RECORD_MODE_COUNT, "a word for each mode");
_Static_assert(COUNT_OF(store_words) == RECORD_STORE_COUNT, "a word for each store");

const char *record_verdict_name(enum record_verdict verdict)
{
	return verdict_words[verdict];
}

const char *record_coin_name(enum record_coin coin)
{
	return coin_words[coin];
}

const char *record_hold_name(enum record_hold hold)
{
	return hold_words[hold];
}

void record_reason(struct record *record, const char *word)
{
	size_t have = strlen(record->reasons), len = strlen(word), gap = have ? 2 : 0;

	if (have + gap + len + 1 > RECORD_REASONS)
		return;
	if (gap)
		memcpy(record->reasons + have, ", ", 2);
	memcpy(record->reasons + have + gap, word, strlen(word) + 1);
}

/* Nothing but zeros, as most lists are. */
static bool is_blank(const void *list, size_t bytes)
{
	const char *at = list;

	return !*at && memcmp(at, at + 1, bytes - 1) == 0;
}

static void write_hexes(struct text *text, struct bytes name, const uint64_t *list, int count)
{
	while (count && !list[count - 1])
		count--;
	if (!count)
		return;
	text_add(text, name);
	for (int i = 0; i < count; i++) {
		text_add(text, i ? BYTES(",\"") : BYTES("[\""));
		text_add_hex64(text, list[i]);
		text_add_char(text, '"');
	}
	text_add_char(text, ']');
}

/* Six digits behind the point and no zeros at their end: what a rule's numbers mostly are. */
static void write_fraction(struct text *text, uint64_t millionths)
{
	char digits[6];
	size_t len = sizeof(digits);

	for (size_t i = len; i-- > 0; millionths /= 10)
		digits[i] = (char)('0' + millionths % 10);
	while (digits[len - 1] == '0')
		len--;
	text_add_char(text, '.');
	text_add(text, bytes_of(digits, len));
}

/* A decimal that reads back as |value|: short where that is quick, else the shortest. */
static void write_real(struct text *text, double value)
{
	char digits[32];

	if (!isfinite(value)) {
		text_add(text, BYTES("null"));
		return;
	}
	if (fabs(value) < 1e15 && value == (double)(int64_t)value) {
		text_add_signed(text, (int64_t)value);
		return;
	}
	if (value > 0 && value < 1e6 && rint(value * 1e6) / 1e6 == value) {
		text_add_number(text, (uint64_t)value);
		write_fraction(text, (uint64_t)rint(value * 1e6) % 1000000);
		return;
	}
	for (int precision = 9; precision <= 17; precision += 2) {
		snprintf(digits, sizeof(digits), "%.*g", precision, value);
		if (strtod(digits, NULL) == value)
			break;
	}
	text_add(text, bytes_of_text(digits));
}

static void write_reals(struct text *text, struct bytes name, const double *list, int count)
{
	while (count && !(list[count - 1] != 0))
		count--;
	if (!count)
		return;
	text_add(text, name);
	for (int i = 0; i < count; i++) {
		text_add_char(text, i ? ',' : '[');
		write_real(text, list[i]);
	}
	text_add_char(text, ']');
}

static void write_floats(struct text *text, struct bytes name, const float *list, int count)
{
	double wide[RECORD_NATS];

	for (int i = 0; i < count; i++)
		wide[i] = list[i];
	write_reals(text, name, wide, count);
}

static void write_hex(struct text *text, struct bytes name, uint64_t value)
{
	text_add(text, name);
	text_add_char(text, '"');
	text_add_hex64(text, value);
	text_add_char(text, '"');
}

static void write_text(struct text *text, struct bytes name, const char *value)
{
	text_add(text, name);
	text_add_json(text, bytes_of_text(value));
}

/* A word of our own needs no escapes. */
static void write_word(struct text *text, struct bytes name, const char *word)
{
	text_add(text, name);
	text_add_char(text, '"');
	text_add(text, bytes_of_text(word));
	text_add_char(text, '"');
}

static void write_number(struct text *text, struct bytes name, uint64_t value)
{
	text_add(text, name);
	text_add_number(text, value);
}

static void write_signed(struct text *text, struct bytes name, int64_t value)
{
	text_add(text, name);
	text_add_signed(text, value);
}

#define LEAD(name)            BYTES(",\"" #name "\":")
#define WRITE_NUMBER(name, m) (m) ? write_number(text, LEAD(name), (uint64_t)(m)) : (void)0
#define WRITE_SIGNED(name, m) (m) ? write_signed(text, LEAD(name), (m)) : (void)0
#define WRITE_HEX(name, m)    (m) ? write_hex(text, LEAD(name), (m)) : (void)0
#define WRITE_TEXT(name, m)   *(m) ? write_text(text, LEAD(name), (m)) : (void)0
#define WRITE_WORD(name, m)   (m) ? write_word(text, LEAD(name), name##_words[m]) : (void)0
#define WRITE_LIST(kind, name, m)                                                              \
	is_blank(m, sizeof(m)) ? (void)0 : write_##kind(text, LEAD(name), (m), COUNT_OF(m))
#define WRITE_HEXES(name, m)  WRITE_LIST(hexes, name, m)
#define WRITE_REALS(name, m)  WRITE_LIST(reals, name, m)
#define WRITE_FLOATS(name, m) WRITE_LIST(floats, name, m)

void record_write(struct text *text, const struct record *record)
{
	size_t start = text->len;

	text_add(text, BYTES("{\"v\":1,\"kind\":\"record\""));
#define FIELD(kind, name, member) WRITE_##kind(name, record->member);
#include "record/record.def"
#undef FIELD
	text_add(text, BYTES("}\n"));
	if (text->is_cut)
		text->len = start;
}

static bool read_word(struct scan *scan, const char *const *words, size_t count, uint8_t *value)
{
	struct bytes word;

	if (!scan_word(scan, &word))
		return false;
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(word, bytes_of_text(words[i]))) {
			*value = (uint8_t)i;
			return true;
		}
	return false;
}

static bool read_hexes(struct scan *scan, uint64_t *list, size_t room)
{
	size_t count = 0;

	if (!scan_is(scan, '['))
		return false;
	do {
		if (count == room || !scan_hex(scan, &list[count++]))
			return false;
	} while (scan_is(scan, ','));
	return scan_is(scan, ']');
}

static bool read_reals(struct scan *scan, double *list, size_t room)
{
	size_t count = 0;

	if (!scan_is(scan, '['))
		return false;
	do {
		if (count == room || !scan_real(scan, &list[count++]))
			return false;
	} while (scan_is(scan, ','));
	return scan_is(scan, ']');
}

static bool read_floats(struct scan *scan, float *list, size_t room)
{
	double wide[RECORD_NATS] = { 0 };

	if (!read_reals(scan, wide, room))
		return false;
	for (size_t i = 0; i < room; i++)
		list[i] = (float)wide[i];
	return true;
}

/* The comparison after the assignment is the range check, for bit-fields too. */
#define READ_NUMBER(name, m) scan_number(scan, &value) && ((m) = value, (m) == value)
#define READ_SIGNED(name, m) scan_signed(scan, &(m))
#define READ_HEX(name, m)    scan_hex(scan, &(m))
#define READ_TEXT(name, m)   scan_text(scan, (m), sizeof(m))
#define READ_WORD(name, m)   read_word(scan, name##_words, COUNT_OF(name##_words), &(m))
#define READ_HEXES(name, m)  read_hexes(scan, (m), COUNT_OF(m))
#define READ_REALS(name, m)  read_reals(scan, (m), COUNT_OF(m))
#define READ_FLOATS(name, m) read_floats(scan, (m), COUNT_OF(m))

static bool read_field(struct scan *scan, struct record *record, int field)
{
	uint64_t value;

	switch (field) {
#define FIELD(kind, name, member)                                                              \
	case RECORD_FIELD_##name:                                                              \
		return READ_##kind(name, record->member);
#include "record/record.def"
#undef FIELD
	}
	return scan_skip(scan);
}

/* Looks from |from| on, for members usually come in the order of the rows. */
static int find_field(struct bytes name, int from)
{
	for (int i = 0, at = from; i < RECORD_FIELD_COUNT; i++, at++) {
		if (at >= RECORD_FIELD_COUNT)
			at = 0;
		if (bytes_equal(name, field_names[at]))
			return at;
	}
	return RECORD_FIELD_COUNT;
}

static inline uint64_t first_eight(const char *at)
{
	uint64_t eight;

	memcpy(&eight, at, sizeof(eight));
	return eight;
}

/* Whether |at| goes on as a lead of more than eight bytes does; the eights overlap. */
static inline bool has_rest(const char *at, const struct lead *lead)
{
	size_t last = lead->len - 8;

	return first_eight(at + last) == first_eight(lead->text + last) &&
	       (last <= 8 || first_eight(at + 8) == first_eight(lead->text + 8));
}

/*
 * The field whose member begins here just as we write it, from |from| on, and past its lead;
 * RECORD_FIELD_COUNT, without moving, when it must be read letter by letter.
 */
static int take_lead(struct scan *scan, int from)
{
	size_t left = (size_t)(scan->end - scan->at);
	uint64_t here;

	if (left < sizeof(leads->text))
		return RECORD_FIELD_COUNT;
	here = first_eight(scan->at);
	for (int i = from; i < RECORD_FIELD_COUNT; i++) {
		const struct lead *lead = leads + i;

		if ((here ^ first_eight(lead->text)) & lead->mask)
			continue;
		if (lead->len > 8 && !has_rest(scan->at, lead))
			continue;
		scan->at += lead->len;
		return i;
	}
	return RECORD_FIELD_COUNT;
}

/* The same of any line, RECORD_FIELD_COUNT for an unknown member. */
static int take_name(struct scan *scan, int from)
{
	struct bytes name;

	if (!scan_is(scan, ','))
		return NO_MEMBER;
	return scan_name(scan, &name) ? find_field(name, from) : BAD_NAME;
}

static int say_where(
    struct fault *fault, const struct scan *scan, struct bytes line, const char *what)
{
	return fault_say_at(
	    fault, NULL, 0, (int)(scan->at - line.at) + 1, "not a record: %s", what);
}

static const char *read_head(struct scan *scan)
{
	struct bytes name, kind;
	uint64_t version;

	if (!scan_is(scan, '{'))
		return "no object";
	if (!scan_name(scan, &name) || !bytes_equal(name, BYTES("v")) ||
	    !scan_number(scan, &version))
		return "no version";
	if (version != RECORD_VERSION)
		return "another version";
	if (!scan_is(scan, ',') || !scan_name(scan, &name) ||
	    !bytes_equal(name, BYTES("kind")) || !scan_word(scan, &kind) ||
	    !bytes_equal(kind, BYTES("record")))
		return "another kind";
	return NULL;
}

/* Each tick costs a replay some work. */
static bool are_ticks_in_bounds(const struct record_course *course)
{
	for (int i = 0; i < RECORD_TICKS; i++)
		if ((uint32_t)course->ticks[i] > RECORD_TICKS_MOST)
			return false;
	return true;
}

/* Counts that index arrays must stay inside them, whoever wrote the line. */
static bool is_in_bounds(const struct record *record)
{
	return record->prompt.earlier_count <= PROMPT_EARLIER &&
	       record->prompt.signature_count <= PROMPT_SIGNATURES &&
	       record->reply.signature_count <= REPLY_SIGNATURES &&
	       record->prompt.state < PROMPT_STATE_COUNT &&
	       record->prompt.why < PROMPT_WHY_COUNT &&
	       record->prompt.dialect < DIALECT_COUNT &&
	       record->reply.finish < REPLY_FINISH_COUNT &&
	       are_ticks_in_bounds(&record->course);
}

int record_read(struct bytes line, struct record *record, struct fault *fault)
{
	struct scan scan = { line.at, line.at + line.len };
	const char *wrong;
	int field = -1, next;

	memset(record, 0, sizeof(*record));
	wrong = read_head(&scan);
	if (wrong)
		return say_where(fault, &scan, line, wrong);
	for (;; field = next) {
		next = take_lead(&scan, field + 1);
		if (next == RECORD_FIELD_COUNT)
			next = take_name(&scan, field + 1);
		if (next == NO_MEMBER)
			break;
		if (next == BAD_NAME)
			return say_where(fault, &scan, line, "no member's name");
		if (!read_field(&scan, record, next))
			return say_where(fault, &scan, line, "a value of the wrong sort");
	}
	if (!scan_is(&scan, '}'))
		return say_where(fault, &scan, line, "no end");
	scan_is(&scan, '\n');
	if (scan.at != scan.end)
		return say_where(fault, &scan, line, "something behind its end");
	if (!is_in_bounds(record))
		return say_where(fault, &scan, line, "a number beyond its list");
	return 0;
}
