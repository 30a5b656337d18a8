/*
 * Reading records and captures in order, with a bar for people who wait. What becomes of a
 * record is the business of replay_follow.c.
 */
#include "replay.h"

#include "clock.h"
#include "engine/lookahead.h"
#include "lines.h"

#include <string.h>
#include <unistd.h>

#define ARENA_CEILING (256u << 20)
#define BAD_SAID      20 /* lines whose fault is printed; the rest are counted */

static void draw_bar(const struct lines *lines)
{
	int done = (int)(lines->given_bytes * 100 / lines->size_bytes);

	fprintf(stderr, "\r[%-50.*s] %3d %%", done / 2,
	    "##################################################", done);
}

/* A capture's facts, as the daemon would have had them; refused exchanges count as ours only in
 * records. */
static int read_capture(
    struct replay *replay, struct bytes line, struct record *record, struct fault *fault)
{
	struct capture capture;
	struct arena arena;
	int result;

	if (!replay->has_kit && !kit_make(&replay->kit, replay->config, fault)) {
		kit_free(&replay->kit);
		return -1;
	}
	replay->has_kit = true;
	arena_init(&arena, ARENA_CEILING);
	result = capture_read(&capture, &arena, line, fault);
	if (result == 0)
		capture_facts_fill(record, &capture, &arena, &replay->kit);
	arena_fini(&arena);
	replay->captures += result == 0;
	return result;
}

static int read_line(
    struct replay *replay, struct bytes line, struct record *record, struct fault *fault)
{
	struct fault second;

	if (record_read(line, record, fault) == 0)
		return 0;
	if (!memmem(line.at, line.len < 64 ? line.len : 64, "\"capture\"", 9))
		return -1;
	if (read_capture(replay, line, record, &second) == 0)
		return 0;
	*fault = second;
	return -1;
}

struct reader {
	struct lines lines;
	const char *path;
	bool has_bar;
};

/* The next record; 0 at the end, −1 at a line that may not be. */
static int next_record(struct replay *replay, struct reader *reader, struct record *record)
{
	struct lines *lines = &reader->lines;
	struct bytes line;
	struct fault fault;

	while (lines_next(lines, &line)) {
		if (reader->has_bar && !(lines->number & 0xFFFF))
			draw_bar(lines);
		if (read_line(replay, line, record, &fault) == 0)
			return 1;
		if (replay->report.bad_lines++ < BAD_SAID || replay->setup.is_strict)
			fprintf(stderr, "%s:%llu:%d: %s\n", reader->path,
			    (unsigned long long)lines->number, fault.column, fault.text);
		if (replay->setup.is_strict)
			return -1;
	}
	return 0;
}

static void look_ahead(
    const struct replay *replay, struct lookahead *ahead, const struct record *record)
{
	const struct exchange_seen seen = engine_seen_of(record);

	lookahead_add(ahead, replay->side.engine, &seen);
}

/* Reads records ahead of the one that is taken, so that memory is asked for them early. */
static int take_all(struct replay *replay, struct reader *reader)
{
	static struct record records[LOOKAHEAD_MOST];
	struct lookahead ahead = { 0 };
	const struct exchange_seen *seen;
	struct record *record;
	int result = 1;

	do {
		while (result > 0 && lookahead_count(&ahead) < LOOKAHEAD_MOST) {
			record = records + ahead.added % LOOKAHEAD_MOST;
			result = next_record(replay, reader, record);
			if (result > 0)
				look_ahead(replay, &ahead, record);
		}
		record = records + ahead.taken % LOOKAHEAD_MOST;
		seen = lookahead_take(&ahead);
		if (seen && replay_follow(replay, record, seen))
			return 0;
	} while (seen);
	return result;
}

int replay_file(struct replay *replay, const char *path)
{
	struct reader reader = { .path = path };
	double began_s = (double)clock_us(CLOCK_MONOTONIC) / 1e6;
	int result;

	if (!lines_open(&reader.lines, path)) {
		fprintf(stderr, "retortctl: %s cannot be opened\n", path);
		return -1;
	}
	reader.has_bar = reader.lines.size_bytes && isatty(STDERR_FILENO);
	result = replay->is_over ? 0 : take_all(replay, &reader);
	if (reader.has_bar)
		fprintf(stderr, "\r%60s\r", "");
	lines_close(&reader.lines);
	replay->report.seconds += (double)clock_us(CLOCK_MONOTONIC) / 1e6 - began_s;
	return result;
}
