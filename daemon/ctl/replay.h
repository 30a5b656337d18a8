#ifndef REPLAY_H
#define REPLAY_H

#include "engine_side.h"
#include "kit.h"
#include "past.h"
#include "report.h"

struct replay;

/*
 * Records and captures from files into an engine and a report. The engine takes stamped records
 * as the daemon's did: under the same rule, after the same ticks, over restarts. An option goes
 * before the record's rule; a configuration goes before it too, unless |is_as_recorded|; but
 * the rate at which coins were drawn is always the record's.
 */
struct replay_setup {
	bool is_as_recorded; /* report what was decided then, not what would be now */
	bool is_strict;      /* stop at the first line that is no record */
	const char *config;  /* whose thresholds, sizes, references and secret; NULL: none */
	const char *folder;  /* of the reference tables, NULL: the usual one */
	uint64_t seed;       /* 0: the mark of the identity secret, or 1 without */
	size_t memory_bytes; /* 0: the configuration's */
	double tag_evidence; /* 0: the configuration's, or the record's own */
	double probe_rate;   /* of coins in records that do not say it; 0: as configured */
	uint64_t last;       /* the number of the record to stop after, 0: none */
	struct record_course end; /* whose ticks pass once that was taken */
	bool (*on_record)(void *arg, struct replay *replay, const struct record *record);
	void *on_record_arg;                        /* false ends the replay */
	bool (*wants)(const struct record *record); /* NULL: all; others are passed over */
	engine_bet_fn *on_bet; /* NULL: none; |replay->now| is then the record */
	void *on_bet_arg;
};

struct replay {
	struct replay_setup setup;
	struct config *config;           /* NULL: none was named */
	struct engine_settings settings; /* before any record's rule */
	struct engine_side side;
	struct past *past;
	struct envelope *envelope;
	struct report report;
	struct capture_kit kit; /* made at the first capture */
	bool has_kit;
	uint64_t captures;
	uint64_t same, different;   /* verdicts and scores, against the record's */
	uint64_t evidence, unequal; /* records that state it; those that it differs from */
	uint64_t run, next;         /* of the log: its daemon, the number that should come */
	uint64_t missing;           /* numbers that never came */
	bool is_broken; /* begins in the middle, or evidence was lost between runs */
	bool is_over;
	const struct record *now; /* while the engine takes it */
	struct verdict heard;     /* what the board of then said of the last record */
	double seconds;           /* of the reading and judging alone */
};

/* False when the configuration cannot be read; it was said. replay_fini is due either way. */
bool replay_init(struct replay *replay, const struct replay_setup *setup);
void replay_fini(struct replay *replay);

/* Reads a file, "-" for standard input. Lines that are no records are counted and said with
 * their place; −1 when the file cannot be read, or at the first such line where strict. */
int replay_file(struct replay *replay, const char *path);

/* A new engine and board. */
void replay_begin(struct replay *replay, const struct engine_settings *settings);

/* Takes one record, which |seen| is of; true when the replay is to end. */
bool replay_follow(
    struct replay *replay, struct record *record, const struct exchange_seen *seen);

/* Says on standard error what a log lacked. */
void replay_say_gaps(const struct replay *replay);

bool replay_option(struct replay_setup *setup, int letter, const char *value);

#endif
