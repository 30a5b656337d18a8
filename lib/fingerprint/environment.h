#ifndef FINGERPRINT_ENVIRONMENT_H
#define FINGERPRINT_ENVIRONMENT_H

#include "fingerprint/text_digest.h"

/*
 * The lines that coding agents write about the machine they run on: working directory, home,
 * repository, system, shell, date. They are taken out of the text's digest (the same agent on
 * another machine has the same system text) and hashed apart. Forms: Claude Code, Codex,
 * Cursor, Cline and its forks, Gemini CLI, Copilot, Aider, OpenCode, OpenHands; see the table
 * in the .c.
 */
enum environment_kind {
	ENVIRONMENT_NONE,
	ENVIRONMENT_DIRECTORY,
	ENVIRONMENT_HOME,
	ENVIRONMENT_REPOSITORY,
	ENVIRONMENT_SYSTEM,
	ENVIRONMENT_SHELL,
	ENVIRONMENT_DATE,
	ENVIRONMENT_KIND_COUNT
};

#define ENVIRONMENT_LINE 240

struct environment {
	uint64_t values[ENVIRONMENT_KIND_COUNT]; /* the first of each kind; 0: none */
	bool is_text;                            /* inside a line that is none of ours */
	unsigned held;
	char line[ENVIRONMENT_LINE]; /* a line that is not whole yet */
};

void environment_init(struct environment *environment);

/* Reads the next piece of a text, split anywhere; all but environment lines goes to |digest|.
 */
void environment_take(
    struct environment *environment, struct text_digest *digest, struct bytes piece);

/* The text ended, and with it its last line. */
void environment_end_text(struct environment *environment, struct text_digest *digest);

/* Takes over the kinds that |into| has not. */
void environment_merge(struct environment *into, const struct environment *from);

/* The hash of all kinds; 0 unless a directory, a home or a repository tells this machine from
 * others. */
uint64_t environment_seal(
    const struct environment *environment, const struct text_digest_keys *keys);

/* The kind of a line and its value; NONE when it is not of the environment. */
enum environment_kind environment_kind_of(struct bytes line, struct bytes *value);

#endif
