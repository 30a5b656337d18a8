#ifndef ENGINE_DISPLACING_H
#define ENGINE_DISPLACING_H

#include "evidence/displacement.h"

/*
 * The trials of displacement (§5b) of an engine: one for a cohort that came to be tagged, at
 * most DISPLACING_MOST at once. Watched cohorts are not tried: to hold 30 % of T's requests is
 * far more than a probe's 2 %, and chance alone makes honest cohorts watched. Nor are proven
 * ones, for their bucket would refuse T and U alike, nor the share that is held out.
 *
 * A cohort is tried once: E begins at 1 only then, or "ever proven" would be as many chances as
 * there were beginnings. Its state stays after the trial's end, for as long as there is room.
 */
#define DISPLACING_MOST 64
#define DISPLACING_LAG  10 /* epochs that a record may come after its arrival and count */
#define DISPLACING_RING 16 /* a power of two above the lag */

struct displacing_trial {
	uint64_t cohort;    /* its key, 0: a free place */
	uint32_t born_s;    /* of the cohort */
	uint16_t size;      /* how busy it was when the trial began to run, to choose by */
	uint8_t is_running; /* as published: its T may be held */
	int64_t since;      /* the epoch in which it began; those after are whole */
	struct displacement state;
	struct displacement_epoch pending[DISPLACING_RING];
};

struct displacing {
	int64_t open; /* the newest epoch; those up to open − lag are settled */
	uint32_t all[DISPLACING_RING];
	uint32_t count; /* of places ever used */
	struct displacing_trial trials[DISPLACING_MOST];
};

struct cohort;
struct engine;
struct passage;
struct verdict_changes;

/* A cohort came to be tagged. */
void displacing_begin(struct engine *engine, struct cohort *cohort);

/* Counts an exchange among all, and among those of a cohort that it matches. */
void displacing_count_all(struct engine *engine, const struct passage *passage);
void displacing_count(
    struct engine *engine, const struct passage *passage, const struct cohort *cohort);

/* Settles the epochs that are over; what begins or ends to run goes into |changes|. */
void displacing_settle(struct engine *engine, struct verdict_changes *changes);

/* The trial of a cohort, running or over; NULL when there is none, or no longer. */
struct displacing_trial *displacing_of(
    const struct engine *engine, const struct cohort *cohort);

/* Whether bytes that were loaded may be walked. */
bool displacing_is_in_bounds(const struct displacing *displacing);

#endif
