#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "cohort/keys.h"
#include "engine/verdict.h"
#include "evidence/envelope.h"
#include "evidence/proof.h"
#include "record/record.h"

/*
 * The engine: every exchange in, changes of verdicts out. Pure and deterministic: the same
 * exchanges in the same order give the same states, bit for bit. Its memory is taken at once
 * and never grows. One thread owns it.
 */
struct engine;

struct engine_settings {
	double watch_evidence, tag_evidence, prove_evidence; /* 1e3, 1e9, 1e4 */
	double probe_rate;                                   /* ρ of the coins it is shown */
	double hold_out;                                     /* share never shaped, 0.05 */
	uint64_t seed; /* places and hold-outs; the mark of the identity secret */
	size_t accounts, owners, conversations, pairs, candidates, cohorts, sketches;
};

/* What an exchange looked like when it was over; what it points to is borrowed. */
struct exchange_seen {
	const struct facts *facts;
	const struct prompt_facts *prompt;
	const struct reply_facts *reply;
	uint8_t coin;    /* enum record_coin */
	bool is_limited; /* refused by a limit of the configuration */
	bool is_shaped;  /* refused by its cohort's bucket */
	uint8_t hold;    /* enum record_hold, of the cohort |trial| */
	uint64_t trial;
	struct keys keys; /* keys_of_exchange; empty: they are made when they are needed */
};

/* What |record| says of it, without keys; borrows from there. */
struct exchange_seen engine_seen_of(const struct record *record);

struct engine_counts {
	uint64_t exchanges, late, steps, skipped; /* late: before the clock; steps: its jumps */
	uint64_t bets, tags, proofs, releases, same_hops, extension_hops, probes;
	uint64_t proofs_by[PROOF_KIND_COUNT];
	uint64_t trials, trial_epochs, trials_refused; /* begun; bet on; for want of room */
	uint64_t accounts, owners, conversations, pairs, candidates, cohorts, sketches;
	uint64_t accounts_evicted, cohorts_evicted, candidates_evicted, conversations_evicted;
	uint64_t pairs_refused, sketches_refused;
	uint64_t ticks[RECORD_TICKS]; /* since the last exchange: first s << 32, how many */
	size_t bytes;
};

/* A bet as it was made, for those who count them (calibrate, tests, candidates' settings). */
struct engine_bet {
	const struct exchange_seen *seen;
	const struct cohort *cohort;
	struct envelope_place place;
	uint8_t levels[FEATURE_COUNT];
	int bin;
	double e, stake;
};
typedef void engine_bet_fn(void *arg, const struct engine_bet *bet);

/* The defaults of detection.md with tables that fit |memory_bytes|. */
void engine_settings_default(struct engine_settings *settings, size_t memory_bytes);

/* |envelope| is borrowed for the engine's life; unsealed, population evidence stays at 0. */
struct engine *engine_new(
    const struct engine_settings *settings, const struct envelope *envelope);
void engine_free(struct engine *engine); /* NULL is allowed */

/* Starts loading what engine_see will look at: tags, then, when these are there, the entries
 * that they lead to (engine/lookahead.h). Only hints, that change no result. */
void engine_prefetch_tags(const struct engine *engine, const struct exchange_seen *seen);
void engine_prefetch_entries(const struct engine *engine, const struct exchange_seen *seen);

/* Takes one exchange. Changes are added to |changes|, whose count the caller clears. */
void engine_see(
    struct engine *engine, const struct exchange_seen *seen, struct verdict_changes *changes);

/* Lets time pass without an exchange: decay, release, the halving of rates. Ticks that come
 * ENGINE_TICK_S apart are noted in few words, for the next record. */
#define ENGINE_TICK_S 9
void engine_tick(struct engine *engine, int64_t now_us, struct verdict_changes *changes);

void engine_on_bet(struct engine *engine, engine_bet_fn *on_bet, void *arg);
void engine_counts(const struct engine *engine, struct engine_counts *counts);
/* The cohorts that the last exchange matched and that are not quiet; returns their number. */
int engine_matched(const struct engine *engine, uint64_t ids[KEYS_MAX]);
int64_t engine_clock_us(const struct engine *engine);

/* New thresholds and rate after a reload; sizes and seed stay as they were. */
void engine_reload(struct engine *engine, const struct engine_settings *settings);

/* Walks the cohorts that are not quiet, or all of them; |number| starts at 0. NULL at the end.
 */
const struct cohort *engine_next_cohort(
    const struct engine *engine, size_t *number, bool with_quiet);
const struct cohort *engine_cohort(const struct engine *engine, uint64_t id);

/* The state as bytes: |write| is called for each run, in order, and stops the save when it
 * returns −1. */
typedef int engine_write_fn(void *arg, struct bytes run, struct fault *fault);
int engine_save(
    const struct engine *engine, engine_write_fn *write, void *arg, struct fault *fault);

/* Fills a new engine from what engine_save wrote under the same sizes and seed. On −1 the
 * engine is as new, and |fault| says why: cut, altered, another version, other sizes. */
int engine_load(struct engine *engine, struct bytes saved, struct fault *fault);

/* What is published of a cohort at the engine's time. */
struct verdict engine_verdict(const struct engine *engine, const struct cohort *cohort);

/* Shows every line that stands, for a board that is new; those of accounts come with their
 * next exchange. */
typedef void engine_publish_fn(void *arg, const struct verdict_change *change);
void engine_republish(struct engine *engine, engine_publish_fn *publish, void *arg);

#endif
