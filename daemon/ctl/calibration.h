#ifndef CALIBRATION_H
#define CALIBRATION_H

#include "engine/engine.h"
#include "evidence/reference.h"

#include <stdio.h>

/*
 * Collects bets by class and makes reference tables of them. Each account speaks once for each
 * key group and depth of its class, by one of its bets there that chance chooses: the cohorts
 * that it is in are not independent of each other.
 */
struct calibration;

struct calibration *calibration_new(void);
void calibration_free(struct calibration *calibration);

/* Whether a name may be that of a class: a file's, and one word in it. */
bool calibration_is_name(const char *name);

/* The number of a class, −1 when there are too many; names that begin with "campaign" are what
 * is looked for, all others are classes of honest tools. */
int calibration_class(struct calibration *calibration, const char *name);

/* Notes that |account| of that class was there at all. */
void calibration_expose(struct calibration *calibration, int class, uint64_t account);

/* Takes a bet; |salt| keeps the accounts of different runs apart. */
void calibration_take(
    struct calibration *calibration, int class, uint64_t salt, const struct engine_bet *bet);

/* Leaves out all that an account, or a cohort, said or will say: it was tagged, proven or
 * listed, so nobody knows it to be honest. */
void calibration_leave_out(struct calibration *calibration, uint64_t account);
void calibration_leave_out_cohort(struct calibration *calibration, uint64_t cohort);

/* Drops what is to be left out, and makes ratios and odds from the pools that were collected;
 * without any, those of |weights| stay, to the byte. −1 with a fault when there is neither, or
 * no honest account. */
int calibration_finish(
    struct calibration *calibration, struct bytes weights, struct fault *fault);

/* Writes weights.table and a table a class into |folder|, and copies those of |beside| that
 * rest on the same weights and were not made anew; then loads the folder as a daemon will. 0,
 * or −1 with a fault. */
int calibration_write(struct calibration *calibration, const char *folder, const char *beside,
    struct fault *fault);

/* How many accounts each class rests on, the ceiling that this puts on a bet, and how many were
 * left out. */
void calibration_print(const struct calibration *calibration, FILE *out);
void calibration_print_json(const struct calibration *calibration, FILE *out);

#endif
