#ifndef SIM_CAPTURE_H
#define SIM_CAPTURE_H

#include "sim_piece.h"

#include <stdio.h>

/*
 * A simulated exchange as a capture (record/capture.h), so that replay, the fingerprint tool
 * and a live daemon can be given what the engine was given as facts. The body is made of
 * syllables: equal facts give equal text and different facts give different text, whoever sends
 * it, so the template, system, environment, payload, conversation and signed blocks that are
 * read from it are equal where the simulated ones are. What cannot be had is said in
 * sim_capture.c.
 */

/* Writes one line. |record| is what was sent and how it ended. False when it is too long, or
 * was not written. */
bool sim_capture_write(FILE *out, const struct scenario_group *group,
    const struct sim_piece *piece, const struct record *record);

#endif
