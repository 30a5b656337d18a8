#ifndef JUDGE_H
#define JUDGE_H

#include "exchange.h"
#include "lists.h"

/*
 * The judge station: what is published of the cohorts that an exchange matches, and what
 * follows from it under the mode in force. Nothing here waits or searches: some look-ups in
 * tables of atomics, each O(1).
 */

/* What the operator's lists say of the exchange, which is noted in the record. LISTS_ALLOW: no
 * limit and no verdict is to touch it; LISTS_DENY: it is to be blocked. */
enum lists_word judge_listed(struct exchange *exchange);

/*
 * Looks the exchange up on the board and adds to verdict, score, cohort and reasons of its
 * record; the harshest word stands. True when it is to be refused with a 429, by its cohort's
 * shared bucket, by its cohort's trial or by a probe's coin (detection.md §5b, §5a); |wait_us|
 * then says for how long. To be asked only of an exchange that no limit refuses.
 */
bool judge_exchange(struct exchange *exchange, uint64_t *wait_us);

#endif
