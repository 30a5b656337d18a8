#ifndef WIRE_JSON_SCAN_H
#define WIRE_JSON_SCAN_H

#include "base/bytes.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "wire/json_text.h"

/*
 * A streaming JSON scanner (RFC 8259): bytes are pushed in, split anywhere, and members come
 * out by callback; no tree is built and memory is this struct. What it decides where the RFC
 * leaves room:
 * - UTF-8 is strict (RFC 3629), in skipped values too; a byte order mark is a fault;
 * - escapes are resolved, in names too; a lone surrogate or an unknown escape is a fault,
 * \u0000 gives a NUL byte;
 * - duplicate names are handed out as they come: the reader of members decides;
 * - nesting beyond JSON_SCAN_DEPTH and numbers beyond JSON_SCAN_WORD bytes are faults; names
 *   are cut to JSON_SCAN_NAME bytes; strings have no limit of their own;
 * - NaN, Infinity, comments, trailing commas, and bytes after the value are faults.
 */
#define JSON_SCAN_DEPTH 128
#define JSON_SCAN_NAME  64
#define JSON_SCAN_WORD  64
#define JSON_SCAN_HOLD  1024

enum json_fault {
	JSON_FAULT_NONE,
	JSON_FAULT_SYNTAX,
	JSON_FAULT_UTF8,
	JSON_FAULT_ESCAPE,
	JSON_FAULT_DEPTH,
	JSON_FAULT_LENGTH,
	JSON_FAULT_COUNT
};

/* Which way a value that is not text, array or object is written. */
enum json_word { JSON_WORD_NULL, JSON_WORD_FALSE, JSON_WORD_TRUE, JSON_WORD_NUMBER };

/*
 * The reader. Runs of bytes are borrowed for the call. |on_name| and |on_open| answer whether
 * the value is wanted: an unwanted one is checked and skipped without a further call, not even
 * |on_close|.
 */
struct json_events {
	bool (*on_name)(void *arg, struct bytes name);
	bool (*on_open)(void *arg, bool is_array);
	void (*on_close)(void *arg);
	/* A string value in pieces, which may split a UTF-8 sequence; the last may be empty. */
	void (*on_text)(void *arg, struct bytes piece, bool is_last);
	/* |digits| is the number as it was written; empty for the other words. */
	void (*on_word)(void *arg, enum json_word word, struct bytes digits);
};

typedef size_t json_span_fn(const char *at, size_t len);

struct json_scan {
	const struct json_events *events;
	void *arg;
	/* In the caller's chunk: the newest bracket, or quote that ends a value, of unwanted
	 * values too. */
	const char *place;
	json_span_fn *span;
	json_text_fn *text;
	uint64_t objects[JSON_SCAN_DEPTH / 64]; /* a bit a level: an object, not an array */
	unsigned depth, quiet_depth;
	uint8_t state, fault;
	bool is_quiet, is_name;
	struct utf8_walk utf8;
	uint8_t hex_left, name_len, word_len;
	uint16_t unit, high; /* \u under way; a high surrogate that waits for its low one */
	unsigned held, room;
	char *hold; /* |own|, or what was lent */
	char name[JSON_SCAN_NAME], word[JSON_SCAN_WORD];
	char own[JSON_SCAN_HOLD + JSON_TEXT_SLACK];
};

/* Ready for a value. |events| must outlive the scanner; |arg| is handed to each call. */
void json_scan_init(struct json_scan *scan, const struct json_events *events, void *arg);

/* Pieces of strings are made in |hold| from now on, and are up to |bytes| long instead of
 * JSON_SCAN_HOLD; it has JSON_TEXT_SLACK bytes more and outlives the scanner. To be called
 * before the first bytes: a reader that is called less often has less to do. */
void json_scan_lend(struct json_scan *scan, char *hold, unsigned bytes);

/* Scans the next bytes: MORE inside the value, DONE after it (only white space may follow), BAD
 * when |fault| says why; once BAD, always BAD. */
enum scan json_scan_take(struct json_scan *scan, struct bytes chunk);

/* The input ended: DONE, or BAD when a value was expected or under way (no fault is set then:
 * it was cut, not wrong). A number at the top ends here; a string that was cut is handed out as
 * far as it came, without a last piece. */
enum scan json_scan_end(struct json_scan *scan);

#endif
