/*
 * Reading records and captures in order, with a bar for people who wait. What becomes of a
 * record is the business of replay_follow.c.
 */
#include "replay.h"

#include "clock.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENA_CEILING (256u << 20)
#define BAD_SAID      20 /* lines whose fault is printed; the rest are counted */
#define READ_BYTES    (256 << 10)
#define RING          4 /* records: those read ahead, so that memory is asked for early */

_Static_assert(RING > ENGINE_AHEAD, "none is written over before it was taken");

struct reader {
	FILE *file;
	const char *path;
	uint64_t line, read_bytes, size_bytes;
	bool has_bar;
	char *text;
	size_t room;
};

static void draw_bar(const struct reader *reader)
{
	int done = reader->size_bytes ? (int)(reader->read_bytes * 100 / reader->size_bytes)
				      : 0;

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

	if (!replay->has_kit && !kit_make(&replay->kit, fault)) {
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

/* The next record; 0 at the end, −1 at a line that may not be. */
static int next_record(struct replay *replay, struct reader *reader, struct record *record)
{
	struct fault fault;
	ssize_t len;

	while ((len = getline(&reader->text, &reader->room, reader->file)) > 0) {
		reader->line++;
		reader->read_bytes += (uint64_t)len;
		if (reader->has_bar && !(reader->line & 0xFFFF))
			draw_bar(reader);
		if (read_line(replay, bytes_of(reader->text, (size_t)len), record, &fault) == 0)
			return 1;
		if (replay->report.bad_lines++ < BAD_SAID || replay->setup.is_strict)
			fprintf(stderr, "%s:%llu:%d: %s\n", reader->path,
			    (unsigned long long)reader->line, fault.column, fault.text);
		if (replay->setup.is_strict)
			return -1;
	}
	return 0;
}

/* Asks memory for what the record |number| will need, and those just before it. */
static void look_ahead(struct replay *replay, const struct record *ring, uint64_t number)
{
	for (uint64_t back = 0; back < ENGINE_AHEAD && back <= number; back++)
		engine_side_prefetch(
		    &replay->side, ring + (number - back) % RING, ENGINE_AHEAD - (int)back);
}

static int take_all(struct replay *replay, struct reader *reader)
{
	static struct record ring[RING];
	uint64_t read = 0, taken = 0;
	int result = 1;

	while (result > 0 || taken < read) {
		while (result > 0 && read <= taken + ENGINE_AHEAD) {
			result = next_record(replay, reader, ring + read % RING);
			if (result > 0)
				look_ahead(replay, ring, read++);
		}
		if (taken < read && replay_follow(replay, ring + taken++ % RING))
			return 0;
	}
	return result;
}

int replay_file(struct replay *replay, const char *path)
{
	struct reader reader = { .path = path };
	struct stat status;
	double began_s = (double)clock_us(CLOCK_MONOTONIC) / 1e6;
	int result;

	reader.file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	if (!reader.file) {
		fprintf(stderr, "retortctl: %s cannot be opened\n", path);
		return -1;
	}
	setvbuf(reader.file, NULL, _IOFBF, READ_BYTES);
	if (fstat(fileno(reader.file), &status) == 0 && S_ISREG(status.st_mode))
		reader.size_bytes = (uint64_t)status.st_size;
	reader.has_bar = reader.size_bytes && isatty(STDERR_FILENO);
	result = replay->is_over ? 0 : take_all(replay, &reader);
	if (reader.has_bar)
		fprintf(stderr, "\r%60s\r", "");
	if (reader.file != stdin)
		fclose(reader.file);
	free(reader.text);
	replay->report.seconds += (double)clock_us(CLOCK_MONOTONIC) / 1e6 - began_s;
	return result;
}
