#ifndef REPLAY_H
#define REPLAY_H

#include "engine/board.h"
#include "kit.h"
#include "report.h"

/* Records and captures from files into an engine and a report. */
struct replay_setup {
	bool is_as_recorded; /* report what was decided then, not what would be now */
	bool is_strict;      /* stop at the first line that is no record */
	const char *folder;  /* of the reference tables, NULL: the usual one */
	uint64_t seed;
	size_t memory_bytes;
	double tag_evidence;
};

#define REPLAY_DEFAULT                                                                         \
	{                                                                                      \
		.seed = 1, .memory_bytes = (size_t)512 << 20, .tag_evidence = 1e9              \
	}

struct replay {
	struct replay_setup setup;
	struct engine *engine;
	struct board *board;
	struct envelope *envelope;
	struct report report;
	struct capture_kit kit; /* made at the first capture */
	bool has_kit;
	uint64_t captures;
	uint64_t same, different; /* verdicts and scores, against the record's */
	double seconds;           /* of the reading and judging alone */
};

void replay_init(struct replay *replay, const struct replay_setup *setup);
void replay_fini(struct replay *replay);

/* Reads a file, "-" for standard input. Lines that are no records are counted and said with
 * their place; −1 when the file cannot be read, or at the first such line where strict. */
int replay_file(struct replay *replay, const char *path);

bool replay_option(struct replay_setup *setup, int letter, const char *value);

#endif
