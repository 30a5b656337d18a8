#ifndef RELOAD_H
#define RELOAD_H

#include "config/config.h"

/*
 * A new configuration for a running daemon: everything is prepared first, then put in force at
 * once, or not at all. Main thread only.
 */
struct control;

struct reload_outcome {
	bool is_done;
	uint64_t generation; /* in force afterwards */
	struct config_faults faults;
	struct config_changes changes; /* against the start; those that need a restart count */
};

/* Reads the file again. Faults and what needs a restart are logged, counted and told. */
void reload_now(struct control *control, struct reload_outcome *outcome);

/* The same as an answer to a person or a program. */
void reload_write_json(const struct reload_outcome *outcome, FILE *out);

#endif
