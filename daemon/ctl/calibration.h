#ifndef CALIBRATION_H
#define CALIBRATION_H

#include "engine/engine.h"
#include "evidence/reference.h"

#include <stdio.h>

/*
 * Collects bets by class and makes reference tables of them. Each account speaks once for each
 * key group and depth of its class: the cohorts that it is in are not independent of each
 * other.
 */
struct calibration;

struct calibration *calibration_new(void);
void calibration_free(struct calibration *calibration);

/* The number of a class; names that begin with "campaign" are what is looked for, all others
 * are classes of honest tools. */
int calibration_class(struct calibration *calibration, const char *name);

/* Notes that |account| of that class was there at all. */
void calibration_expose(struct calibration *calibration, int class, uint64_t account);

/* Takes a bet; |salt| keeps the accounts of different runs apart. */
void calibration_take(
    struct calibration *calibration, int class, uint64_t salt, const struct engine_bet *bet);

/* Writes weights.table and a table a class into |folder|. 0, or −1 with a fault. */
int calibration_write(struct calibration *calibration, const char *folder, struct fault *fault);

/* How many accounts each class rests on, and the ceiling that this puts on a bet. */
void calibration_print(const struct calibration *calibration, FILE *out);

#endif
